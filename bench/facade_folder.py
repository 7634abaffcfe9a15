"""The configuration the facade is measured with: 500 routes over 50 prefixes, one of them a sticky canary."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from bench.processes import free_port

PREFIXES: Final = 50
ROUTES: Final = 500

_FACADE: Final = """\
version: 1
listen: 127.0.0.1:{listen}
observe: 127.0.0.1:{observe}
admin: 127.0.0.1:{admin}
state: {state}
drain: {{pause: 0s, limit: 1s}}
log: {{requests: 1%, errors: all, level: info}}
"""

_SILO: Final = """\
silo: portal
adapter: passthrough
settings: {{url: "http://127.0.0.1:{upstream}"}}
"""

_MEASURED: Final = """\
routes:
  - name: titles.read
    match: "/titles/{{number}}"
    legacy: portal
    platform: "http://127.0.0.1:{upstream}"
    stage: canary
    records: shared
    canary: {{share: 25%, by: cookie session}}
"""

_OTHER: Final = """\
  - name: area{area:02}.{number}
    match: "GET /area{area:02}/service{number}/{{id}}"
    legacy: portal
    stage: legacy
"""


def write(folder: Path, port: int, upstream: int, routes: int = ROUTES) -> Path:
    """Write the folder; metrics are on as always, the log is the default one."""
    (folder / "silos").mkdir(parents=True)
    (folder / "routes").mkdir()
    own = {"observe": free_port(), "admin": free_port(), "state": folder.parent / "state"}
    (folder / "facade.yaml").write_text(_FACADE.format(listen=port, **own))
    (folder / "silos/portal.yaml").write_text(_SILO.format(upstream=upstream))
    others = [_OTHER.format(area=at % PREFIXES, number=at // PREFIXES) for at in range(routes - 1)]
    (folder / "routes/all.yaml").write_text(_MEASURED.format(upstream=upstream) + "".join(others))
    return folder
