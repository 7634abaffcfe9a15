"""What a gateway changes in a message's fields, and nothing else. Pure; each rule cites its section.

A request that passes loses its hop-by-hop fields (RFC 9110 section 7.6.1), gets `Via` (7.6.3), `X-Forwarded-For`,
`-Proto` and `-Host` and `Forwarded` (RFC 7239; a trusted peer's own stands where it can be read), and `traceparent`
where it has none. Every other field goes on as it came: order, case, repeats and bytes. An answer loses its hop-by-hop
fields, and gains the `Date` that every answer must tell (6.6.1) where its target told none; but not one of 1xx.

Of the fields that `Connection` names only those go that are for this hop: `names` has the rules and their reason. `TE:
trailers` and `Upgrade` end here like the others; the facade asks its target for the same because it passes both on.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable
from typing import Final

from facade.wire.message import (
    FORWARDED,
    HTTP_1_1,
    TE,
    VIA,
    X_FORWARDED_FOR,
    X_FORWARDED_HOST,
    X_FORWARDED_PROTO,
    Head,
    RequestHead,
    ResponseHead,
)
from facade.wire.names import FAMILY, FORWARDING, HOP_BY_HOP, MARK, TRACE, outlasts, outlasts_caller

PSEUDONYM: Final = b"facade"
"""The name by which the facade signs `Via`, behind the version it received."""

_SIGNED: Final = re.compile(rb"1\.[01] " + re.escape(PSEUDONYM) + rb"(?:[ \t]|\Z)")
"""That signature as a member of `Via`, perhaps with somebody's comment behind it."""

_FINAL: Final = 200
_NO_CONTENT: Final = 204

_USUAL: Final = frozenset({b"close", b"keep-alive", b"te", b"upgrade"})
"""Options of `Connection` that name no field, or one that is cut anyway."""

_OURS: Final = [name for name in FORWARDING | {MARK} if not name.startswith(FAMILY)]

_WITH_LOW_LINE: Final = r"(?=[^:_]*+_)"
"""What makes a twin of a name: many servers read `_` and `-` as one (RFC 9110 section 17.10)."""

_TOKEN: Final = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


def _lines_of(names: Iterable[str], twins: Iterable[str] = ()) -> re.Pattern[bytes]:
    """Matches, in a lower-case block, every line of the fields named, and of `twins` those spelt with `_`."""
    tried = [*_by_letter(names, ""), *_by_letter(twins, _WITH_LOW_LINE)]
    return re.compile(rb"\r\n(?:%b):[^\r]*" % "|".join(tried).encode("ascii"))


def _by_letter(names: Iterable[str], then: str) -> list[str]:
    """Patterns that are tried by their first letter: most fields begin with none of these."""
    groups = itertools.groupby(sorted(names), key=lambda name: name[0])
    return [f"{letter}{then}(?:{'|'.join(name[1:] for name in group)})" for letter, group in groups]


def _any_spelling(name: str) -> str:
    """With `_` for `-` or not: many servers read both as one (RFC 9110 section 17.10)."""
    return name.replace("-", "[-_]")


def _request_cut(*, trusted: bool, host: bool, trace: bool) -> re.Pattern[bytes]:
    """What is taken out of a request: by whether its sender is trusted, and Host and the trace are replaced."""
    framing = {"content-length", "transfer-encoding"}
    ours = [_any_spelling(FAMILY) + r"(?:[-_][^:\r]*)?", *map(_any_spelling, _OURS)]
    exactly = [*HOP_BY_HOP, *["host"] * host, *(TRACE if trace else ())]
    return _lines_of([*exactly, *ours * (not trusted)], [*map(_any_spelling, framing), *ours * trusted])


_REQUEST_CUT: Final = {
    (trusted, host, trace): _request_cut(trusted=trusted, host=host, trace=trace)
    for trusted, host, trace in itertools.product((False, True), repeat=3)
}
_ANSWER_CUT: Final = _lines_of(HOP_BY_HOP)
_LENGTHLESS_CUT: Final = _lines_of({*HOP_BY_HOP, "content-length"})
_ONE_EACH: Final = {
    b"\r\nDeprecation: ": _lines_of(["deprecation"]),
    b"\r\nSunset: ": _lines_of(["sunset"]),
}
"""What the facade says once, by the line's beginning."""


_PAIR: Final = rb"[!#$%&'*+.^_`|~0-9A-Za-z-]++=(?:\"(?:[^\"\\]|\\.)*+\"|[^\x00-\x20\",;]*+)"
_ELEMENT: Final = rb"(?:%b)?+(?:[ \t]*+;[ \t]*+(?:%b)?+)*+" % (_PAIR, _PAIR)
_FORWARDED_LIST: Final = re.compile(rb"%b(?:[ \t]*+,[ \t]*+%b)*+" % (_ELEMENT, _ELEMENT))
"""RFC 7239 section 4, with an address that should stand in quotes and does not. What this matches has no quoted string
without an end, so that whatever is written behind it is read as a member of its own."""

_FORWARDED_CUT: Final = _lines_of(["forwarded"])


class Sender:
    """Who sent a request, as the next one is told: `address` of the socket, whether it came by TLS, and its Host.

    `trusted` when the peer's own forwarding fields are believed; `mark` where the facade sends a copy of a request.
    `minor` is the second digit of the version that it speaks. `lines` are the facade's own fields in place of all that
    a stranger sent, with the empty line that ends the head: made once, for a sender sends many requests.
    """

    __slots__ = ("address", "host", "lines", "mark", "minor", "secure", "trusted")

    def __init__(
        self, address: str, *, secure: bool, host: bytes, trusted: bool, minor: int = HTTP_1_1, mark: bytes = b""
    ) -> None:
        self.minor = minor
        self.mark = mark
        self.address = address
        self.secure = secure
        self.host = host
        self.trusted = trusted
        self.lines = _own_lines(self)

    def __repr__(self) -> str:
        return f"<Sender {self.address} secure={self.secure} trusted={self.trusted}>"


def request_bytes(
    head: RequestHead,
    target: bytes,
    host: bytes | None,
    sender: Sender,
    traceparent: bytes | None,
    tracestate: bytes = b"",
    *,
    chunked: bool,
) -> bytes:
    """The head that goes to a target. `host`, `traceparent` and with it `tracestate` replace what was sent."""
    cut = _REQUEST_CUT[sender.trusted, host is not None, traceparent is not None]
    block = _end_to_end(head, cut, outlasts_caller)
    own = sender.lines
    if sender.trusted:
        own = _added_lines(head, sender)
        if head.has(FORWARDED) and not _can_go_on(head):
            block = _without(block, block.lower(), _FORWARDED_CUT)
    if host is not None:
        block = b"\r\nHost: %b%b" % (host, block)
    if traceparent is not None:
        block += b"\r\ntraceparent: " + traceparent
        if tracestate:
            block += b"\r\ntracestate: " + tracestate
    if chunked:
        block += b"\r\nTransfer-Encoding: chunked"
    if head.options:
        block += _connection_lines(head)
    return b"%b %b HTTP/1.1%b%b" % (head.method, target, block, own)


def _connection_lines(head: RequestHead) -> bytes:
    """What the facade asks of its own connection because the caller asked it of his: another protocol, or trailers."""
    protocol = head.upgrade()
    trailers = b"te" in head.options and head.minor == HTTP_1_1 and b"trailers" in head.tokens(TE)
    lines = b"\r\nTE: trailers" if trailers else b""
    if protocol is not None:
        lines += b"\r\nUpgrade: " + protocol
    options = [b"Upgrade"] * (protocol is not None) + [b"TE"] * trailers
    return b"\r\nConnection: %b%b" % (b", ".join(options), lines) if options else b""


def response_bytes(
    head: ResponseHead, date: bytes | None, *, chunked: bool, http_1_1: bool, close: bool, told: bytes = b""
) -> bytes:
    """The head that goes to the client. What was not sent is not added, but for framing, `Connection` and `told`.

    `date` is added where one is given: to an answer that has none.
    """
    block = _end_to_end(head, _ANSWER_CUT if _has_length(head.status) else _LENGTHLESS_CUT, outlasts)
    if date is not None:
        block += b"\r\nDate: " + date
    if told:
        block = _told(block, told)
    if chunked:
        block += b"\r\nTransfer-Encoding: chunked"
    if close:
        block += b"\r\nConnection: close"
    elif not http_1_1:
        block += b"\r\nConnection: keep-alive"
    return b"HTTP/1.1 %d %b%b\r\n\r\n" % (head.status, head.reason, block)


def switch_bytes(head: ResponseHead, told: bytes = b"") -> bytes:
    """A 101 head: the one answer whose `Upgrade` goes on, because the client asked for it (RFC 9110 section 7.8)."""
    block = _told(_without(head.block, head.lowered, _LENGTHLESS_CUT), told)
    protocol = head.upgrade() or b""
    return b"HTTP/1.1 101 %b%b\r\nConnection: Upgrade\r\nUpgrade: %b\r\n\r\n" % (head.reason, block, protocol)


def interim_bytes(head: ResponseHead) -> bytes:
    """A 1xx head, passed on (RFC 9110 section 15.2)."""
    return response_bytes(head, None, chunked=False, http_1_1=True, close=False)


def _told(block: bytes, told: bytes) -> bytes:
    """The block with what the facade says of the route behind it.

    Of `Deprecation` and `Sunset` there is one each (RFC 9745 section 2, RFC 8594 section 3), and callers call the
    platform's interface: where its operator says one, a target's own goes. Links are a list, and stand together.
    """
    for line, cut in _ONE_EACH.items():
        if line in told:
            block = _without(block, block.lower(), cut)
    return block + told


def client_address(head: RequestHead, peer: str) -> str:
    """The client as a trusted peer names it: the last member of X-Forwarded-For, or the peer itself."""
    named = head.tokens(X_FORWARDED_FOR)
    return named[-1].decode("latin-1") if named else peer


def passes(head: RequestHead) -> int:
    """How often the request has passed a facade, by `Via` (RFC 9110 section 7.6.3)."""
    return sum(_SIGNED.match(member) is not None for member in head.tokens(VIA)) if head.has(VIA) else 0


def _has_length(status: int) -> bool:
    """Whether an answer of this status may have a Content-Length (RFC 9110 section 8.6)."""
    return status >= _FINAL and status != _NO_CONTENT


def _end_to_end(head: Head, cut: re.Pattern[bytes], outlasts: Callable[[bytes], bool]) -> bytes:
    """The head's block without the lines that `cut` matches, nor those that `Connection` names and may take away."""
    if head.options <= _USUAL:
        return _without(head.block, head.lowered, cut)
    nominated = {option for option in head.options if not outlasts(option)}
    block = b"".join([b"\r\n" + line for line in head.lines() if _name(line) not in nominated])
    return _without(block, block.lower(), cut)


def _without(block: bytes, lowered: bytes, cut: re.Pattern[bytes]) -> bytes:
    """The block without the lines that `cut` finds in its lower-case copy."""
    kept, at = [], 0
    for match in cut.finditer(lowered):
        start, end = match.span()
        kept.append(block[at:start])
        at = end
    kept.append(block[at:])
    return b"".join(kept)


def _name(line: bytes) -> bytes:
    return line.partition(b":")[0].lower()


def _own_lines(sender: Sender) -> bytes:
    address, proto = sender.address.encode("ascii"), b"https" if sender.secure else b"http"
    return b"\r\nX-Forwarded-For: %b\r\nX-Forwarded-Proto: %b%b\r\nForwarded: %b%b\r\nVia: %b\r\n\r\n" % (
        address,
        proto,
        _host_line(sender),
        _element(sender),
        _mark_line(sender),
        _signature(sender),
    )


def _signature(sender: Sender) -> bytes:
    return b"1.%d %b" % (sender.minor, PSEUDONYM)


def _mark_line(sender: Sender) -> bytes:
    return b"\r\nX-Facade-Shadow: " + sender.mark if sender.mark else b""


def _host_line(sender: Sender) -> bytes:
    """Nothing for an HTTP/1.0 client that named no host."""
    return b"\r\nX-Forwarded-Host: " + sender.host if sender.host else b""


def _added_lines(head: RequestHead, sender: Sender) -> bytes:
    """A trusted peer's fields stand; ours go behind them as further members of the same lists."""
    lines = [b"\r\nX-Forwarded-For: %b" % sender.address.encode("ascii")]
    if not head.has(X_FORWARDED_PROTO):
        lines.append(b"\r\nX-Forwarded-Proto: %b" % (b"https" if sender.secure else b"http"))
    if not head.has(X_FORWARDED_HOST):
        lines.append(_host_line(sender))
    lines.append(b"\r\nForwarded: %b%b\r\nVia: %b\r\n\r\n" % (_element(sender), _mark_line(sender), _signature(sender)))
    return b"".join(lines)


def _can_go_on(head: RequestHead) -> bool:
    """Whether each line of a trusted peer's `Forwarded` ends where it seems to; else ours takes the place of all."""
    return all(_FORWARDED_LIST.fullmatch(line) is not None for line in head.values(FORWARDED))


def _element(sender: Sender) -> bytes:
    """One member of `Forwarded` (RFC 7239 section 4): an IPv6 address is bracketed and quoted, a host with port too."""
    address = sender.address.encode("ascii")
    node = b'"[%b]"' % address if b":" in address else address or b"unknown"
    host = sender.host if _TOKEN.fullmatch(sender.host) else b'"%b"' % sender.host
    named = b";host=" + host if sender.host else b""
    return b"for=%b%b;proto=%b" % (node, named, b"https" if sender.secure else b"http")
