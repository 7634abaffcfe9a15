"""A PostgreSQL server of the bench's own, where its programs are installed; it is the one that the tests start."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from services.postgres import PostgresServer


@contextmanager
def postgres() -> Iterator[PostgresServer | None]:
    """A server, started; None where there is none to start."""
    # Not below a folder that is this user's alone: the server may run as another.
    with tempfile.TemporaryDirectory(prefix="facade-postgres-") as folder:
        try:
            server = PostgresServer(Path(folder))
        except (pytest.skip.Exception, pytest.fail.Exception) as missing:
            print(missing)
            yield None
            return
        try:
            yield server
        finally:
            server.stop()
