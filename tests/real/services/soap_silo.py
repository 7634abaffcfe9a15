"""A SOAP silo in another language, on a free port of this machine: `soap/silo.js`, run by Node.

Its npm packages are where `make real-services` puts them.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from services.programs import program

FOLDER = Path(__file__).parent / "soap"
PACKAGES = Path(__file__).resolve().parents[3] / ".venv-real" / "soap" / "node_modules"
_PATIENCE = 10


class SoapSilo:
    """The running silo."""

    def __init__(self) -> None:
        node = program("node", "nodejs")
        if not (PACKAGES / "soap").is_dir():
            tell = pytest.fail if os.environ.get("CI") else pytest.skip
            tell("the npm package soap is missing; install it: make real-services")
        self._process = subprocess.Popen(
            [node, FOLDER / "silo.js"],
            stdout=subprocess.PIPE,
            text=True,
            env={"PATH": os.environ["PATH"], "NODE_PATH": str(PACKAGES)},
        )
        assert self._process.stdout is not None
        self.port = int(self._process.stdout.readline())

    def endpoint(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}/{path}"

    def kill(self) -> None:
        self._process.kill()
        self._process.wait(_PATIENCE)

    def stop(self) -> None:
        self.kill()
        assert self._process.stdout is not None
        self._process.stdout.close()
