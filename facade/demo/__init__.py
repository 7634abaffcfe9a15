"""The embedded demonstration: a small government whose traffic moves while its citizens use it.

Two old web servers (`portal`), a register in SQLite (`register`), a SOAP service (`planning`), a mainframe
(`vehicles`), an application made for clerks (`parking`) and one new service (`service`) answer the same records
(`records`, `translated`). Payments (`payments`) are taken by an old till (`cashier`) or by somebody else's service
(`provider`), and `books` says whether all of them were, once.
`surroundings` starts all of these. Citizens
(`citizens`: who asks what, and which answer is right; `crowd`: at which rate) call the facade, and what they were
answered is kept by `tally` and judged by `shares`. The sidecar is the real one: `sidecar` runs it as a child process
and speaks to it only as an operator would, by its files, its commands and its HTTP. Read `records`, `citizens`, `tally`
and `shares` first, they are pure; then `folder` and `ports` (the copied configuration), `sidecar`, and the two
performances: `live` (`facade demo`) and `story` (`facade demo --once`).

It may import anything below it and is imported by the command line only. It needs the extra `demo`.
"""
