"""The ledger: every change of what runs, one line each, in a file that only grows, each line bound to the one before.

Read `entry` (what a line says), `chain` (how lines are bound, and what shows that somebody edited one) and `book` (the
file). The control plane writes it and the command line reads it; the first two are pure.
"""
