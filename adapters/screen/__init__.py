"""The `screen` kind: an HTML application made for people, used as a person uses it.

Read `settings` (what an operator writes) with `places` (addresses), `extraction` and `conversion` (what is read from a
page); `steps` (a call's steps, filled); `decoding`, `safety` and `page` (an answer as a page), `form` and `controls`
(a page's forms, filled and sent), `script` (the steps, one after the other), all of which are pure. Then `browser`
(requests, redirects, cookies), `sessions` (who is logged in) and `adapter`, which puts them together.
"""

from adapters.screen.adapter import ScreenKind

ADAPTER = ScreenKind()
