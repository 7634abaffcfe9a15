"""Where a target is: the endpoints of one HTTP service, and which of them gets the next call.

Read `health` (whether an endpoint is used; pure), `origin` (one URL: its name resolved to addresses, a pool for each),
`origins` (all that are open, kept across reloads), `race` (connecting where one of several may be dead), then
`endpoints`, the set that a target chooses from. Only `facade.targets` imports this package.
"""
