"""The configuration the facade is measured with: 500 routes over 50 prefixes, one of them a sticky canary."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import trustme

from bench.processes import free_port

PREFIXES: Final = 50
ROUTES: Final = 500

_FACADE: Final = """\
version: 1
listen: {listen}
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


def other(area: int, number: int) -> str:
    """A route that is not the measured one."""
    return _OTHER.format(area=area, number=number)


def paths(routes: int) -> list[str]:
    """A path for each route but the measured one."""
    return [f"/area{at % PREFIXES:02}/service{at // PREFIXES}/1" for at in range(routes - 1)]


def certificate(folder: Path) -> tuple[Path, Path]:
    """A new certificate for the loopback and its key, as files of `folder`."""
    issued = trustme.CA().issue_cert("127.0.0.1")
    chain, key = folder / "server.pem", folder / "server.key"
    chain.write_bytes(b"".join(each.bytes() for each in issued.cert_chain_pems))
    key.touch(mode=0o600)
    key.write_bytes(issued.private_key_pem.bytes())
    return chain, key


def write(folder: Path, port: int, upstream: int, routes: int = ROUTES, *, files: int = 1, tls: bool = False) -> Path:
    """Write the folder, its routes in so many files; metrics are on as always, the log is the default one."""
    (folder / "silos").mkdir(parents=True)
    (folder / "routes").mkdir()
    own = {"observe": free_port(), "admin": free_port(), "state": folder.parent / "state"}
    listen = f"127.0.0.1:{port}"
    if tls:
        certificate(folder)
        listen = f"{{address: {listen}, tls: {{certificate: server.pem, key: server.key}}}}"
    (folder / "facade.yaml").write_text(_FACADE.format(listen=listen, **own))
    (folder / "silos/portal.yaml").write_text(_SILO.format(upstream=upstream))
    others = [other(*reversed(divmod(at, PREFIXES))) for at in range(routes - 1)]
    (folder / "routes/all.yaml").write_text(_MEASURED.format(upstream=upstream) + "".join(others[::files]))
    for number in range(1, files):
        (folder / f"routes/more-{number}.yaml").write_text("routes:\n" + "".join(others[number::files]))
    return folder
