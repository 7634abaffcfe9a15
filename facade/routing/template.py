"""An operator's short texts as values: `match`, path templates, sticky keys and the rules of a canary.

Every mistake is a ValueError `what; mend`. Nothing is guessed or mended here: a literal that is not in the form that
`path.normalise` gives would never match, so it is refused with the form that would.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from ipaddress import ip_address, ip_network
from typing import Final
from urllib.parse import quote

from facade.routing.path import literal_form, normalise
from facade.routing.route import Condition, Key, KeyKind, Match, Segment, SegmentKind

MAX_TEMPLATE: Final = 1_024
"""Characters of a path template: an eighth of the longest target that is accepted, and already unreadable."""

MAX_SEGMENTS: Final = 32
"""Segments of a path template. It bounds the depth of the route table, and so what finding a route may cost."""

MAX_NAME: Final = 64
"""Characters of a parameter's, cookie's or header field's name; names stand in log lines."""

MAX_VALUE: Final = 256
"""Characters of a rule's value."""

_METHOD: Final = re.compile(r"[A-Z](?:[A-Z-]{0,30}[A-Z])?")
_PARAMETER: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_TOKEN: Final = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
"""RFC 9110 section 5.6.2; a cookie's name is one too (RFC 6265 section 4.1.1)."""

_CLAIM: Final = re.compile(r"[!-<>-~]+")
"""A claim's name (RFC 7519 section 4): any text, of which rules take what stands before their `=`."""

_NAMED: Final = (KeyKind.COOKIE, KeyKind.HEADER, KeyKind.PATH, KeyKind.CLAIM)
_NAMES: Final = {KeyKind.PATH: _PARAMETER, KeyKind.CLAIM: _CLAIM}
_EXAMPLES: Final = "'cookie NAME', 'header NAME', 'path NAME', 'claim NAME', 'caller' or 'address'"
_NETWORK: Final = "network"


def parse_match(text: str) -> Match:
    """`METHOD PATH`, or `PATH` alone for every method.

    >>> parse_match("GET /titles/{number}").method
    'GET'
    """
    match text.split():
        case [path]:
            return Match(path, parse_path(path))
        case [method, path] if not method.startswith("/"):
            if _METHOD.fullmatch(method) is None:
                raise ValueError(f"{_shown(method)} is not a method; write it in capitals, as in 'GET /titles'")
            return Match(path, parse_path(path), method)
    raise ValueError("a match is METHOD PATH or PATH alone; write it like 'GET /titles/{number}'")


def parse_path(text: str) -> tuple[Segment, ...]:
    """The segments of a path template: literals, `{x}` for one segment, `{x...}` at the end for the rest.

    A slash at the end is a last segment that is empty: `/a` and `/a/` differ.
    """
    if not text.startswith("/"):
        raise ValueError(f"the path {_shown(text)} does not begin with a slash; write it like '/titles'")
    if len(text) > MAX_TEMPLATE:
        raise ValueError(f"a path of {len(text)} characters is too long; write at most {MAX_TEMPLATE}")
    if "?" in text or "#" in text:
        raise ValueError("a path template has no query and no fragment; leave out '?' or '#' and what follows")
    pieces = text[1:].split("/")
    if len(pieces) > MAX_SEGMENTS:
        raise ValueError(f"a path of {len(pieces)} segments is too deep; write at most {MAX_SEGMENTS}")
    if "" in pieces[:-1]:
        raise ValueError("the path has an empty segment; write one slash between two segments")
    segments = tuple(_parse_segment(piece) for piece in pieces)
    _check_parameters(segments)
    return segments


def parse_key(text: str) -> Key:
    """A sticky key: `cookie session`, `header X-User`, `path number`, `claim sub`, `caller` or `address`."""
    word, _, name = text.strip().partition(" ")
    if word not in tuple(KeyKind):
        raise ValueError(f"{_shown(text)} is not a sticky key; use {_EXAMPLES}")
    kind, name = KeyKind(word), name.strip()
    if kind in _NAMED:
        _check_name(kind, name)
    elif name:
        raise ValueError(f"the key '{kind}' takes no name; write '{kind}' alone")
    return Key(kind, name)


def parse_condition(text: str) -> Condition:
    """A rule of `platform_for` or `legacy_for`: `header X-Cohort=staff`, `caller bailiffs`, `network 10.0.0.0/8`."""
    word, _, rest = text.strip().partition(" ")
    if word.partition("=")[0] == _NETWORK:
        return Condition(Key(KeyKind.ADDRESS), _as_network(text.strip().removeprefix(_NETWORK).strip()))
    if word in (KeyKind.CALLER, KeyKind.ADDRESS):
        key, value, joiner = Key(KeyKind(word)), rest.strip(), " "
    else:
        source, _, value = text.partition("=")
        key, value, joiner = parse_key(source), value.strip(), "="
    if key.kind not in _NAMED and joiner == "=":
        raise ValueError(f"{_shown(text)} is not a rule; write '{key} VALUE'")
    if not 0 < len(value) <= MAX_VALUE:
        raise ValueError(
            f"the rule for '{key}' needs a value of 1 to {MAX_VALUE} characters; write '{key}{joiner}VALUE'"
        )
    return Condition(key, _as_compared(key, value))


def _parse_segment(piece: str) -> Segment:
    if "{" not in piece and "}" not in piece:
        _check_literal(piece)
        return Segment(SegmentKind.LITERAL, piece)
    if piece.count("{") != piece.count("}"):
        raise ValueError(f"{_shown(piece)} has a brace that is not closed; write a parameter like '{{number}}'")
    if piece[0] != "{" or piece[-1] != "}" or piece.count("{") > 1:
        raise ValueError(f"{_shown(piece)} is more than one parameter; make '{{number}}' the whole segment")
    name = piece[1:-1]
    kind = SegmentKind.REST if name.endswith("...") else SegmentKind.ONE
    name = name.removesuffix("...")
    if _PARAMETER.fullmatch(name) is None or len(name) > MAX_NAME:
        raise ValueError(
            f"{_shown(piece)} has no good name; name a parameter with up to {MAX_NAME} letters, digits and '_'"
        )
    return Segment(kind, name)


def _check_literal(piece: str) -> None:
    if ";" in piece or "%3b" in piece.lower():
        raise ValueError(f"{_shown(piece)} has a ';'; leave it and what follows out, a segment is matched without it")
    normal = normalise("/" + quote(piece, safe="!$&'()*+,=:@%\\"))
    if normal is None:
        raise ValueError(f"{_shown(piece)} could be read as another path and is always refused; write another segment")
    form = literal_form(normal[1:])
    if form != piece:
        raise ValueError(f"{_shown(piece)} would never match; write '{form}'")


def _check_parameters(segments: Sequence[Segment]) -> None:
    names = [each.text for each in segments if each.kind is not SegmentKind.LITERAL]
    for at, name in enumerate(names):
        if name in names[:at]:
            raise ValueError(f"the parameter '{{{name}}}' stands twice; give each its own name")
    if any(each.kind is SegmentKind.REST for each in segments[:-1]):
        raise ValueError("'{x...}' takes the whole rest of a path; make it the last segment")


def _check_name(kind: KeyKind, name: str) -> None:
    if not name:
        raise ValueError(f"the key '{kind}' needs a name; write '{kind} NAME'")
    if _NAMES.get(kind, _TOKEN).fullmatch(name) is None or len(name) > MAX_NAME:
        raise ValueError(f"{_shown(name)} is not the name of a {kind}; write '{kind} NAME', one word")


def _as_compared(key: Key, value: str) -> str:
    """The value as calls carry it: an address in its short form, a path parameter in normal form."""
    if key.kind is KeyKind.ADDRESS:
        try:
            return str(ip_address(value))
        except ValueError:
            raise ValueError(f"{_shown(value)} is not an address; write one like '10.0.0.1' or '2001:db8::1'") from None
    if key.kind is KeyKind.PATH and normalise("/" + value) != "/" + value:
        raise ValueError(f"{_shown(value)} would never match; write the parameter as it stands in the path")
    return value


def _as_network(text: str) -> str:
    """A network in CIDR form; one address is a network of one."""
    try:
        return str(ip_network(text))
    except ValueError:
        pass
    try:
        wider = ip_network(text, strict=False)
    except ValueError:
        raise ValueError(f"{_shown(text)} is not a network; write one like '{_NETWORK} 10.0.0.0/8'") from None
    raise ValueError(f"{_shown(text)} has bits set behind its mask; write '{_NETWORK} {wider}'")


def _shown(text: str) -> str:
    """A text for an error message: quoted, its controls escaped, of bounded length."""
    return repr(text if len(text) <= MAX_NAME else text[:MAX_NAME] + "...")
