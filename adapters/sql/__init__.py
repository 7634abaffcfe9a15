"""The `sql` kind: a database without an interface of its own, each operation one statement with bound parameters.

Read `settings` (what an operator writes), `statement` (a query as it is understood when the configuration is loaded),
`adapter` (a call from arguments to answer), `work` (one run of one statement, and its rows as JSON), `pool` (the
connections that are lent to it) and `deadlines`. Then the databases, each a folder: `sqlite` and `postgres`.
"""

from adapters.sql.adapter import SqlKind

ADAPTER = SqlKind()
