"""The long runs: what only shows after a million messages or half an hour, on the parts and on the real sidecar.

Four runs, each with its laws: `fuzz` (mutated exchanges below the sockets), `sockets` (the same over sockets),
`aborts` (transfers that break off), `faults` (half an hour of a bad network). Read `grammar` and `mutations` (what is
sent), `reading` (the opinion everything is judged by, with none of the facade's code), `ground`, `exchange` and `laws`
(one exchange without sockets), `raw_peer` (one with); then `silo`, `ways` and `callers` (what the faults' run is made
of), `memory`, `settling` and `defects` (how the process is watched), `result` and `report` (what is written down),
`run` (the command: `python -m soak.run`). Drives the sidecar by the scenarios' harness. Nothing imports this package
but its own tests.
"""
