"""What became of a line of the ledger that does not belong where it stands."""

from __future__ import annotations

import datetime
import io
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facade.control.ledger.audit import TOLD, Audit, audit, newest
from facade.control.ledger.book import lines
from facade.control.ledger.chain import BEGINNING, LONGEST, Last, bound
from facade.control.ledger.entry import Entry

NOON = datetime.datetime(2026, 11, 23, 12, tzinfo=datetime.UTC)


def entry(what: str) -> Entry:
    return Entry(at=NOON, what=what, before="legacy", after="canary 10%", cause="command", revision="abc", by="Ada")


def written(*names: str) -> list[bytes]:
    made, last = [], Last()
    for name in names:
        line, last = bound(entry(name), last)
        made.append(line)
    return made


def audited(*content: bytes, noted: Last | None = None) -> Audit:
    return audit(lines(io.BytesIO(b"".join(content))), () if noted is None else (noted,))


FOUR = written("a", "b", "c", "d")


def test_a_ledger_as_it_was_written_has_no_findings_and_says_where_it_ends() -> None:
    found = audited(*FOUR)
    assert (found.findings, found.last.number, found.lines) == ([], 4, 4)
    assert audited().last == Last(0, BEGINNING)


@given(st.integers(0, len(b"".join(FOUR)) - 1), st.integers(0, 255))
def test_any_edit_of_any_byte_is_found(at: int, byte: int) -> None:
    whole = b"".join(FOUR)
    edited = whole[:at] + bytes([byte]) + whole[at + 1 :]
    assert bool(audited(edited).findings) is (edited != whole)


@given(st.integers(0, len(b"".join(FOUR))), st.integers(0, 255))
def test_any_byte_that_is_put_in_is_found(at: int, byte: int) -> None:
    whole = b"".join(FOUR)
    assert audited(whole[:at] + bytes([byte]) + whole[at:]).findings


@pytest.mark.parametrize("at", range(len(FOUR[1])))
def test_a_blank_that_changes_nothing_for_a_reader_of_json_is_found_too(at: int) -> None:
    assert audited(FOUR[0], FOUR[1][:at] + b" " + FOUR[1][at:], *FOUR[2:]).findings


@given(st.integers(0, len(b"".join(FOUR)) - 1))
def test_any_byte_that_is_taken_out_is_found(at: int) -> None:
    whole = b"".join(FOUR)
    assert audited(whole[:at] + whole[at + 1 :]).findings


@pytest.mark.parametrize(
    ("content", "findings"),
    [
        (
            [FOUR[0], FOUR[1].replace(b"Ada", b"Bob"), *FOUR[2:]],
            ["line 2: entry 2 is not what was written: it was edited, or the entry before it was"],
        ),
        ([FOUR[0], FOUR[3]], ["line 2: is entry 4: entries 2 to 3 were removed, or moved"]),
        (FOUR[1:], ["line 1: is entry 2: entry 1 was removed, or moved"]),
        (
            [FOUR[0], FOUR[2], FOUR[1], FOUR[3]],
            [
                "line 2: is entry 3: entry 2 was removed, or moved",
                "line 3: is entry 2, which belongs further up: it was moved here, or put in",
            ],
        ),
        ([*FOUR, FOUR[1]], ["line 5: is entry 2, which belongs further up: it was moved here, or put in"]),
        ([FOUR[0], b"\n", *FOUR[1:]], ["line 2: is no entry of a ledger: it was edited, or put in"]),
        ([*FOUR[:3], FOUR[3][:20]], ["line 4: has no end: it was cut in the middle"]),
        ([*FOUR[:3], FOUR[3][:-1]], ["line 4: has no end: what stood there was edited or cut"]),
    ],
    ids=["edited", "removed", "first removed", "reordered", "put in again", "put in", "half a line", "end cut off"],
)
def test_each_kind_of_tampering_is_told_with_its_line(content: list[bytes], findings: list[str]) -> None:
    assert audited(*content).findings == findings


def test_an_entry_written_anew_with_its_hash_is_told_by_the_one_behind_it() -> None:
    forged, _ = bound(entry("x"), audited(FOUR[0]).last)
    assert audited(FOUR[0], forged, *FOUR[2:]).findings == [
        "line 3: entry 3 is not what was written: it was edited, or the entry before it was"
    ]


def test_a_ledger_that_was_cut_is_whole_by_itself_and_told_by_an_entry_that_was_noted() -> None:
    head = audited(*FOUR).last
    cut = FOUR[:2]
    assert audited(*cut).findings == []
    assert audited(*cut, noted=head).findings == ["the end: entry 4 was noted, and the last is 2: it was cut"]
    assert audited(*FOUR, noted=head).findings == []
    assert audited(*FOUR, noted=audited(*cut).last).findings == []


def test_a_ledger_that_was_written_anew_as_a_whole_is_told_by_an_entry_that_was_noted() -> None:
    noted = audited(*FOUR[:3]).last
    anew = written("a", "b", "another", "d")
    assert audited(*anew).findings == []
    assert audited(*anew, noted=noted).findings == [
        "entry 3: has another hash than was noted: the ledger was written anew"
    ]


def test_what_is_no_ledger_has_a_bounded_number_of_findings() -> None:
    found = audited(b"one line of another file\n" * 1000)
    assert len(found.findings) == TOLD
    assert found.more == 1000 - TOLD


def test_the_newest_entries_that_are_wanted_come_in_the_order_of_the_ledger() -> None:
    made = written(*"abacada")
    kept, found = newest(lines(io.BytesIO(b"".join(made))), 2, lambda each: each.what == "a")
    assert [line.number for line in kept] == [5, 7]
    assert found.findings == []


def test_a_file_that_is_one_endless_line_never_fills_the_memory(tmp_path: Path) -> None:
    with (tmp_path / "endless").open("w+b") as file:
        file.truncate(64 * 1024**2)
        tracemalloc.start()
        try:
            assert audit(lines(file)).findings
            assert tracemalloc.get_traced_memory()[1] < 100 * LONGEST
        finally:
            tracemalloc.stop()
