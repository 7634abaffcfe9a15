"""The ledger: every change of what runs, one line each, in a file that only grows, each line bound to the one before.

Read `entry` (what a line says), `chain` (how lines are bound, and what shows that somebody edited one), `audit` (what
became of one that does not fit), all pure; then `book` (the file), `head` (where it ended) and `journal` (who writes
in it). The control plane writes it and the command line reads it.
"""
