"""The control plane: everything beside the way of a request. It writes the snapshot and never answers for it.

Read in this order. `start` (flags, the error of a start), `source` and `fingerprint` (the files), `begin` (what to
start on), `accepted` and `replace` (what survives a restart), `back` (what holds of mistaken files), `build`
(configuration in, snapshot out), `roles` and `reload` (the reload and its result), with `uncollected` (how it holds no
call up) and `descriptors` (how many connections fit), `tell` and `changes` (what is said of it), `watch` (when). Then
what operators ask: `view`, `overview` and `describe` (what runs, in their words), `asked` and `explain` (what would
become of a call), `answers`, `site`, `connections`, `listener` and `binding` (pages on a socket), `observe` and `admin`
(the two listeners). Last, what they change: `freezes` (when nothing moves forward), `subject` (what moves as one) and
`move` (plans), both pure, `alone` and `change` (files). The packages `judge`, `overrides`, `ledger`, `usage`, `preview`
and `succession` each begin with what they are for.

`page`, `demo`, `cli` and `app` may import this package; the data plane knows nothing of it.
"""
