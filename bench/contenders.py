"""Who answers: each contender as one worker, with what it takes to start it."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench import facade_folder
from bench.processes import BenchError

PEERS: Final = Path(__file__).parent / "peers"

BASELINE: Final = "nginx"
"""The contender that every ratio is taken to."""

PACKAGES: Final = {"nginx": "nginx-light", "wrk": "wrk"}
"""Programs that no Python package brings, and the Debian package of each."""


@dataclass(frozen=True, slots=True)
class Ground:
    """Where a contender runs: the port it takes, the upstream's, a folder of its own, and the Python to run it."""

    port: int
    upstream: int
    folder: Path
    python: str


@dataclass(frozen=True, slots=True)
class Contender:
    """`command` writes what the process needs into the ground's folder and returns what to start."""

    name: str
    command: Callable[[Ground], list[str]]
    version: Callable[[str], str]


def _nginx(ground: Ground) -> list[str]:
    return nginx_command("nginx.conf", ground.folder, port=str(ground.port), upstream=str(ground.upstream))


def nginx_command(template: str, folder: Path, **values: str) -> list[str]:
    """nginx on a configuration of `peers/`, its `{{places}}` filled."""
    text = (PEERS / template).read_text()
    for name, value in {"folder": str(folder), **values}.items():
        text = text.replace(f"{{{{{name}}}}}", value)
    path = folder / template
    path.write_text(text)
    return ["nginx", "-p", str(folder), "-e", str(folder / "start.log"), "-c", str(path)]


def _facade(ground: Ground) -> list[str]:
    folder = facade_folder.write(ground.folder / "configuration", ground.port, ground.upstream)
    return [ground.python, "-m", "facade", "serve", "--config", str(folder)]


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
    Contender("facade", _facade, _packages("strangler-facade", "httptools", "uvloop")),
    Contender("aiohttp proxy", _aiohttp, _packages("aiohttp", "uvloop")),
    Contender("byte relay", _relay, _packages("uvloop")),
)


def chosen(names: str) -> tuple[Contender, ...]:
    """The contenders of a comma-separated list, or `all`; the baseline is always among them."""
    known = {contender.name.split()[0]: contender for contender in CONTENDERS}
    wanted = set(known) if names == "all" else {name.strip() for name in names.split(",")}
    if unknown := sorted(wanted - set(known)):
        raise BenchError(f"--peers: unknown {', '.join(unknown)}; choose from {', '.join(known)}, or all")
    return tuple(contender for name, contender in known.items() if name in wanted | {BASELINE})


def require_programs() -> None:
    missing = [package for program, package in PACKAGES.items() if shutil.which(program) is None]
    if missing:
        raise BenchError(f"bench: {', '.join(missing)} missing; install with: apt-get install {' '.join(missing)}")
