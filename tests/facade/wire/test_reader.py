"""Bytes in, one head out: the same head however the bytes are split, and only a head that has one reading."""

from __future__ import annotations

import contextlib
import re
from typing import TypeVar

import pytest
from far_end import split
from hypothesis import given
from hypothesis import strategies as st

from facade.problem import Problem, Refusal
from facade.wire import refusals
from facade.wire.limits import Limits
from facade.wire.message import HTTP_1_0, HTTP_1_1, RequestHead, ResponseHead
from facade.wire.reader import RequestReader, ResponseReader

AnyHead = TypeVar("AnyHead", RequestHead, ResponseHead)

REQUEST = b"POST /titles/%41?q=a+b&&h== HTTP/1.1\r\nHost: a\r\nX-Y:  \xe9 \r\nx-y:\r\nContent-Length: 4\r\n\r\n"
ANSWER = b"HTTP/1.1 299 Good \xe9nough\r\nServer: a\r\nSet-Cookie: a=b\r\nset-cookie:c\r\nContent-Length: 4\r\n\r\n"
FIELD_LINE = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+:[\t\x20-\x7e\x80-\xff]*")
SMALL = Limits(header_bytes=1024, headers=5, url_bytes=100)


def feed(reader: RequestReader | ResponseReader, data: bytes, cuts: list[int]) -> tuple[AnyHead, bytes] | None:
    """Feed the data in pieces until there is a head; what is returned behind it is all that is left."""
    pieces = split(data, cuts)
    for number, piece in enumerate(pieces, start=1):
        read = reader.feed(piece)
        if read is not None:
            head, rest = read
            return head, rest + b"".join(pieces[number:])  # type: ignore[return-value] - the reader's own kind of head
    return None


def refused(data: bytes, limits: Limits = SMALL, *, answer: bool = False) -> Problem:
    """Why a head is refused, the same whether it comes whole or byte by byte."""
    found = []
    for cuts in ([], list(range(1, len(data)))):
        with pytest.raises(Refusal) as refusal:
            feed(ResponseReader(limits) if answer else RequestReader(limits), data, cuts)
        found.append(refusal.value.problem)
    assert found[0] is found[1]
    return found[0]


# One head, however it comes


def test_a_request_is_its_bytes_whatever_the_split() -> None:
    for cuts in ([], list(range(1, 200)), *([at] for at in range(1, len(REQUEST) + 4))):
        read = feed(RequestReader(Limits()), REQUEST + b"bodyGET", cuts)
        assert read is not None
        head, rest = read
        assert (head.method, head.target, head.minor) == (b"POST", b"/titles/%41?q=a+b&&h==", HTTP_1_1)
        assert head.lines() == [b"Host: a", b"X-Y:  \xe9 ", b"x-y:", b"Content-Length: 4"]
        assert rest == b"bodyGET"


def test_an_answer_is_its_bytes_whatever_the_split() -> None:
    for cuts in ([], list(range(1, 200)), *([at] for at in range(1, len(ANSWER) + 4))):
        read = feed(ResponseReader(Limits()), ANSWER + b"body", cuts)
        assert read is not None
        head, rest = read
        assert (head.status, head.reason, head.minor) == (299, b"Good \xe9nough", HTTP_1_1)
        assert head.lines() == [b"Server: a", b"Set-Cookie: a=b", b"set-cookie:c", b"Content-Length: 4"]
        assert rest == b"body"


def test_a_head_may_have_no_fields() -> None:
    assert RequestReader(Limits()).feed(b"GET / HTTP/1.0\r\n\r\n")[0].lines() == []  # type: ignore[index] - whole
    head = ResponseReader(Limits()).feed(b"HTTP/1.0 200 OK\r\n\r\n")[0]  # type: ignore[index] - whole
    assert (head.lines(), head.minor) == ([], HTTP_1_0)


def test_an_old_server_may_leave_out_the_reason() -> None:
    for line in (b"HTTP/1.1 200", b"HTTP/1.1 200 "):
        assert ResponseReader(Limits()).feed(line + b"\r\n\r\n")[0].reason == b""  # type: ignore[index] - whole


@pytest.mark.parametrize("empty", [b"\r\n", b"\r\n\r\n", b"\r\n\r\n\r\n"])
def test_empty_lines_before_a_request_are_ignored(empty: bytes) -> None:
    for cuts in ([], list(range(1, 200))):
        reader = RequestReader(Limits())
        assert not reader.started
        read = feed(reader, empty + REQUEST, cuts)
        assert read is not None
        assert read[0].method == b"POST"


def test_a_reader_has_started_with_the_first_byte_that_counts() -> None:
    reader = RequestReader(Limits())
    reader.feed(b"\r\n")
    assert not reader.started
    reader.feed(b"G")
    assert reader.started


# What is no request


@pytest.mark.parametrize(
    "head",
    [
        b"GE(T / HTTP/1.1\r\nHost: a",
        b"GET  / HTTP/1.1\r\nHost: a",
        b"GET /  HTTP/1.1\r\nHost: a",
        b"GET\t/ HTTP/1.1\r\nHost: a",
        b"GET /a b HTTP/1.1\r\nHost: a",
        b"GET /\tx HTTP/1.1\r\nHost: a",
        b" GET / HTTP/1.1\r\nHost: a",
        b"GET /#fragment HTTP/1.1\r\nHost: a",
        b"GET /\x00 HTTP/1.1\r\nHost: a",
        b"GET /\xe9 HTTP/1.1\r\nHost: a",
        b"GET /\r HTTP/1.1\r\nHost: a",
        b"GET /",
        b"GET / http/1.1\r\nHost: a",
        b"GET / HTTP/01.1\r\nHost: a",
        b"GET / HTTP/1.10\r\nHost: a",
        b"GET / HTTP/1.1\n\nHost: a",
        b"GET / HTTP/1.1\r\n Host: a",
        b"GET / HTTP/1.1\r\nHost : a",
        b"GET / HTTP/1.1\r\nContent-Length : 5",
        b"GET / HTTP/1.1\r\nTransfer-Encoding : chunked",
        b"GET / HTTP/1.1\r\nHost\t: a",
        b"GET / HTTP/1.1\r\nno colon",
        b"GET / HTTP/1.1\r\n: empty",
        b"GET / HTTP/1.1\r\nna me: x",
        b"GET / HTTP/1.1\r\nn\xe9: x",
        b"GET / HTTP/1.1\r\nX: a\r\n folded",
        b"GET / HTTP/1.1\r\nX: a\r\n\tfolded",
        b"GET / HTTP/1.1\r\nX: a\rb",
        b"GET / HTTP/1.1\r\nX: a\nb: c",
        b"GET / HTTP/1.1\r\nX: a\nTransfer-Encoding: chunked",
        b"GET / HTTP/1.1\r\nX: a\x00b",
        b"GET / HTTP/1.1\r\nX: a\x01b",
        b"GET / HTTP/1.1\r\nX: a\x7fb",
        b"GET / HTTP/1.1\r\nX: a\r\r\nY: b",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    ],
)
def test_a_request_that_is_not_strictly_valid_is_malformed(head: bytes) -> None:
    assert refused(head + b"\r\n\r\n") is refusals.MALFORMED


@pytest.mark.parametrize(
    "head",
    [
        b"Content-Length: 15\r\nTransfer-Encoding: chunked",
        b"Content-Length: 5\r\nContent-Length: 6",
        b"Content-Length: 5, 6",
        b"Content-Length: +5",
        b"Content-Length: 5 5",
        b"Content-Length: 18446744073709551621",
        b"Transfer-Encoding: xchunked",
        b"Transfer-Encoding: chunked, identity",
    ],
)
def test_framing_that_the_parser_refuses_is_malformed_too(head: bytes) -> None:
    assert refused(b"POST / HTTP/1.1\r\nHost: a\r\n" + head + b"\r\n\r\n") is refusals.MALFORMED


@pytest.mark.parametrize("line", [b"GET / HTTP/2.0", b"GET / HTTP/0.9", b"GET / HTTP/1.2", b"PRI * HTTP/2.0"])
def test_another_version_is_told_so(line: bytes) -> None:
    assert refused(line + b"\r\n\r\n") is refusals.VERSION


@pytest.mark.parametrize("method", [b"get", b"Post", b"FOOBAR", b"X"])
def test_a_method_that_nobody_knows_is_not_implemented_whatever_its_case(method: bytes) -> None:
    assert refused(method + b" / HTTP/1.1\r\nHost: a\r\n\r\n") is refusals.NOT_IMPLEMENTED


@pytest.mark.parametrize("cut", range(10))
def test_empty_lines_before_a_request_are_no_part_of_it_if_they_end_as_lines_do(cut: int) -> None:
    reader = RequestReader(Limits())
    sent = b"\r\n" * 3 + b"GET / HTTP/1.1\r\n\r\n"
    read = reader.feed(sent[:cut]) if cut else None
    assert read is None
    read = reader.feed(sent[cut:])
    assert read is not None
    assert (read[0].method, read[1]) == (b"GET", b"")
    for odd in (b"\n", b"\r", b"\r\r\n", b"\r\n\n"):
        assert refused(odd + b"GET / HTTP/1.1\r\n\r\n") is refusals.MALFORMED


def test_garbage_is_refused_at_once_and_not_at_the_deadline() -> None:
    with pytest.raises(Refusal):
        RequestReader(Limits()).feed(b"\x16\x03\x01")
    with pytest.raises(Refusal):
        ResponseReader(Limits()).feed(b"ICY 200")


# Limits


def test_a_target_that_is_too_long_is_told_so() -> None:
    fits = b"GET /" + b"a" * 99 + b" HTTP/1.1\r\n\r\n"
    assert RequestReader(SMALL).feed(fits) is not None
    assert refused(fits.replace(b"/", b"/a", 1)) is refusals.TARGET_TOO_LONG
    assert refused(b"GET /" + b"a" * 5000) is refusals.TARGET_TOO_LONG


def test_fields_that_are_too_large_or_too_many_are_told_so() -> None:
    lines = b"X: y\r\n" * 5
    assert RequestReader(SMALL).feed(b"GET / HTTP/1.1\r\n" + lines + b"\r\n") is not None
    assert refused(b"GET / HTTP/1.1\r\n" + lines + b"X: y\r\n\r\n") is refusals.HEAD_TOO_LARGE
    assert refused(b"GET / HTTP/1.1\r\nX: " + b"a" * 5000) is refusals.HEAD_TOO_LARGE


def test_a_head_may_be_exactly_as_large_as_the_limit() -> None:
    frame = b"GET / HTTP/1.1\r\nX: \r\n\r\n"
    fits = frame.replace(b"X: ", b"X: " + b"a" * (SMALL.header_bytes - len(frame)))
    assert len(fits) == SMALL.header_bytes
    read = RequestReader(SMALL).feed(fits + b"x" * 5000)
    assert read is not None
    assert read[1] == b"x" * 5000
    assert refused(fits.replace(b"X: ", b"X: a")) is refusals.HEAD_TOO_LARGE


def test_an_endless_answer_head_is_nonsense() -> None:
    assert refused(b"HTTP/1.1 200 OK\r\nX: " + b"a" * 5000, answer=True) is refusals.NONSENSE
    assert refused(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 6 + b"\r\n", answer=True) is refusals.NONSENSE


# What is no answer


@pytest.mark.parametrize(
    "head",
    [
        b"ICY 200 OK",
        b"HTTP/1.1 99 Too Small",
        b"HTTP/1.1 099 Too Small",
        b"HTTP/1.1 2000 Too Large",
        b"HTTP/1.1 abc",
        b"HTTP/2.0 200 OK",
        b"HTTP/1.1  200 OK",
        b"HTTP/1.1 200 O\x00K",
        b"HTTP/1.1 200 OK\r\nX : y",
        b"HTTP/1.1 200 OK\r\nX: a\r\n folded",
        b"HTTP/1.1 200 OK\r\nX: a\nY: b",
        b"HTTP/1.1 200 OK\r\nX: a\rb",
        b"HTTP/1.1 200 OK\r\nX: a\x00b",
        b"HTTP/1.1 200 OK\r\nna me: x",
        b"HTTP/1.1 200 OK\r\nn\xe9: x",
        b"HTTP/1.1 200 OK\r\n: x",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked",
        b"GET / HTTP/1.1",
        b"",
    ],
)
def test_an_answer_that_is_not_strictly_valid_is_nonsense(head: bytes) -> None:
    assert refused(head + b"\r\n\r\n" + b"x" * 2000, answer=True) is refusals.NONSENSE


# Laws


PIECES = [
    *(b"GET / HTTP/1.1\r\n", b"HTTP/1.1 200 OK\r\n", b"Host: a\r\n", b"X: ", b"\r\n", b"\n", b"\r", b" ", b"\t", b":"),
    *(b"a", b"\x00", b"\x0b", b"\xe9", b"Host", b"Content-Length: 5\r\n", b"Transfer-Encoding: chunked\r\n"),
    *(b"\r\n\r\n", b"\r\r\n"),
]
MESSAGES = st.lists(st.sampled_from(PIECES), max_size=12).map(b"".join)


@given(
    st.sampled_from([b"GET / HTTP/1.1\r\n", b"HTTP/1.1 200 OK\r\n"]), MESSAGES, st.lists(st.integers(1, 80), max_size=9)
)
def test_whatever_is_accepted_has_one_reading_and_no_split_changes_it(
    line: bytes, rest: bytes, cuts: list[int]
) -> None:
    data = line + rest
    kind = RequestReader if line.startswith(b"GET") else ResponseReader
    seen = []
    for places in ([], cuts):
        try:
            read = feed(kind(Limits()), data, places)
            seen.append(None if read is None else (read[0].block, read[1]))
        except Refusal:
            seen.append("refused")
    assert seen[0] == seen[1]
    if isinstance(seen[0], tuple):
        head, behind = seen[0]
        assert data == line[:-2] + head + b"\r\n\r\n" + behind
        assert all(FIELD_LINE.fullmatch(field) for field in head.split(b"\r\n")[1:])


@given(st.binary(max_size=80), st.lists(st.integers(1, 80), max_size=9))
def test_bytes_that_are_no_head_are_refused_and_raise_nothing_else(data: bytes, cuts: list[int]) -> None:
    for reader in (RequestReader(SMALL), ResponseReader(SMALL)):
        with contextlib.suppress(Refusal):
            feed(reader, data, cuts)
