"""What keeps a silo from being overrun: one `Protection` a silo, shared by all routes and operations that reach it.

Read `hours` (when it may be asked), `rate` and `breaker` (whether it answers), which are pure, then `budget` (how many
calls at once, and who waits), and `protection`, which stands before the target and uses all three. The catalog keeps
protections by silo across reloads; the data plane asks them, the control plane shows them.
"""
