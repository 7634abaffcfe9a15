r"""What in an answer's fields says where something is: found by each field's own grammar, and replaced. Pure.

The law of this file: bytes in, bytes out. Only what is found may change; in a value that does not have its field's form
nothing is found, so it stays as it came. But of links that cannot be read on everything that may be one is found: some
client reads it, and what is changed must name the target anyway. No pattern here takes more than linear time.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

_OWS: Final = b" \t"
_QUOTE: Final = ord("'")


class Kind(enum.Enum):
    """What was found."""

    REFERENCE = enum.auto()
    """A URI reference, absolute or relative (RFC 3986 section 4.1)."""

    DOMAIN = enum.auto()
    """The hosts a cookie goes to, without the dot before it that is ignored (RFC 6265 section 5.2.3)."""

    PATH = enum.auto()
    """The paths a cookie goes to (RFC 6265 section 5.2.4)."""

    ALTERNATIVE = enum.auto()
    """The host, with its port if one stands there, that serves the same origin as well (RFC 7838 section 3)."""


class Span(NamedTuple):
    """Where in a field's value."""

    kind: Kind
    start: int
    end: int


Change = Callable[[Kind, bytes], bytes | None]
"""What becomes of what was found: the same bytes where nothing does, None where its whole line has to go."""

_REFRESH: Final = re.compile(
    rb"""[0-9.]++(?:[ \t]*+[;,]|[ \t])[ \t]*+(?:url[ \t]*+=[ \t]*+)?(?:"([^"]*+)|'([^']*+)|([^"'].*+))""",
    re.IGNORECASE,
)
"""No RFC has Refresh: this is what browsers read, HTML section 4.2.5.3, "shared declarative refresh steps"."""

_PARAMETER: Final = (
    rb"[ \t]*+;[ \t]*+([!#$%&'*+.^_`|~0-9A-Za-z-]*+)"
    rb'(?:[ \t]*+=[ \t]*+(?:"((?:[^"\\]|\\.)*+)"|([^ \t;,"<>]*+)))?'
)
_ONE_PARAMETER: Final = re.compile(_PARAMETER)
_LINK: Final = re.compile(rb"[ \t,]*+<([^<>]*+)>((?:%b)*+)[ \t]*+(?=,|\Z)" % _PARAMETER)
"""RFC 8288 section 3. Like its appendix B it lets a parameter's value be more than a token without quotes."""

_PERHAPS_LINKS: Final = re.compile(
    rb"""<([^<>]*+)>|[;\s]anchor[ \t]*+=[ \t]*+(?:"([^"]*+)|([^ \t;,"<>]*+))""", re.IGNORECASE
)
"""The same in a value that breaks it, with a quote that nobody closes for one."""

_ATTRIBUTE: Final = re.compile(rb";[ \t]*+(domain|path)[ \t]*+=[ \t]*+([^;]*+)", re.IGNORECASE)
"""RFC 6265 section 5.2: an attribute stands behind a semicolon, which nothing escapes."""


_ALTERNATIVE: Final = re.compile(rb"""=[ \t]*+(?:"((?:[^"\\]|\\.)*+)|([^ \t;,"=]*:[0-9]++))""")
"""RFC 7838 section 3: an alternative's authority is a quoted string; a parameter's value may look like one. Clients
take it without quotes too, and without the last one."""


def _whole(value: bytes) -> Iterator[Span]:
    yield Span(Kind.REFERENCE, 0, len(value))


def _refresh(value: bytes) -> Iterator[Span]:
    match = _REFRESH.match(value)
    if match is not None:
        yield Span(Kind.REFERENCE, *match.span(match.lastindex or 0))


def _links(value: bytes) -> list[Span]:
    """The target of each link, and the `anchor` that says what it is a link of (RFC 8288 sections 3.1 and 3.2)."""
    spans: list[Span] = []
    at, end = 0, len(value.rstrip(_OWS + b","))
    while at < end:
        match = _LINK.match(value, at)
        if match is None:
            return spans + [_reference(value, each) for each in _PERHAPS_LINKS.finditer(value, at, end)]
        spans.append(Span(Kind.REFERENCE, *match.span(1)))
        parameters = _ONE_PARAMETER.finditer(value, *match.span(2))
        anchors = (each for each in parameters if each[1].lower() == b"anchor" and each.lastindex != 1)
        spans += [_reference(value, anchor) for anchor in anchors]
        at = match.end()
    return spans


def _reference(value: bytes, match: re.Match[bytes]) -> Span:
    """Where a match's last group stands, without single quotes, which some take for quotes (RFC 8288 knows none)."""
    start, end = match.span(match.lastindex or 0)
    quoted = end - start > 1 and value[start] == value[end - 1] == _QUOTE
    return Span(Kind.REFERENCE, start + quoted, end - quoted)


def _cookie(value: bytes) -> Iterator[Span]:
    for attribute in _ATTRIBUTE.finditer(value):
        start, end = attribute.start(2), attribute.start(2) + len(attribute[2].rstrip(_OWS))
        if attribute[1].lower() == b"path":
            yield Span(Kind.PATH, start, end)
        else:
            yield Span(Kind.DOMAIN, start + attribute[2].startswith(b"."), end)


def _alternatives(value: bytes) -> Iterator[Span]:
    for alternative in _ALTERNATIVE.finditer(value):
        yield Span(Kind.ALTERNATIVE, *alternative.span(alternative.lastindex or 0))


_SPANS: Final[Mapping[str, Callable[[bytes], Iterable[Span]]]] = MappingProxyType(
    {
        "location": _whole,  # RFC 9110 section 10.2.2
        "content-location": _whole,  # RFC 9110 section 8.7
        "refresh": _refresh,
        "link": _links,
        "set-cookie": _cookie,
        "alt-svc": _alternatives,
    }
)

FIELDS: Final = frozenset(_SPANS)
"""The fields that are looked into, in lower case."""

_LINES: Final = re.compile(
    rb"(\r\n(%b):[ \t]*)([^\r]*)" % "|".join(sorted(FIELDS)).encode("ascii"),
    re.IGNORECASE,
)


def replace_references(block: bytes, change: Change) -> tuple[bytes, list[str]]:
    """A head's block with all that is found changed, and the fields in which that made a difference, one a line."""
    fields: list[str] = []

    def line(match: re.Match[bytes]) -> bytes:
        field = match[2].lower().decode("ascii")
        value = _replaced(match[3], _SPANS[field](match[3].rstrip(_OWS)), change)
        if value is None:
            fields.append(field)
            return b""
        if value != match[3]:
            fields.append(field)
        return match[1] + value

    return _LINES.sub(line, block), fields


def _replaced(value: bytes, spans: Iterable[Span], change: Change) -> bytes | None:
    pieces, at = [], 0
    for kind, start, end in spans:
        changed = change(kind, value[start:end])
        if changed is None:
            return None
        pieces += [value[at:start], changed]
        at = end
    return b"".join(pieces) + value[at:]
