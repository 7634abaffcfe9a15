"""SQLite: read `database` (reads beside each other, writes one at a time), `session` (a connection in its own thread),
`faults` (its errors as the port's) and `examine` (what its file says of a query before anybody calls).
"""
