"""What is mended in an answer's head: what is named and nothing else."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from facade.wire.leniency import Fault, head_end, mended

STATUS = b"HTTP/1.1 200 OK"


def head(*lines: bytes, end: bytes = b"\r\n") -> bytes:
    return b"".join(line + end for line in (STATUS, *lines, b""))


EXAMPLES = {
    Fault.BARE_LINE_FEEDS: (head(b"A: 1", b"B: 2", end=b"\n"), head(b"A: 1", b"B: 2")),
    Fault.FOLDED_LINES: (head(b"A: 1 ", b"\t 2", b" 3", b"B: 4"), head(b"A: 1 2 3", b"B: 4")),
    Fault.SPACES_BEFORE_COLONS: (head(b"A : 1", b"B \t: 2 : 3"), head(b"A: 1", b"B: 2 : 3")),
    Fault.CONTROL_CHARACTERS: (
        head(b"A: \0x\ry\x7f", b"B: a\rSet-Cookie: b"),
        head(b"A:  x y ", b"B: a Set-Cookie: b"),
    ),
    Fault.REPEATED_LENGTHS: (
        head(b"A: 1", b"Content-Length: 5", b"content-length: 5, 5"),
        head(b"A: 1", b"Content-Length: 5"),
    ),
    Fault.LENGTHS_BESIDE_CHUNKS: (
        head(b"Content-Length: 5", b"Transfer-Encoding: chunked", b"A: 1"),
        head(b"Transfer-Encoding: chunked", b"A: 1", b"Connection: close"),
    ),
}


@pytest.mark.parametrize("fault", EXAMPLES)
def test_a_fault_that_is_forgiven_is_mended(fault: Fault) -> None:
    wrong, right = EXAMPLES[fault]
    assert mended(wrong, frozenset({fault})) == right


@pytest.mark.parametrize("fault", [fault for fault in EXAMPLES if fault is not Fault.BARE_LINE_FEEDS])
def test_a_fault_is_left_as_it_is_where_only_others_are_forgiven(fault: Fault) -> None:
    wrong, _ = EXAMPLES[fault]
    others = frozenset(Fault) - {fault, Fault.BARE_LINE_FEEDS}
    assert mended(wrong, others) == wrong


def test_bare_line_feeds_end_no_head_that_does_not_forgive_them() -> None:
    wrong, _ = EXAMPLES[Fault.BARE_LINE_FEEDS]
    found = head_end(frozenset(Fault) - {Fault.BARE_LINE_FEEDS}).search(wrong)
    assert found is not None
    assert found.span() == (len(STATUS), len(STATUS) + 1)
    assert head_end(frozenset({Fault.BARE_LINE_FEEDS})).search(wrong) is not None


@pytest.mark.parametrize("ends", [b"\n\n", b"\r\n\n", b"\n\r\n", b"\r\n\r\n"])
def test_bare_line_feeds_may_stand_among_whole_line_ends(ends: bytes) -> None:
    found = head_end(frozenset({Fault.BARE_LINE_FEEDS})).search(STATUS + ends + b"body")
    assert found is not None
    assert mended(STATUS + ends, frozenset({Fault.BARE_LINE_FEEDS})) == head()


@pytest.mark.parametrize(
    "lines",
    [
        (b"Content-Length: 5", b"Content-Length: 6"),
        (b"Content-Length: 5, 6",),
        (b"Content-Length: 5", b"Content-Length: +5"),
        (b"Content-Length: 5,",),
        (b"Content-Length: x, x",),
    ],
)
def test_different_lengths_stay_a_mistake(lines: tuple[bytes, ...]) -> None:
    assert mended(head(*lines), frozenset({Fault.REPEATED_LENGTHS})) == head(*lines)


@pytest.mark.parametrize("line", [b"Content-Length: 5", b"Transfer-Encoding: chunked"])
def test_a_length_or_chunks_alone_are_no_fault(line: bytes) -> None:
    assert mended(head(line), frozenset(Fault)) == head(line)


def test_white_space_behind_the_status_line_is_no_fold() -> None:
    wrong = head(b" A: 1", b"B: 2")
    assert mended(wrong, frozenset({Fault.FOLDED_LINES})) == wrong


def test_nothing_before_the_reason_is_forgiven() -> None:
    wrong = b"HTTP/1.1\x00200 O\x01K\r\n\r\n"
    assert mended(wrong, frozenset(Fault)) == b"HTTP/1.1\x00200 O K\r\n\r\n"


NAMES = some.from_regex(rb"[A-Za-z-]{1,8}", fullmatch=True)
VALUES = some.from_regex(rb"[!-~\x80-\xff]{0,9}", fullmatch=True)
LINES = some.lists(some.tuples(NAMES, VALUES), max_size=6)


@given(LINES, some.frozensets(some.sampled_from(Fault)))
def test_a_head_without_faults_stays_as_it_is(fields: list[tuple[bytes, bytes]], leniency: frozenset[Fault]) -> None:
    lines = [b"%b: %b" % field for field in fields if not field[0].lower().startswith((b"content-", b"transfer-"))]
    assert mended(head(*lines), leniency) == head(*lines)


@given(some.binary(max_size=80).filter(lambda data: b"\n\r\n" not in data and b"\n\n" not in data))
def test_what_is_mended_once_needs_no_mending(data: bytes) -> None:
    once = mended(head(data), frozenset(Fault))
    assert mended(once, frozenset(Fault)) == once


def test_every_fault_is_in_the_documentation_with_its_danger() -> None:
    page = (Path(__file__).parents[3] / "docs/configuration.md").read_text()
    assert re.findall(
        r"^\| `([a-z ]+)` \| .+ \| .+ \|$", page.partition("### lenient")[2].partition("###")[0], re.MULTILINE
    ) == list(Fault)
