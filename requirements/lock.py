"""Pins of every dependency: names, versions and hashes in requirements/*.txt, never an address.

    python requirements/lock.py            make the files anew from pyproject.toml (asks the package index)
    python requirements/lock.py --check    say whether they are fresh (asks nobody)

A file is fresh while the fingerprint in its first line is that of pyproject.toml's dependency tables.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parent.parent
FOLDER: Final = ROOT / "requirements"

LOCKS: Final = {
    # What the image builds the wheel with; nothing of it is left in the image.
    "build": ("--group", "build"),
    # What the image runs: the core, callers' tokens, spans and every adapter kind, without the demonstration.
    "runtime": (
        "pyproject.toml",
        *("--extra", "auth", "--extra", "batch", "--extra", "mainframe", "--extra", "otel"),
        *("--extra", "queue", "--extra", "screen", "--extra", "soap", "--extra", "sql"),
    ),
    # What `make setup` installs: everything above, the demonstration and the tools of the tests and checks.
    "development": ("pyproject.toml", "--all-extras", "--group", "development"),
    # What `make bench` measures this one beside.
    "bench": ("--group", "bench"),
}
"""File name without ending -> which tables of pyproject.toml it holds, as uv's options."""

PREFIX: Final = "# Made by `make lock` from pyproject.toml, whose dependency tables have the fingerprint "


def fingerprint(project: dict[str, Any]) -> str:
    """SHA-256 of the tables that decide what is pinned, as canonical JSON."""
    tables = {
        "python": project["project"]["requires-python"],
        "dependencies": project["project"]["dependencies"],
        "extras": project["project"]["optional-dependencies"],
        "groups": project["dependency-groups"],
        "locks": LOCKS,
    }
    return hashlib.sha256(json.dumps(tables, sort_keys=True).encode()).hexdigest()


def stale(root: Path = ROOT) -> list[str]:
    """The lock files whose fingerprint is not that of the project, each as `place: what is wrong; what to do`."""
    expected = PREFIX + fingerprint(tomllib.loads((root / "pyproject.toml").read_text()))
    paths = [root / "requirements" / f"{name}.txt" for name in LOCKS]
    return [
        f"requirements/{path.name}:1: pyproject.toml's dependencies changed since it was made; run make lock"
        for path in paths
        if not path.exists() or path.read_text().partition("\n")[0] != expected
    ]


def compile_all() -> None:
    """Resolve every lock for all supported Pythons and platforms at once."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    oldest = project["project"]["requires-python"].removeprefix(">=")
    for name, options in LOCKS.items():
        command = [
            sys.executable,
            "-m",
            "uv",
            "pip",
            "compile",
            "--quiet",
            "--universal",
            "--python-version",
            oldest,
            *options,
        ]
        command += ["--generate-hashes", "--no-header", "--no-annotate", "--upgrade"]
        # A Python of its own choosing is neither needed nor wanted; what is on the machine resolves for all.
        environment = os.environ | {"UV_PYTHON_DOWNLOADS": "never"}
        pins = subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout
        (FOLDER / f"{name}.txt").write_text(f"{PREFIX}{fingerprint(project)}\n{pins}")


def main() -> int:
    """Make the locks anew, or with `--check` say which are stale."""
    if "--check" not in sys.argv[1:]:
        compile_all()
        return 0
    mistakes = stale()
    print("\n".join(mistakes) or f"{len(LOCKS)} lock files are fresh")
    return 1 if mistakes else 0


if __name__ == "__main__":
    sys.exit(main())
