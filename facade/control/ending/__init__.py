"""The ending of silos and routes on a running sidecar: a person's confirmations, brown-outs, and what both come to.

Read `confirmed` and `stopped` (what survives a restart), `dated` (dates as the ledger tells them; pure), `endings`
(what runs because of them), `due` (that a day which ends takes effect by itself), `announced` (brown-outs as they are
shown), `confirming` and `orders` (the API that confirms and stops). The rest collects and serves what `facade.ending`
works out: `past` (calls), `verified` (the ledger), `named` (the configuration), then `collect`, `views` and `pages`.
`facade.control.reload` imports `endings`; `wiring` puts the others together.
"""
