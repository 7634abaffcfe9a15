"""Bytes in, one head out. llhttp reads the fields; the start line is matched here, more strictly than llhttp does.

A reader is used for one head and thrown away (a fresh llhttp parser costs 0.24 us). Bytes are given to llhttp as they
come, so that garbage is refused at once and not at the deadline; never beyond the head's end, because httptools tells
nobody where inside a buffer a message ended.
"""

from __future__ import annotations

import re
from typing import Final

from httptools import HttpParserError, HttpParserUpgrade, HttpRequestParser, HttpResponseParser

from facade.problem import Problem, Refusal
from facade.wire import refusals
from facade.wire.limits import Limits
from facade.wire.message import RequestHead, ResponseHead

_END: Final = b"\r\n\r\n"

_REQUEST_LINE: Final = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+) ([\x21\x22\x24-\x7e]+) HTTP/1\.([01])")
"""RFC 9112 section 3, with one space each; a `#` is no part of a target (section 3.2)."""

_ANY_VERSION: Final = re.compile(rb"[^ ]+ [^ ]+ HTTP/[0-9]\.[0-9]")

_STATUS_LINE: Final = re.compile(rb"HTTP/1\.([01]) ([1-9][0-9]{2})(?: ([\t\x20-\x7e\x80-\xff]*))?")
"""RFC 9112 section 4; the space before an empty reason is often left out by old servers."""


class _Reader:
    """What both kinds of head share: collecting bytes up to the empty line, within the limits."""

    __slots__ = ("_buffer", "_limits", "_parser")

    _parser: HttpRequestParser | HttpResponseParser

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._buffer = b""

    @property
    def started(self) -> bool:
        return bool(self._buffer)

    def _take(self, data: bytes) -> int:
        """Give llhttp what belongs to the head; return where in `data` the head ended, or -1 when it has not."""
        before = self._buffer
        if before:
            whole = before + data
            end = whole.find(_END, max(0, len(before) - len(_END) + 1))
        else:
            whole, end = data, data.find(_END)
        stop = len(whole) if end < 0 else end + len(_END)
        self._buffer = whole[:stop]
        if stop > self._limits.header_bytes:
            raise Refusal(self._too_large())
        self._feed(data[: stop - len(before)])
        return -1 if end < 0 else stop - len(before)

    def _feed(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except HttpParserUpgrade:
            return  # the head ends here either way; whether there is a tunnel is decided by the answer alone
        except HttpParserError as error:
            raise Refusal(self._malformed()) from error

    def _lines(self) -> tuple[bytes, bytes]:
        """The start line, and the block of field lines."""
        end = self._buffer.find(b"\r\n")
        block = self._buffer[end : -len(_END)]
        if block.count(b"\r\n") > self._limits.headers:
            raise Refusal(self._too_large())
        return self._buffer[:end], block

    def _too_large(self) -> Problem:
        raise NotImplementedError

    def _malformed(self) -> Problem:
        raise NotImplementedError


class RequestReader(_Reader):
    """Reads one request's head. `Refusal` says what is wrong with it: 400, 414, 431, 501 or 505."""

    __slots__ = ()

    def __init__(self, limits: Limits) -> None:
        super().__init__(limits)
        self._parser = HttpRequestParser(self)

    def feed(self, data: bytes) -> tuple[RequestHead, bytes] | None:
        """The head and the bytes behind it, or None while it is incomplete."""
        if not self._buffer:
            data = data.lstrip(b"\r\n")  # empty lines before a request are ignored (RFC 9112 section 2.2)
            if not data:
                return None
        end = self._take(data)
        return None if end < 0 else (self._head(), data[end:])

    def _head(self) -> RequestHead:
        line, block = self._lines()
        match = _REQUEST_LINE.fullmatch(line)
        if match is None:
            raise Refusal(self._malformed())
        method, target, minor = match.groups()
        if len(target) > self._limits.url_bytes:
            raise Refusal(refusals.TARGET_TOO_LONG)
        return RequestHead(method, target, minor == b"1", block)

    def _too_large(self) -> Problem:
        return refusals.HEAD_TOO_LARGE if b"\r\n" in self._buffer else refusals.TARGET_TOO_LONG

    def _malformed(self) -> Problem:
        line = self._buffer.partition(b"\r\n")[0]
        if _REQUEST_LINE.fullmatch(line) is None and _ANY_VERSION.fullmatch(line) is not None and b"#" not in line:
            return refusals.VERSION
        return refusals.MALFORMED


class ResponseReader(_Reader):
    """Reads one answer's head. Whatever is wrong with it is a 502."""

    __slots__ = ()

    def __init__(self, limits: Limits) -> None:
        super().__init__(limits)
        self._parser = HttpResponseParser(self)

    def feed(self, data: bytes) -> tuple[ResponseHead, bytes] | None:
        """The head and the bytes behind it, or None while it is incomplete."""
        end = self._take(data)
        return None if end < 0 else (self._head(), data[end:])

    def _head(self) -> ResponseHead:
        line, block = self._lines()
        match = _STATUS_LINE.fullmatch(line)
        if match is None:
            raise Refusal(refusals.NONSENSE)
        minor, status, reason = match.groups()
        return ResponseHead(int(status), reason or b"", minor == b"1", block)

    def _too_large(self) -> Problem:
        return refusals.NONSENSE

    def _malformed(self) -> Problem:
        return refusals.NONSENSE
