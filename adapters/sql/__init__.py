"""The `sql` kind: a database without an interface of its own, each operation one statement with bound parameters.

Read `settings` (what an operator writes), `statement` (a query as it is understood when the configuration is loaded),
`adapter` (a call from arguments to answer), then what carries it: `work` (one run of one statement), `sqlite` (the
database), `pool` and `session` (its connections) and `faults` (its errors as the port's).
"""

from adapters.sql.adapter import SqlKind

ADAPTER = SqlKind()
