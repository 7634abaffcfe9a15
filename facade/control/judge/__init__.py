"""The judge: is a moving route's platform as good as legacy, by its calls and its comparisons? Pure.

No clock, no chance, no socket, no log: evidence goes in call by call, and a verdict comes out whenever it is asked for.
Read in this order, after `facade.routing.guard` (what an operator allows). `call` (what of a call counts for whom),
`wager` (a bet on one block of calls, and why it is fair), `wealth` and `trial` (what the bets come to), `odds` (how
likely a false alarm may be), `block` and `slowness` (calls of the same time), `histogram` and `side` (totals),
`evidence` (all of it for one route). Then what is made of it: `verdict` and `words`, `checks` and `parity`, `judging`
(the verdict). `bench/guard.md` shows what the tests find, how soon, and how rarely for nothing.

The rest of the control plane imports it, and whatever stands above; it imports `facade.routing` and `facade.compare`.
"""
