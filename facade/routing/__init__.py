"""Routing: which route takes a request, and which side answers it. Pure: no sockets, asyncio, clock, chance or logs.

Read in this order: `stage` (the stage machine as a table of moves), `network`, `route`, `shadow` and `guard` (what an
operator wrote, frozen), `template` (the texts of `match`, sticky keys and rules), `path` (the one form of a path that
decides) and `readings` (those of a path that has none), `trie` and `table` (the route of a request, at the cost of its
path's length), `share` (where a sticky key lies), `known` (which keys the platform has answered) and `decide` (who
answers, and why); then what both planes read of a head, `arrival` (its host, its path, or a refusal) and `facts` (what
a canary's rules ask). Anything above `callers` may import it: the data plane finds and decides, the configuration
parses and compiles, the control plane judges moves. Of facade it imports what a head is and how it is refused (`wire`,
`problem`) and who sends it (`callers`), nothing else.
"""
