"""Resources at scale: what many clients, large bodies, reloads and dead silos cost the sidecar, and others.

`service` is what stands behind the sidecar and `callers` who asks it by the clock, each a process of its own, so that
neither waits for the other; `site` puts a sidecar between them. Then a module for each kind of strain: `connections`,
`bodies`, `reloads`, `silos` and `stopping`. `every` runs them all: `python -m soak.scale`.
"""
