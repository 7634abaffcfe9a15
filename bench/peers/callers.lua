-- A thousand callers in turn, each with a session and a title of its own. Arguments: the path, then pairs of name and value.
local CALLERS = 1000
local requests, turn = {}, 0

function init(arguments)
  local fields = {}
  for at = 2, #arguments, 2 do
    fields[arguments[at]] = arguments[at + 1]
  end
  for caller = 1, CALLERS do
    fields["Cookie"] = string.format("theme=plain; session=%08x", caller * 2654435761 % 4294967296)
    requests[caller] = wrk.format("GET", string.format(arguments[1], 1000 + caller), fields)
  end
end

function request()
  turn = turn % CALLERS + 1
  return requests[turn]
end
