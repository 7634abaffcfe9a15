"""Comparing: is the platform's answer legacy's? Pure: no sockets, asyncio, clock, chance or logs.

Read in this order: `answer` (what is compared), `rules` (what an operator leaves out of it), `paths` (how a field is
named without naming a person), `difference` (what comes out), `budget` (what it may cost), `sameness` (what need not be
walked through), `forms` (one text for equal values), `walk` (two JSON values), `comparing` (two answers). Then what
many comparisons come to: `noise` (legacy against itself), `parity` (with its bound), `fields` and `tally` (one
route's), and `reach` (whether a guard's parity can be shown).

No value of a body is kept anywhere: a difference is a path, a kind and a keyed hash. The data plane compares, the
control plane judges by the tally, the configuration makes the rules; it imports `facade.formats` and nothing else.
"""
