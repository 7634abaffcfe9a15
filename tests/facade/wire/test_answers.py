"""Whole answers that the facade writes itself."""

from __future__ import annotations

import json

import pytest

from facade.problem import Problem
from facade.wire.answers import problem_answer

PROBLEM = Problem(405, "method", "Not so.", "http_request_error", retry_after=7, allow=("GET", "HEAD"))
DATE = b"Mon, 23 Nov 2026 15:00:00 GMT"


def parts(answer: bytes) -> tuple[bytes, dict[bytes, bytes], bytes]:
    head, _, body = answer.partition(b"\r\n\r\n")
    line, *fields = head.split(b"\r\n")
    return line, dict(field.split(b": ", 1) for field in fields), body  # type: ignore[misc] - pairs


def test_a_problem_is_a_whole_answer() -> None:
    line, fields, body = parts(problem_answer(PROBLEM, DATE, request_id="abc", close=True))
    assert line == b"HTTP/1.1 405 Method Not Allowed"
    assert fields == {
        b"Date": DATE,
        b"Content-Type": b"application/problem+json",
        b"Content-Length": str(len(body)).encode(),
        b"Proxy-Status": b"facade; error=http_request_error",
        b"Retry-After": b"7",
        b"Allow": b"GET, HEAD",
        b"Connection": b"close",
    }
    assert json.loads(body)["instance"] == "urn:request:abc"


def test_what_a_problem_has_not_is_not_said() -> None:
    _, fields, _ = parts(problem_answer(Problem(404, "x", "y"), DATE, request_id="abc", close=False))
    assert set(fields) == {b"Date", b"Content-Type", b"Content-Length", b"Proxy-Status"}


@pytest.mark.parametrize("close", [False, True])
def test_head_gets_the_same_fields_and_no_body(close: bool) -> None:
    whole = problem_answer(PROBLEM, DATE, request_id="abc", close=close)
    head = problem_answer(PROBLEM, DATE, request_id="abc", close=close, head_only=True)
    assert whole.startswith(head)
    assert head.endswith(b"\r\n\r\n")
    assert parts(head)[2] == b""
