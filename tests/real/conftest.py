"""Real servers, each started once for the file of tests that asks for it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.postgres import PostgresServer


@pytest.fixture(scope="module")
def postgres_folder() -> Iterator[Path]:
    """Not in pytest's own folder, which is its user's alone: the server may run as another."""
    with tempfile.TemporaryDirectory(prefix="facade-postgres-") as folder:
        yield Path(folder)


@pytest.fixture(scope="module")
def postgres(postgres_folder: Path) -> Iterator[PostgresServer]:
    server = PostgresServer(postgres_folder)
    yield server
    server.stop()
