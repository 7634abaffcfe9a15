"""The side-by-side benchmark: what a request costs here, beside other proxies, on the same machine in the same minute.

Read in this order: `cases` (what is asked), `contenders` (who answers, and how each is started), `processes` and
`accounting` (a process on one core, and what it has used), `load` (wrk), `rounds` (pairs and their ratios), `report`
(the table), `run` (the command: `python -m bench.run`). `aiohttp_proxy` and `byte_relay` are contenders of our own,
`peers/` holds the others' configurations. `guard_simulation` stands alone: how soon a guard finds a bad platform. So
does what adapters cost, beside what people use today: `figures` (rounds, ratios, a page), then `copybook`, `soap` and
`sql`, and `holding` (how long a call holds the event loop) with `canned` (silos in a process of their own) and
`database`.
Nothing imports this package but its own tests.
"""
