"""What `observe` and `admin` are asked and what they answer, as values: no socket, no server, so tests ask directly.

A long answer is made in pieces: an asynchronous iterator gives the event loop back between two of them, because no
answer may hold it for more than 5 ms.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import msgspec

from facade.problem import MEDIA_TYPE, Problem

JSON: Final = "application/json"
TEXT: Final = "text/plain; charset=utf-8"
HTML: Final = "text/html; charset=utf-8"
CSS: Final = "text/css; charset=utf-8"
JAVASCRIPT: Final = "text/javascript; charset=utf-8"
EVENTS: Final = "text/event-stream; charset=utf-8"

ROWS_A_PIECE: Final = 500
"""Rows encoded in one go: about half a millisecond of work."""

_UNAUTHORIZED: Final = 401
"""Its answer says how to be let in (RFC 9110 section 15.5.2)."""

Pause = Callable[[], Awaitable[None]]
"""Gives the event loop back for a moment."""


@dataclass(frozen=True, slots=True)
class Question:
    """A request to `observe` or `admin`.

    `host` is the Host field as sent, without its port; `local` the address the connection came in on. `query` keeps
    every pair in order, percent-decoded. `content_type` is without its parameters, in lower case; `from_a_page` says
    that a browser sends it for a page of another site.
    """

    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    host: str = ""
    local: str = ""
    authorization: str = field(default="", repr=False)
    content_type: str = ""
    from_a_page: bool = False
    body: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer. `body` is whole, or comes in pieces; `headers` are those beyond Content-Type and Content-Length.

    One that `lasts` goes on until its reader leaves, or does not take a piece in time.
    """

    status: int
    content_type: str
    body: bytes | AsyncIterator[bytes]
    headers: Mapping[str, str] = field(default_factory=dict)
    lasts: bool = False


Answerer = Callable[[Question], Awaitable[Reply]]


def text(content: str, status: int = 200) -> Reply:
    """A short answer in words."""
    return Reply(status, TEXT, content.encode())


def document(content: object) -> Reply:
    """A small JSON answer, of plain values and frozen dataclasses; a long one is made by `lists`."""
    return Reply(200, JSON, msgspec.json.encode(content) + b"\n")


def problem(refused: Problem, request_id: str) -> Reply:
    """The answer to what goes no further (RFC 9457)."""
    fields = {"Allow": ", ".join(refused.allow)} if refused.allow else {}
    if refused.status == _UNAUTHORIZED:
        fields["WWW-Authenticate"] = "Bearer"
    return Reply(refused.status, MEDIA_TYPE, refused.document(request_id), fields)


async def lists(named: Mapping[str, Sequence[object]], pause: Pause) -> AsyncIterator[bytes]:
    """A JSON object of lists by their names, in pieces of `ROWS_A_PIECE` rows, with a `pause` after each."""
    before = "{"
    for name, values in named.items():
        yield f'{before}"{name}":['.encode()
        before = "],"
        for start in range(0, len(values), ROWS_A_PIECE):
            piece = msgspec.json.encode(values[start : start + ROWS_A_PIECE])[1:-1]
            yield piece if start == 0 else b"," + piece
            await pause()
    yield b"]}\n"
