r"""Every path that some server may read in one that is ambiguous. Pure.

Most paths have one reading, their normal form (`path`), and what has more is refused. An old system may need such paths
all the same; where all sides of a route take `paths: as sent`, they go on byte for byte, if whoever reads them, and
however, comes to that route. So nothing that is for another route, or for one that is gone, is slipped past it.

The law of this file: what servers are known to do to a path, each of it done or left undone, in any combination:

- decode it: not at all, once, or again and again; overlong UTF-8 as well (RFC 3629 section 3);
- take `\` for a slash;
- drop `;` and what follows it in a segment;
- take several slashes for one;
- remove dot segments (RFC 3986 section 5.2.4);
- take an escaped `?` or `#` for the path's end, because it is decoded too early;
- drop a stream's name at a segment's end (`/old::$DATA`), and spaces and full stops there, as the file systems of
  Windows do.

The last two are done to paths in normal form as well: `/old%20` and `/old%3Fx` are other paths than `/old`, and most
servers know that. So a route takes them as they stand, unless they may be read as what another route is for.

No pattern here takes more than linear time: whoever sends a path chooses what it is tried on.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Final
from urllib.parse import quote_from_bytes, unquote_to_bytes

from facade.routing.path import CONTROL, respelled

LONGEST: Final = 1024
"""Characters of an ambiguous path: there may be dozens of readings of it, and each takes time."""

DEEPEST: Final = 3
"""Decodings, the one that changes nothing any more among them: twice encoded is a habit, more often is an attack."""

_AS_SENT: Final = re.compile(r"/(?:[!-\"$&->@-~]|%[0-9A-Fa-f]{2})*+")
"""Printable ASCII with whole escapes; without `?` and `#`, which end a path."""

_LEFT_PLAIN: Final = "/\\;-._~!$&'()*+,=:@"
_OVERLONG: Final = re.compile(rb"[\xc0\xc1][\x80-\xbf]|\xe0[\x80\x81][\x80-\xbf]|\xf0\x80[\x80\x81][\x80-\xbf]")
"""ASCII in two, three and four octets."""

_PARAMETERS: Final = re.compile(r"(?:;|%3B)[^/]*+")
_SLASHES: Final = re.compile(r"//++")
_EARLY_END: Final = re.compile(r"%(?:3F|23).*+")
_END: Final = r"(?=[/;]|%3B|\Z)"
"""Of a segment, or of what of it stands before its parameters."""

_BLANK: Final = r"(?:\.|%20)"
_DROPPED: Final = re.compile(rf"\.(?<!\.\.)(?<!%20\.){_BLANK}*+{_END}|%20(?<!\.%20)(?<!%20%20){_BLANK}*+{_END}")
"""Begins behind none of its own: a run that ends in vain is not tried again from its middle."""

_STREAMS_END: Final = rf"[A-Za-z0-9_]*+{_BLANK}*+{_END}"
_STREAM: Final = re.compile(rf"(?::|%3A)(?:[^:/;%]|%(?!3A|3B))*+(?::|%3A)(?:\$|%24){_STREAMS_END}")
"""A file's stream, perhaps without a name, and its type: `::$DATA`, `:$I30:$INDEX_ALLOCATION`."""

_HOLLOW: Final = re.compile(rf"/{_BLANK}++{_END}")
_LOOSE: Final = re.compile(rf"{_DROPPED.pattern}|%3F|%23|\${_STREAMS_END}|%24{_STREAMS_END}")


def readings(raw: str) -> tuple[str, ...] | None:
    """The readings of a path as sent, without its query; the one that changes least first.

    None where it may not be passed on at all: it is too long, hides a control character, or ends never.
    """
    if len(raw) > LONGEST or _AS_SENT.fullmatch(raw) is None:
        return None
    texts = _decoded(raw)
    if texts is None:
        return None
    for change in _CHANGES:
        texts = _and(texts, change)
    return tuple(dict.fromkeys(text.replace("\\", "%5C") for text in texts))


def loose_readings(path: str) -> tuple[str, ...]:
    """What some servers read in a path in normal form beside it; nearly always nothing."""
    if "%" not in path and "$" not in path and path[-1] != "." and "./" not in path and ".;" not in path:
        return ()  # all but a few of the paths that hold a full stop
    if _LOOSE.search(path) is None:
        return ()
    texts: Iterable[str] = [path]
    for change in _LOOSE_CHANGES:
        texts = _and(texts, change)
    return tuple(text for text in texts if text != path)


def is_hollow(path: str) -> bool:
    """Whether a segment of a path in normal form has nothing but spaces and full stops: to some it is none at all."""
    return _HOLLOW.search(path) is not None


def _decoded(raw: str) -> Iterable[str] | None:
    """The path as it is, and after each decoding until nothing changes; what is still an escape then is none."""
    texts, octets = {respelled(raw): None}, raw.encode("ascii")
    for _ in range(DEEPEST):
        before, octets = octets, unquote_to_bytes(octets)
        for known in (octets, _OVERLONG.sub(_shortened, octets)):
            if CONTROL.search(known) is not None:
                return None
            texts[quote_from_bytes(known, safe=_LEFT_PLAIN)] = None
        octets = _OVERLONG.sub(_shortened, octets)
        if octets == before:
            return texts
    return None


def _and(texts: Iterable[str], change: Callable[[str], str]) -> Iterable[str]:
    """These, and these with a change made."""
    kept = dict.fromkeys(texts)
    return kept | {change(text): None for text in kept}


def _shortened(overlong: re.Match[bytes]) -> bytes:
    *_, high, low = overlong[0]
    return bytes([(high & 1) << 6 | (low & 0x3F)])


def _with_slashes(text: str) -> str:
    return text.replace("\\", "/")


def _without_parameters(text: str) -> str:
    return _PARAMETERS.sub("", text)


def _with_single_slashes(text: str) -> str:
    return _SLASHES.sub("/", text)


def _without_early_end(text: str) -> str:
    return _EARLY_END.sub("", text)


def _without_streams(text: str) -> str:
    return _STREAM.sub("", text)


def _without_dropped(text: str) -> str:
    return _DROPPED.sub(_kept, text)


def _kept(dropped: re.Match[str]) -> str:
    """Of a segment that has nothing else a dot segment may stay."""
    dots = dropped[0].replace("%20", "")
    is_all = dropped.string[dropped.start() - 1] == "/"
    return dots if is_all and dots in {".", ".."} else ""


def _without_dots(text: str) -> str:
    kept: list[str] = []
    *segments, last = text.split("/")[1:]
    for segment in (*segments, last):
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    if last in {".", ".."}:
        kept.append("")  # what is left is a folder
    return "/" + "/".join(kept)


_CHANGES: Final = (
    _with_slashes,
    _without_early_end,
    _without_parameters,
    _without_streams,
    _without_dropped,
    _with_single_slashes,
    _without_dots,
)
"""In the order in which they are done: what one leaves the next may change."""

_LOOSE_CHANGES: Final = (_without_early_end, _without_streams, _without_dropped)
