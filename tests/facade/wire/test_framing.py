"""Where a body ends: one reading, or none."""

from __future__ import annotations

import pytest

from facade.problem import Refusal
from facade.wire import refusals
from facade.wire.framing import CHUNKED, UNTIL_CLOSE, request_framing, response_framing
from facade.wire.message import HTTP_1_0, HTTP_1_1, RequestHead, ResponseHead


def asked(*lines: bytes, minor: int = HTTP_1_1, method: bytes = b"POST") -> int:
    return request_framing(RequestHead(method, b"/", minor, b"".join(b"\r\n" + line for line in lines)))


def answered(*lines: bytes, status: int = 200, minor: int = HTTP_1_1, head: bool = False) -> int:
    return response_framing(
        ResponseHead(status, b"", minor, b"".join(b"\r\n" + line for line in lines)), asked_head=head
    )


BAD_LENGTHS = [
    [b"Content-Length:"],
    [b"Content-Length: +5"],
    [b"Content-Length: -5"],
    [b"Content-Length: 0x5"],
    [b"Content-Length: 5.0"],
    [b"Content-Length: 5 5"],
    [b"Content-Length: 5;a"],
    [b"Content-Length: 5, 5"],
    [b"Content-Length: 5, 6"],
    [b"Content-Length: 1_0"],
    [b"Content-Length: \xd9\xa5"],
    [b"Content-Length: \xb2"],
    [b"Content-Length: 5\n"],
    [b"Content-Length: " + b"1" * 100],
    [b"Content-Length: 18446744073709551621"],
    [b"Content-Length: 5", b"Content-Length: 5"],
    [b"Content-Length: 5", b"Content-Length: 6"],
    [b"Content-Length: 5", b"content-length:"],
]

BAD_CODINGS = [
    [b"Transfer-Encoding: chunked", b"Content-Length: 5"],
    [b"Content-Length: 5", b"Transfer-Encoding: chunked"],
    [b"Transfer-Encoding: chunked", b"Content-Length:"],
    [b"Transfer-Encoding: chunked", b"Transfer-Encoding: chunked"],
    [b"Transfer-Encoding: chunked", b"transfer-encoding: identity"],
    [b"Transfer-Encoding: xchunked"],
    [b"Transfer-Encoding: identity"],
    [b"Transfer-Encoding:"],
    [b"Transfer-Encoding: ,chunked"],
    [b"Transfer-Encoding: gzip,, chunked"],
    [b"Transfer-Encoding: gzip, chunked, chunked"],
    [b"Transfer-Encoding: chunked, identity"],
    [b"Transfer-Encoding: chunked, chunked"],
    [b'Transfer-Encoding: "chunked"'],
    [b"Transfer-Encoding: \x0bchunked"],
    [b"Transfer-Encoding: chunked\x00"],
    [b"Transfer-Encoding: chunked;q=1"],
]

CODED_CHUNKS = [b"gzip, chunked", b"gzip,deflate \t, Chunked", b"chunked-not, chunked"]


@pytest.mark.parametrize("method", [b"GET", b"POST", b"DELETE", b"HEAD"])
def test_a_request_has_a_body_when_it_says_so_whatever_its_method(method: bytes) -> None:
    assert asked(method=method) == 0
    assert asked(b"Content-Length: 0", method=method) == 0
    assert asked(b"Content-Length: 15", method=method) == 15
    assert asked(b"Content-Length: 007 ", method=method) == 7
    assert asked(b"Transfer-Encoding: chunked", method=method) == CHUNKED
    assert asked(b"transfer-encoding:  Chunked ", method=method) == CHUNKED


@pytest.mark.parametrize("lines", BAD_LENGTHS + BAD_CODINGS)
def test_a_request_that_could_be_read_two_ways_is_refused(lines: list[bytes]) -> None:
    with pytest.raises(Refusal) as refusal:
        asked(*lines)
    assert refusal.value.problem is refusals.BAD_FRAMING


@pytest.mark.parametrize("coding", CODED_CHUNKS)
def test_a_coding_below_chunks_is_not_implemented(coding: bytes) -> None:
    with pytest.raises(Refusal) as refusal:
        asked(b"Transfer-Encoding: " + coding)
    assert refusal.value.problem is refusals.NOT_IMPLEMENTED


def test_chunks_in_an_http_1_0_request_are_faulty() -> None:
    with pytest.raises(Refusal) as refusal:
        asked(b"Transfer-Encoding: chunked", minor=HTTP_1_0)
    assert refusal.value.problem is refusals.BAD_FRAMING


@pytest.mark.parametrize("twin", [b"Content_Length: 7", b"X-Content-Length: 7", b"Transfer_Encoding: chunked"])
def test_a_field_that_only_looks_like_framing_frames_nothing(twin: bytes) -> None:
    assert asked(twin) == 0
    assert asked(b"Content-Length: 5", twin) == 5


def test_a_length_in_a_list_of_connection_options_is_not_lost() -> None:
    assert asked(b"Connection: Content-Length", b"Content-Length: 5") == 5
    assert asked(b"Connection: Transfer-Encoding", b"Transfer-Encoding: chunked") == CHUNKED


def test_an_answer_ends_by_its_length_its_chunks_or_its_connection() -> None:
    assert answered(b"Content-Length: 5") == 5
    assert answered(b"Transfer-Encoding: chunked") == CHUNKED
    assert answered() == UNTIL_CLOSE
    assert answered(minor=HTTP_1_0) == UNTIL_CLOSE


@pytest.mark.parametrize("lines", [[], [b"Content-Length: 5"], [b"Transfer-Encoding: chunked"]])
def test_answers_to_head_and_those_without_content_have_no_body_whatever_they_say(lines: list[bytes]) -> None:
    assert answered(*lines, head=True) == 0
    assert answered(*lines, status=204) == 0
    assert answered(*lines, status=304) == 0
    assert answered(*lines, status=103) == 0


@pytest.mark.parametrize(
    "lines", BAD_LENGTHS + BAD_CODINGS + [[b"Transfer-Encoding: " + coding] for coding in CODED_CHUNKS]
)
def test_an_answer_that_could_be_read_two_ways_is_nonsense(lines: list[bytes]) -> None:
    with pytest.raises(Refusal) as refusal:
        answered(*lines)
    assert refusal.value.problem is refusals.NONSENSE


def test_chunks_in_an_http_1_0_answer_are_nonsense() -> None:
    with pytest.raises(Refusal) as refusal:
        answered(b"Transfer-Encoding: chunked", minor=HTTP_1_0)
    assert refusal.value.problem is refusals.NONSENSE
