"""Bytes in, one head out. llhttp reads the fields; the start line is matched here, more strictly than llhttp does.

A reader is used for one head and thrown away (a fresh llhttp parser costs 0.24 us). Bytes are given to llhttp as they
come, so that garbage is refused at once and not at the deadline; never beyond the head's end, because httptools tells
nobody where inside a buffer a message ended.
"""

from __future__ import annotations

import re
from typing import Final

from httptools import (
    HttpParserError,
    HttpParserInvalidMethodError,
    HttpParserUpgrade,
    HttpRequestParser,
    HttpResponseParser,
)

from facade.problem import Problem, Refusal
from facade.wire import refusals
from facade.wire.limits import Limits
from facade.wire.message import RequestHead, ResponseHead

_END: Final = b"\r\n\r\n"

_EMPTY_LINES: Final = re.compile(rb"\A(?:\r\n)+")
"""Before a request they are ignored (RFC 9112 section 2.2)."""

_REQUEST_LINE: Final = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+) ([\x21\x22\x24-\x7e]+) HTTP/1\.([01])\r\n")
"""RFC 9112 section 3, with one space each; a `#` is no part of a target (section 3.2)."""

_METHOD: Final = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+(?: |\Z)")

_OTHER_VERSION: Final = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+ [\x21\x22\x24-\x7e]+ HTTP/(?!1\.[01])[0-9]\.[0-9]")

_STATUS_LINE: Final = re.compile(rb"HTTP/1\.([01]) ([1-5][0-9]{2})(?: ([\t\x20-\x7e\x80-\xff]*))?\r\n")
"""RFC 9112 section 4; the space before an empty reason is often left out by old servers. A status from 600 up means
nothing to anybody (RFC 9110 section 15)."""


_NO_CALLBACKS: Final = object()
"""llhttp tells nobody anything: it is asked only whether the head is right (a callback a field costs more than all of
llhttp's own work)."""


class _Reader:
    """What both kinds of head share: collecting bytes up to the empty line, within the limits."""

    __slots__ = ("_buffer", "_limits", "_parser")

    _buffer: bytes
    _limits: Limits
    _parser: HttpRequestParser | HttpResponseParser

    @property
    def started(self) -> bool:
        return bool(self._buffer)

    @property
    def size(self) -> int:
        """Bytes of the head so far."""
        return len(self._buffer)

    def _read(self, data: bytes, start_line: re.Pattern[bytes]) -> tuple[tuple[bytes, ...], bytes, bytes] | None:
        """Take bytes. Once the head is whole: the parts of its start line, its block of fields, the bytes behind it."""
        seen = len(self._buffer)
        self._buffer = head = self._buffer + data
        end = head.find(_END, max(0, seen - len(_END) + 1))
        if end >= 0:
            self._buffer = head = head[: end + len(_END)]
        taken = len(head) - seen
        self._check(data[:taken])
        if end < 0:
            return None
        match = start_line.match(head)
        if match is None:
            raise Refusal(self._malformed())
        block = head[match.end() - 2 : end]
        if block.count(b"\n") > self._limits.headers:
            raise Refusal(self._too_large())
        return match.groups(), block, data[taken:]

    def _check(self, data: bytes) -> None:
        """Give llhttp what belongs to the head."""
        if len(self._buffer) > self._limits.header_bytes:
            raise Refusal(self._too_large())
        try:
            self._parser.feed_data(data)
        except HttpParserUpgrade:
            pass  # the head ends here either way; whether there is a tunnel is decided by the answer alone
        except HttpParserInvalidMethodError as error:
            raise Refusal(self._no_method()) from error
        except HttpParserError as error:
            raise Refusal(self._malformed()) from error

    def _too_large(self) -> Problem:
        raise NotImplementedError

    def _malformed(self) -> Problem:
        raise NotImplementedError

    def _no_method(self) -> Problem:
        return self._malformed()


class RequestReader(_Reader):
    """Reads one request's head. `Refusal` says what is wrong with it: 400, 414, 431, 501 or 505."""

    __slots__ = ()

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._buffer = b""
        self._parser = HttpRequestParser(_NO_CALLBACKS)

    def feed(self, data: bytes) -> tuple[RequestHead, bytes] | None:
        """The head and the bytes behind it, or None while it is incomplete."""
        if not self._buffer or self._buffer == b"\r":
            data, self._buffer = self._buffer + data, b""
            if data.startswith(b"\r"):
                data = _EMPTY_LINES.sub(b"", data, count=1)
                if not data or data == b"\r":
                    self._buffer = data
                    return None
        read = self._read(data, _REQUEST_LINE)
        if read is None:
            return None
        (method, target, minor), block, rest = read
        if len(target) > self._limits.url_bytes:
            raise Refusal(refusals.TARGET_TOO_LONG)
        return RequestHead(method, target, minor == b"1", block), rest

    def _too_large(self) -> Problem:
        line, ended, _ = self._buffer.partition(b"\r\n")
        target = line.partition(b" ")[2].rpartition(b" ")[0]
        long = not ended or len(target) > self._limits.url_bytes
        return refusals.TARGET_TOO_LONG if long else refusals.HEAD_TOO_LARGE

    def _malformed(self) -> Problem:
        line = self._buffer.partition(b"\r\n")[0]
        return refusals.MALFORMED if _OTHER_VERSION.fullmatch(line) is None else refusals.VERSION

    def _no_method(self) -> Problem:
        """A method that llhttp does not know, `get` among them: a method's case is its own (RFC 9110 section 9.1)."""
        return refusals.MALFORMED if _METHOD.match(self._buffer) is None else refusals.NOT_IMPLEMENTED


class ResponseReader(_Reader):
    """Reads one answer's head. Whatever is wrong with it is a 502."""

    __slots__ = ()

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._buffer = b""
        self._parser = HttpResponseParser(_NO_CALLBACKS)

    def feed(self, data: bytes) -> tuple[ResponseHead, bytes] | None:
        """The head and the bytes behind it, or None while it is incomplete."""
        read = self._read(data, _STATUS_LINE)
        if read is None:
            return None
        (minor, status, reason), block, rest = read
        return ResponseHead(int(status), reason or b"", minor == b"1", block), rest

    def _too_large(self) -> Problem:
        return refusals.NONSENSE

    def _malformed(self) -> Problem:
        return refusals.NONSENSE
