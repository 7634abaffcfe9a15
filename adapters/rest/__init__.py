"""The `rest` kind: a silo that speaks HTTP in another shape than the platform's.

Read `settings` (what an operator writes), `path` (the method and path of an operation), `request` (a call as an HTTP
request) and `answer` (an HTTP answer as fields), which are pure; then `carrier` (the connections), `tokens` (OAuth 2.0)
and `adapter`, which puts them together.
"""

from adapters.rest.adapter import RestKind

ADAPTER = RestKind()
