"""Memory of a sidecar that has answered nobody, with the packages of the image and with what is here."""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from importlib.metadata import distribution
from pathlib import Path
from typing import Final

from bench import facade_folder
from bench.accounting import used
from bench.conditions.rows import Row
from bench.processes import free_port, started
from bench.run import CONTENDER_CORE

_SETTLED: Final = 3.0
"""Seconds until what the start took is given back."""

_TARGET: Final = 60 * 2**20
_IMAGE: Final = Path(f"{sys.prefix}-runtime") / "bin/python"
"""The packages of the image alone, as `make sbom` installs them."""


def measured(python: str) -> Iterator[Row]:
    pythons = {"the packages of development": python}
    if _IMAGE.exists():
        pythons = {"the packages of the image": str(_IMAGE), **pythons}
    for which, each in pythons.items():
        took = _resident(each)
        is_image = each == str(_IMAGE)
        target, kept = ("60 MiB", took <= _TARGET) if is_image else ("", None)
        yield Row(f"memory at rest, 500 routes, {which}", f"{took / 2**20:.1f} MiB", target, kept)


def _resident(python: str) -> int:
    with tempfile.TemporaryDirectory(prefix="facade-bench-") as name:
        folder, port = Path(name), free_port()
        configuration = facade_folder.write(folder / "configuration", port, free_port())
        # The image's packages have no `strangler-facade` among them, which tells its version by its metadata.
        installed = Path(str(distribution("strangler-facade").locate_file("")))
        for each in installed.glob("strangler_facade-*.dist-info"):
            shutil.copytree(each, folder / "packages" / each.name)
        command = ["env", f"PYTHONPATH={folder / 'packages'}", python]
        command += ["-m", "facade", "serve", "--config", str(configuration)]
        with started("facade", command, port, CONTENDER_CORE, folder) as running:
            time.sleep(_SETTLED)
            return used(running.pid).resident
