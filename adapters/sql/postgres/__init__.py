"""PostgreSQL: read `database` (a run within its deadline), `session` (a connection), `faults` (its errors as the
port's) and `values` (its types as an answer's). Only this folder knows asyncpg.
"""
