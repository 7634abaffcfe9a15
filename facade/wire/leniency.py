"""What a target may get wrong in its answers and still be understood: faults, each forgiven only where it is named.

The law of this file: a fault is mended, never passed on. A head is brought into the one strict form first and is then
read by the strict reader, so whatever a caller sees is strictly valid, and what is still wrong is still refused. Each
fault can hide a second answer or a second length; an operator chooses them one by one, for a silo that nobody may
change. Pure.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Iterable
from typing import Final


class Fault(enum.StrEnum):
    """A fault by the name an operator forgives it by."""

    BARE_LINE_FEEDS = "bare line feeds"
    """Lines end in LF without CR, in the head and between chunks (RFC 9112 section 2.2)."""

    FOLDED_LINES = "folded lines"
    """A field's value goes on in the next line, behind white space (RFC 9112 section 5.2)."""

    SPACES_BEFORE_COLONS = "spaces before colons"
    """White space between a field's name and its colon (RFC 9112 section 5.1)."""

    CONTROL_CHARACTERS = "control characters"
    """Values hold NUL, CR or others of the kind; each becomes a space (RFC 9110 section 5.5)."""

    REPEATED_LENGTHS = "repeated lengths"
    """One Content-Length stands several times; different ones stay a mistake (RFC 9110 section 8.6)."""

    LENGTHS_BESIDE_CHUNKS = "lengths beside chunks"
    """Content-Length stands beside Transfer-Encoding, which wins; the connection ends (RFC 9112 section 6.3)."""

    SPACES_AFTER_CHUNK_SIZES = "spaces after chunk sizes"
    """A chunk's size is padded with white space up to the line's end (RFC 9112 section 7.1.1)."""


Leniency = frozenset[Fault]

STRICT: Final[Leniency] = frozenset()

_CONTROLS: Final = bytes(0x20 if (each < 0x20 and each != 0x09) or each == 0x7F else each for each in range(256))
_SPACED_NAME: Final = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+)[ \t]+:")
_START: Final = len(b"HTTP/1.1 200 ")
"""Where the reason begins in a status line: no character before it is forgiven."""

_LENGTH: Final = re.compile(rb"[0-9]+")
_CONTENT_LENGTH: Final = b"content-length:"
_TRANSFER_ENCODING: Final = b"transfer-encoding:"


_ANY_END: Final = re.compile(rb"\n\r?\n")
_WHOLE_END: Final = re.compile(rb"\r\n\r\n|(?<!\r)\n")


def head_end(leniency: Leniency) -> re.Pattern[bytes]:
    """What ends the reading of a head: its empty line, or a bare line feed where that is not forgiven."""
    return _ANY_END if Fault.BARE_LINE_FEEDS in leniency else _WHOLE_END


def mended(head: bytes, leniency: Leniency) -> bytes:
    """An answer's head, its empty line included, without the faults that are forgiven."""
    line_end = rb"\r?\n" if Fault.BARE_LINE_FEEDS in leniency else rb"\r\n"
    start, *lines = re.split(line_end, head)[:-2]
    if Fault.FOLDED_LINES in leniency:
        lines = _unfolded(lines)
    if Fault.SPACES_BEFORE_COLONS in leniency:
        lines = [_SPACED_NAME.sub(rb"\1:", line, 1) if _SPACED_NAME.match(line) else line for line in lines]
    if Fault.CONTROL_CHARACTERS in leniency:
        start = start[:_START] + start[_START:].translate(_CONTROLS)
        lines = [_without_controls(line) for line in lines]
    if Fault.LENGTHS_BESIDE_CHUNKS in leniency:
        lines = _without_length_beside_chunks(lines)
    if Fault.REPEATED_LENGTHS in leniency:
        lines = _with_one_length(lines)
    return b"\r\n".join([start, *lines]) + b"\r\n\r\n"


def _unfolded(lines: Iterable[bytes]) -> list[bytes]:
    unfolded: list[bytes] = []
    for line in lines:
        if unfolded and line[:1] in (b" ", b"\t"):
            unfolded[-1] = unfolded[-1].rstrip(b" \t") + b" " + line.strip(b" \t")
        else:
            unfolded.append(line)
    return unfolded


def _without_controls(line: bytes) -> bytes:
    name, colon, value = line.partition(b":")
    return name + colon + value.translate(_CONTROLS)


def _without_length_beside_chunks(lines: list[bytes]) -> list[bytes]:
    """Chunks win. The connection is not used again: whoever sent this may mean something else by what follows."""
    kept = [line for line in lines if not _is(line, _CONTENT_LENGTH)]
    is_chunked = any(_is(line, _TRANSFER_ENCODING) for line in lines)
    return [*kept, b"Connection: close"] if is_chunked and len(kept) < len(lines) else lines


def _with_one_length(lines: list[bytes]) -> list[bytes]:
    written = [line for line in lines if _is(line, _CONTENT_LENGTH)]
    values = [each.strip(b" \t") for line in written for each in line.partition(b":")[2].split(b",")]
    if len(values) < 2 or len(set(values)) > 1 or _LENGTH.fullmatch(values[0]) is None:
        return lines
    first = lines.index(written[0])
    kept = [line for line in lines if not _is(line, _CONTENT_LENGTH)]
    return [*kept[:first], b"Content-Length: " + values[0], *kept[first:]]


def _is(line: bytes, name: bytes) -> bool:
    return line[: len(name)].lower() == name
