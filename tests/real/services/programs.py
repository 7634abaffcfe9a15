"""The programs that these tests run, found where Debian puts them; one that is missing is said by name.

Where it is missing the tests skip, but not under CI: there everything is installed, and a skip would hide that not.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

_FOLDERS = ("/usr/lib/postgresql",)
"""Where a package keeps programs off the path, by version."""


def program(name: str, package: str) -> str:
    """The path of a program; without it the test is skipped, or fails under CI."""
    found = shutil.which(name) or _elsewhere(name)
    if found is None:
        tell = pytest.fail if os.environ.get("CI") else pytest.skip
        tell(f"{name} is missing; install it: make real-services, or the package {package}")
    return found


def _elsewhere(name: str) -> str | None:
    found = (file for folder in _FOLDERS for file in sorted(Path(folder).glob(f"*/bin/{name}"), reverse=True))
    return next((str(file) for file in found), None)
