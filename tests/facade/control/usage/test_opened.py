"""The file of calls: made where there is none, put aside where it is damaged, left alone where it is newer."""

from __future__ import annotations

import sqlite3
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
import structlog

from facade.control.usage import opened, schema
from facade.control.usage.opened import FILE, CallsFile, is_damage

ROW = "INSERT INTO watched VALUES (1, 2, 3)"


def put(connection: sqlite3.Connection) -> None:
    connection.execute(ROW)


def rows(path: Path) -> int:
    connection = sqlite3.connect(path)
    (count,) = connection.execute("SELECT count(*) FROM watched").fetchone()
    connection.close()
    return int(count)


def test_a_new_file_is_nobody_elses_to_read(tmp_path: Path) -> None:
    file = CallsFile(tmp_path / "state")
    file.write(put)
    assert stat.S_IMODE(file.path.stat().st_mode) == 0o600
    assert all(stat.S_IMODE(each.stat().st_mode) == 0o600 for each in file.path.parent.iterdir())
    file.close()
    assert [each.name for each in file.path.parent.iterdir()] == [FILE]
    assert rows(file.path) == 1


def test_a_change_that_fails_is_not_made_at_all(tmp_path: Path) -> None:
    file = CallsFile(tmp_path)

    def half(connection: sqlite3.Connection) -> None:
        connection.execute(ROW)
        raise OSError("no")

    with pytest.raises(OSError, match="no"):
        file.write(half)
    file.write(put)
    file.close()
    assert rows(file.path) == 1


def damage_head(content: bytes) -> bytes:
    return b"not a database" + content[14:]


def damage_pages(content: bytes) -> bytes:
    return content[:4096] + b"\xff" * (len(content) - 4096)


@pytest.mark.parametrize("damage", [damage_head, damage_pages, lambda content: content[:5000]])
def test_a_damaged_file_is_put_aside_loudly_and_counting_goes_on(
    tmp_path: Path, damage: Callable[[bytes], bytes]
) -> None:
    file = CallsFile(tmp_path)
    file.write(put)
    file.close()
    damaged = damage(file.path.read_bytes())
    file.path.write_bytes(damaged)
    with structlog.testing.capture_logs() as lines:
        file.write(put)
    file.close()
    (line,) = lines
    assert (line["event"], line["log_level"]) == ("counts lost", "error")
    assert "put aside as calls.sqlite.damaged" in line["problem"]
    assert (tmp_path / "calls.sqlite.damaged").read_bytes() == damaged
    assert rows(file.path) == 1


def test_somebody_elses_database_is_put_aside(tmp_path: Path) -> None:
    other = sqlite3.connect(tmp_path / FILE)
    other.execute("CREATE TABLE theirs (x)")
    other.close()
    file = CallsFile(tmp_path)
    file.write(put)
    file.close()
    assert (tmp_path / "calls.sqlite.damaged").exists()
    assert rows(file.path) == 1


def test_a_newer_versions_file_stays_and_calls_are_counted_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = CallsFile(tmp_path)
    file.write(put)
    file.close()
    newer = sqlite3.connect(file.path)
    newer.execute("PRAGMA user_version = 9")
    newer.close()
    before = file.path.read_bytes()
    older = CallsFile(tmp_path)
    with structlog.testing.capture_logs() as lines:
        older.write(put)
        older.write(lambda connection: None)
    older.close()
    assert [line["event"] for line in lines] == ["calls are counted in another file"]
    assert older.path.name == f"calls.{len(schema.STEPS)}.sqlite"
    assert rows(older.path) == 1
    assert file.path.read_bytes() == before


def test_a_file_that_somebody_took_away_is_made_again(tmp_path: Path) -> None:
    file = CallsFile(tmp_path)
    file.write(put)
    for each in tmp_path.iterdir():
        each.unlink()
    file.write(put)
    file.close()
    assert rows(file.path) == 1


def test_a_file_that_another_sidecar_writes_for_too_long_is_not_damaged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opened, "_PATIENCE", 0.01)
    file, other = CallsFile(tmp_path), CallsFile(tmp_path)
    file.write(put)

    def meanwhile(connection: sqlite3.Connection) -> None:
        with pytest.raises(sqlite3.OperationalError) as busy:
            other.write(put)
        assert not is_damage(busy.value)

    file.write(meanwhile)
    file.close()
    other.close()


def test_a_full_disk_is_not_damage(tmp_path: Path) -> None:
    file = CallsFile(tmp_path)

    def fill(connection: sqlite3.Connection) -> None:
        connection.execute("PRAGMA max_page_count = 1")
        connection.execute("CREATE TABLE more AS SELECT randomblob(100000)")

    with pytest.raises(sqlite3.OperationalError, match="full") as full:
        file.write(fill)
    assert not is_damage(full.value)
    file.close()
