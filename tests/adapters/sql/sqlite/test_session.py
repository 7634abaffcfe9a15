"""A session can be stopped and closed at any moment, and is then done."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from adapters.sql.sqlite.session import Session

ENDLESS = "with recursive n (x) as (select 1 union all select x + 1 from n) select max(x) from n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "s.db"
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("create table t (a)")
    return path


@contextlib.asynccontextmanager
async def opened(uri: str) -> AsyncIterator[Session]:
    session = Session(uri, writes=False)
    try:
        await session.open(0.0, 1.0)
        yield session
    finally:
        await session.close()


@contextlib.contextmanager
def held(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Connections open only when the event is set."""
    connect, go = sqlite3.connect, threading.Event()

    def late(*given: object, **named: object) -> sqlite3.Connection:
        assert go.wait(10)
        return connect(*given, **named)

    monkeypatch.setattr("adapters.sql.sqlite.session.sqlite3.connect", late)
    yield go
    go.set()


def is_closed(session: Session) -> bool:
    try:
        session._handle.execute("select 1")
    except sqlite3.ProgrammingError:
        return True
    return False


def threads() -> int:
    return sum("_connection_worker_thread" in each.name for each in threading.enumerate())


async def test_a_statement_that_runs_is_interrupted(file: Path) -> None:
    async with opened(f"file:{file}") as session:
        session._handle.set_progress_handler(None, 0)
        running = asyncio.gather(session.execute(ENDLESS, {}, None))
        await asyncio.sleep(0.1)
        session.stop()
        with pytest.raises(sqlite3.OperationalError, match="interrupted"):
            await running


async def test_a_statement_that_has_not_begun_when_it_is_stopped_ends_too(file: Path) -> None:
    async with opened(f"file:{file}") as session:
        session.stop()
        with pytest.raises(sqlite3.OperationalError, match="interrupted"):
            await session.execute(ENDLESS, {}, None)


async def test_what_is_not_opened_to_write_cannot_whatever_the_file_allows(file: Path) -> None:
    async with opened(f"file:{file}?mode=rw") as session:
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            await session.execute("insert into t values (1)", {}, None)


async def test_a_session_keeps_no_rows(file: Path) -> None:
    rows: list[object] = []
    async with opened(f"file:{file}") as session:
        await session.execute("values (1), (2)", {}, lambda _, row: rows.append(row))
        assert rows == [(1,), (2,)]
        assert session._thread.row_factory is None


async def test_a_session_that_was_never_opened_has_nothing_to_close() -> None:
    session = Session("file:none", writes=False)
    await session.close()
    assert session._handle is None


async def cancelled(opening: asyncio.Future[object]) -> None:
    """Cancelled, if it has not ended by now."""
    opening.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await opening


async def test_an_opening_that_is_cancelled_is_waited_for_by_close(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    session = Session(f"file:{file}", writes=False)
    with held(monkeypatch) as go:
        opening = asyncio.gather(session.open(0.0, 1.0))
        await asyncio.sleep(0.05)
        await cancelled(opening)
        closing = asyncio.gather(session.close())
        await asyncio.sleep(0.05)
        assert not closing.done()
        go.set()
        await closing
    assert is_closed(session)
    assert not threads()


async def test_a_session_closed_whenever_its_opening_was_cancelled_leaves_no_thread(file: Path) -> None:
    for steps in range(8):
        sessions = [Session(f"file:{file}", writes=False) for _ in range(8)]
        opening = asyncio.gather(*(session.open(0.0, 1.0) for session in sessions))
        for _ in range(steps):
            await asyncio.sleep(0)
        await cancelled(opening)
        await asyncio.gather(*(session.close() for session in sessions))
        assert not threads()


async def test_a_session_that_could_not_be_opened_leaves_no_thread(tmp_path: Path) -> None:
    sessions = [Session(f"file:{tmp_path}/none?mode=ro", writes=False) for _ in range(32)]
    for session in sessions:
        with pytest.raises(sqlite3.OperationalError):
            await session.open(0.0, 1.0)
        await session.close()
        assert not threads()


async def test_a_session_closed_twice_and_one_that_grew_old_leave_no_thread(file: Path) -> None:
    async with opened(f"file:{file}") as session:
        await session.open(5.0, 1.0)
        assert threads() == 1
        await session.close()
        assert not threads()


def test_a_loop_may_end_right_after_a_close(file: Path) -> None:
    """What a thread says to a loop that is gone is raised in the thread, and warnings are errors here."""

    async def use() -> None:
        session = Session(f"file:{file}", writes=False)
        opening = asyncio.gather(session.open(0.0, 1.0))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        await cancelled(opening)
        await session.close()

    for _ in range(20):
        asyncio.run(use())
        assert not threads()
