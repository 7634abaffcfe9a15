"""The register of benefit claims: one table in a SQLite file, with no interface of its own.

It is made anew at every start, so that a claim opened in an earlier demonstration is in nobody's way. The file is
written beside its place and moved there, so that a reader never meets half a register. Blocking: call in a thread.
"""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path
from typing import Final

from facade.demo.records import claims

FILE: Final = Path("records", "benefits.sqlite")
"""Relative to the configuration's folder, as `silos/benefits-db.yaml` names it."""

_TABLE: Final = """
    create table claim (reference text primary key, nino text, status text default 'received', amount text)
"""
_ROW: Final = "insert into claim (reference, nino, status, amount) values (?, ?, ?, ?)"
_COMPANIONS: Final = ("-journal", "-wal", "-shm")
"""What SQLite leaves beside the file of a killed process; an old journal would be played into the new file."""


def make(folder: Path) -> Path:
    """Make and fill the register below `folder`, in the place of an older one; return its path."""
    register = folder / FILE
    register.parent.mkdir(parents=True, exist_ok=True)
    for companion in _COMPANIONS:
        register.with_name(register.name + companion).unlink(missing_ok=True)
    unfinished = register.with_name(register.name + ".new")
    unfinished.unlink(missing_ok=True)
    with contextlib.closing(sqlite3.connect(unfinished)) as connection, connection:
        connection.execute(_TABLE)
        connection.executemany(_ROW, ((c.reference, "QQ000000A", c.status, c.amount) for c in claims()))
    unfinished.replace(register)
    return register
