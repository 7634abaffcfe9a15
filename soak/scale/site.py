"""A sidecar between callers and a service, with a configuration of the run's own."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from harness.folder import Folder
from harness.sidecar import Sidecar
from soak.scale.service import service

KIB: Final = 1024
MIB: Final = 1024 * KIB

Furnish = Callable[[Folder, str], None]
"""Writes a configuration; the second argument is the service's URL."""


@contextmanager
def site(furnish: Furnish) -> Iterator[tuple[Sidecar, Folder]]:
    """Run the service and the sidecar."""
    with tempfile.TemporaryDirectory(prefix="facade-scale-") as place, service() as port:
        folder = Folder(Path(place) / "config")
        furnish(folder, f"http://127.0.0.1:{port}")
        with Sidecar(folder).ready() as sidecar:
            yield sidecar, folder


def plain(**settings: str) -> Furnish:
    """One silo that answers every path; `settings` are keys of facade.yaml."""

    def furnish(folder: Folder, url: str) -> None:
        folder.facade(log="{requests: 1%, errors: all, level: info}", **settings)
        folder.rest(url)

    return furnish
