"""A restart without a gap: a sidecar that starts is handed the listening sockets of the one that runs.

Both accept from the same sockets while they overlap, so that no client ever meets a closed door. Read in this order:
`messages` (what the two say to each other), `meeting` (the Unix socket in `state` where they meet), `predecessor` (what
the new one knows of the old one), `handover` (what the old one does for a new one), `doors` (the sockets of the three
listeners). Only `app` imports this package.
"""
