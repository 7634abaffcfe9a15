r"""Message heads as they stood on the wire: raw bytes, order, case and repeats kept.

A head's fields stay one block of bytes. What the facade must know it finds by searching the block's lower-case copy for
`\r\nname:`, which is exact because llhttp has refused folded lines, space before a colon and names that are no
tokens; what it passes on is the block itself with some lines cut out. A field nobody asks about costs nothing.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final, NewType

HTTP_1_0: Final = 0
HTTP_1_1: Final = 1

_OWS: Final = b" \t"
"""Optional white space around a value, no part of it (RFC 9110 section 5.6.3)."""

_NO_OPTIONS: Final[frozenset[bytes]] = frozenset()

_SPELLINGS: Final = 256
"""Values of `Connection` whose reading is remembered: nearly all senders share a handful."""

_SPELLING: Final = 128
"""Bytes of such a value: a longer one is nobody's habit, and what is remembered must be small."""

Name = NewType("Name", bytes)
r"""A field's name as it is searched for: `\r\nhost:`."""

Field = tuple[bytes, bytes]
"""A field line: name and value as sent, without the white space around the value."""


def name(text: str) -> Name:
    """The `Name` of a field, from its spelling in any case."""
    return Name(b"\r\n" + text.lower().encode("ascii") + b":")


CONNECTION: Final = name("connection")
CONTENT_LENGTH: Final = name("content-length")
COOKIE: Final = name("cookie")
EXPECT: Final = name("expect")
FORWARDED: Final = name("forwarded")
HOST: Final = name("host")
MAX_FORWARDS: Final = name("max-forwards")
SET_COOKIE: Final = name("set-cookie")
TE: Final = name("te")
TRACEPARENT: Final = name("traceparent")
TRACESTATE: Final = name("tracestate")
TRANSFER_ENCODING: Final = name("transfer-encoding")
UPGRADE: Final = name("upgrade")
VIA: Final = name("via")
DATE: Final = name("date")
X_FACADE_SHADOW: Final = name("x-facade-shadow")
X_FORWARDED_FOR: Final = name("x-forwarded-for")
X_FORWARDED_HOST: Final = name("x-forwarded-host")
X_FORWARDED_PROTO: Final = name("x-forwarded-proto")
X_REQUEST_ID: Final = name("x-request-id")


class Head:
    """A start line's version and the fields. `minor` is the version's second digit.

    `block` is every field line with a CRLF before it, none behind the last; `lowered` the same in lower case;
    `options` what `Connection` names (RFC 9110 section 7.6.1).
    """

    __slots__ = ("block", "lowered", "minor", "options")

    def __init__(self, minor: int, block: bytes) -> None:
        self.minor = minor
        self.block = block
        self.lowered = lowered = block.lower()
        self.options = _NO_OPTIONS if lowered.find(CONNECTION) < 0 else _options(self.values(CONNECTION))

    def get(self, name: Name) -> bytes | None:
        """The field's first value, None where it is missing."""
        at = self.lowered.find(name)
        if at < 0:
            return None
        start = at + len(name)
        end = self.block.find(b"\r", start)
        return self.block[start : end if end >= 0 else None].strip(_OWS)

    def has(self, name: Name) -> bool:
        return self.lowered.find(name) >= 0

    def repeats(self, name: Name) -> bool:
        """Whether the field stands more than once."""
        return self.lowered.count(name) > 1

    def values(self, name: Name) -> list[bytes]:
        """Every value of the field, in order."""
        lowered, values = self.lowered, []
        at = lowered.find(name)
        while at >= 0:
            start = at + len(name)
            end = lowered.find(b"\r", start)
            values.append(self.block[start : end if end >= 0 else None].strip(_OWS))
            at = lowered.find(name, start)
        return values

    def only(self, name: Name) -> bytes | None:
        """The field's value where it stands exactly once, else None."""
        values = self.values(name)
        return values[0] if len(values) == 1 else None

    def replace(self, name: Name, line: bytes) -> None:
        """Put this line in the place of the field's only one."""
        start = self.lowered.find(name)
        end = self.lowered.find(b"\r", start + len(name))
        self._become(b"%b\r\n%b%b" % (self.block[:start], line, self.block[end:] if end >= 0 else b""))

    def drop(self, name: Name) -> None:
        """Take every line of the field away."""
        size = len(name) - 2
        kept = [line for line in self.lines() if line[:size].lower() != name[2:]]
        self._become(b"".join([b"\r\n" + line for line in kept]))

    def begin_with(self, line: bytes) -> None:
        """Put this line before all others."""
        self._become(b"\r\n" + line + self.block)

    def _become(self, block: bytes) -> None:
        self.block = block
        self.lowered = block.lower()

    def tokens(self, name: Name) -> list[bytes]:
        """The members of a comma-separated list field in lower case, over all its lines (RFC 9110 section 5.6.1)."""
        return members(b",".join(self.values(name)))

    def lines(self) -> list[bytes]:
        """Every field line as sent."""
        return self.block.split(b"\r\n")[1:]

    def fields(self) -> list[Field]:
        """Every field, in order."""
        split = [line.split(b":", 1) for line in self.lines()]
        return [(name, value.strip(_OWS)) for name, value in split]

    def keeps_alive(self) -> bool:
        """Whether the sender means to use the connection again (RFC 9112 section 9.3)."""
        options = self.options
        return b"close" not in options and (self.minor == HTTP_1_1 or b"keep-alive" in options)

    def upgrade(self) -> bytes | None:
        """The protocol that the sender changes to or wants to change to (RFC 9110 section 7.8), None for none.

        `h2c` counts as none: a tunnel of HTTP/2 would carry requests past every rule of the facade.
        """
        if b"upgrade" not in self.options or self.minor != HTTP_1_1:
            return None
        protocol = b", ".join(self.values(UPGRADE))
        return None if not protocol or b"h2c" in protocol.lower() else protocol


class RequestHead(Head):
    """A request's start line and fields."""

    __slots__ = ("method", "target")

    def __init__(self, method: bytes, target: bytes, minor: int, block: bytes) -> None:
        super().__init__(minor, block)
        self.method = method
        self.target = target

    def __repr__(self) -> str:
        return f"<RequestHead {self.method.decode('ascii')} fields={len(self.lines())}>"


class ResponseHead(Head):
    """An answer's status line and fields; `reason` as sent, perhaps empty."""

    __slots__ = ("reason", "status")

    def __init__(self, status: int, reason: bytes, minor: int, block: bytes) -> None:
        super().__init__(minor, block)
        self.status = status
        self.reason = reason

    def __repr__(self) -> str:
        return f"<ResponseHead {self.status} fields={len(self.lines())}>"


def members(said: bytes) -> list[bytes]:
    return [member for part in said.lower().split(b",") if (member := part.strip(_OWS))]


def _options(values: list[bytes]) -> frozenset[bytes]:
    said = b",".join(values)
    return _remembered(said) if len(said) <= _SPELLING else frozenset(members(said))


@lru_cache(maxsize=_SPELLINGS)
def _remembered(said: bytes) -> frozenset[bytes]:
    return frozenset(members(said))


def block(fields: list[Field]) -> bytes:
    """Fields as a head's block. Whoever makes fields has seen to it that no value holds a line's end."""
    return b"".join([b"\r\n%b: %b" % field for field in fields])
