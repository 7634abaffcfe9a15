"""The chain: whoever edits a line of the ledger is found out."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facade.control.ledger.chain import BEGINNING, LONGEST, Edited, Last, bound, read
from facade.control.ledger.entry import Entry

NOON = datetime.datetime(2026, 11, 23, 12, tzinfo=datetime.UTC)


def entry(what: str = "titles.read", why: str = "") -> Entry:
    return Entry(
        at=NOON, what=what, before="legacy", after="canary 10%", cause="command", revision="abc", by="Ada", why=why
    )


def written(*entries: Entry) -> list[bytes]:
    lines, last = [], Last()
    for each in entries:
        line, last = bound(each, last)
        lines.append(line)
    return lines


def test_what_was_written_is_read_again_with_its_numbers() -> None:
    entries = [entry("a"), entry("b", why="because of 'this' \u201cquote\u201d\n")]
    found = list(read(written(*entries)))
    assert [each for each, _ in found] == entries
    assert [last.number for _, last in found] == [1, 2]
    assert found[0][1].hash not in {BEGINNING, found[1][1].hash}


@given(st.data())
def test_any_edit_of_any_byte_is_found(data: st.DataObject) -> None:
    lines = written(*(entry(f"route{number}", why="x" * number) for number in range(4)))
    number = data.draw(st.integers(0, 3))
    line = lines[number]
    at = data.draw(st.integers(0, len(line) - 2))
    byte = data.draw(st.integers(32, 126).filter(lambda byte: byte != line[at]))
    lines[number] = line[:at] + bytes([byte]) + line[at + 1 :]
    with pytest.raises(Edited, match=rf"^line {number + 1}: "):
        list(read(lines))


@pytest.mark.parametrize("edit", ["taken out", "put in", "swapped", "said twice"])
def test_lines_that_are_not_where_they_were_are_found(edit: str) -> None:
    lines = written(entry("a"), entry("b"), entry("c"))
    other = written(entry("x"), entry("y"))
    edited = {
        "taken out": [lines[0], lines[2]],
        "put in": [lines[0], other[1], *lines[1:]],
        "swapped": [lines[1], lines[0], lines[2]],
        "said twice": [lines[0], *lines],
    }[edit]
    with pytest.raises(Edited):
        list(read(edited))


@pytest.mark.parametrize("line", [b"", b"{}", b"[]", b"null", b"\xff", b"x" * (LONGEST + 1)])
def test_what_is_no_entry_is_told_with_its_line(line: bytes) -> None:
    with pytest.raises(Edited, match=r"^line 2: "):
        list(read([*written(entry()), line]))


def test_a_text_that_is_too_long_for_the_ledger_is_refused() -> None:
    with pytest.raises(ValueError, match="500 characters"):
        entry(why="x" * 501)
