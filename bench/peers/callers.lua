-- A thousand callers in turn, each with a session and a title of its own. Arguments: the path, the bytes
-- that a request carries (0 for a GET), then pairs of name and value.
local CALLERS, CALLERS_WITH_BODIES = 1000, 16
local requests, turn, callers = {}, 0, CALLERS

function init(arguments)
  local fields, body, method = {}, nil, "GET"
  if tonumber(arguments[2]) > 0 then
    method, body = "POST", string.rep("x", tonumber(arguments[2]))
    callers = CALLERS_WITH_BODIES
  end
  for at = 3, #arguments, 2 do
    fields[arguments[at]] = arguments[at + 1]
  end
  for caller = 1, callers do
    fields["Cookie"] = string.format("theme=plain; session=%08x", caller * 2654435761 % 4294967296)
    requests[caller] = wrk.format(method, string.format(arguments[1], 1000 + caller), fields, body)
  end
end

function request()
  turn = turn % callers + 1
  return requests[turn]
end
