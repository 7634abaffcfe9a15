"""Ending: what a silo's switching off rests on: dates, brown-outs, counts, burn-down, forecast, evidence. Pure.

Read `counts` first: who still calls what, day by day. Of calls that no route covers, `shape` says what is kept of a
path, by the words of `vocabulary` and those that many used (`familiar`), and `heavy` which shapes are kept at all.
Then what is made of it: `silo` (what its end depends on), `burndown`, `trend` and `forecast` (when its calls end),
`schedule` and `calendar` (by date), `evidence` (whether it may be switched off), `candidates` and `commonality`.
Of dates, `dates` says how they stand on the wire, `brownouts` whom a rehearsal refuses, and `refusing` what a passed
`switch_off` does. `control`, `page` and the values that both planes share import it, and of the data plane `proxy` and
`targets`; time is an argument, and it touches neither files nor sockets.
"""
