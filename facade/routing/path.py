r"""The form of a request's path that decides: one path has one, however it is spelt.

The law of this file:

- The normal form is RFC 3986 section 6.2.2: escapes in upper case, escapes of unreserved characters decoded. What a URI
  may not hold as it is but browsers send (`|`, `[`, `^`) stands as its escape.
- A path that some server behind the facade would read as another path is refused, never repaired: dot segments,
  doubled slashes, `\`, an escaped `/` or `\`, an escape of an escape, controls, escapes that are not UTF-8. Then no
  spelling of a path slips past the route that covers it, and the target may be sent on byte for byte.
- `;` is not refused: old Java systems put `;jsessionid=` there. Some servers drop `;` and what follows it in a
  segment, some do not, so a template's literal takes the segment with or without it: `/old;x` is for `/old` and can not
  come round a route that is gone. `{x}` takes the segment whole. What would be empty or a dot segment once its
  parameters are dropped (`/;x/old`, `/..;/old`) is refused.
- Likewise `%40` and `@`: RFC 3986 section 2.2 tells an escaped delimiter from a plain one, many servers do not. So a
  literal takes both, and `{x}` keeps what was sent.
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import unquote_to_bytes

_UNRESERVED: Final = r"\-A-Za-z0-9_~"
_DELIMITERS: Final = "!$&'()*+,=:@"
"""Sub-delimiters, `:` and `@` (RFC 3986 section 3.3), without `;`."""

_PLAIN: Final = re.compile(rf"(?:/[{_UNRESERVED}{_DELIMITERS}][.{_UNRESERVED}{_DELIMITERS}]*+)++/?|/")
"""A path that is its own normal form: no escape, no `;`, no segment that is empty or begins with a dot."""

_TARGET: Final = re.compile(r"/(?:[!-\"$&->@-\[\]-~]|%[0-9A-Fa-f]{2})*+")
"""Printable ASCII with whole escapes; without `?`, `#` (they end a path) and a backslash (some servers' slash)."""

_SPELLING: Final = re.compile(r"%[0-9A-Fa-f]{2}|[\"<>\[\]^`{|}]")
_UNRESERVED_ONE: Final = re.compile(rf"[.{_UNRESERVED}]")
_AMBIGUOUS: Final = re.compile(
    r"%2F|%5C"  # decoded by some servers before they split the path
    r"|%25[0-9A-Fa-f]{2}"  # an escape, to whoever decodes twice
    r"|//|/(?:;|%3B)"  # an empty segment, or one once its parameters are dropped
    r"|/\.{1,2}(?:[/;]|%3B|\Z)"  # a dot segment, likewise (RFC 3986 section 5.2.4)
)
CONTROL: Final = re.compile(rb"[\x00-\x1f\x7f]|\xc2[\x80-\x9f]")
"""A control character among a path's octets."""

_PARAMETERS: Final = re.compile(r"(?:;|%3B).*+")
_ESCAPED_DELIMITER: Final = re.compile("|".join(f"%{ord(each):02X}" for each in _DELIMITERS))


def normalise(raw: str) -> str | None:
    """The normal form of a request's path as sent, without its query; None if it could be read as another path.

    None stands for 400. `normalise(normalise(x)) == normalise(x)`. The usual path costs one match and is its own form.

    >>> normalise("/titles/%41%c3%a9"), normalise("/titles/%2e%2e/admin")
    ('/titles/A%C3%A9', None)
    """
    if _PLAIN.fullmatch(raw) is not None:
        return raw
    if _TARGET.fullmatch(raw) is None:
        return None
    path = respelled(raw)
    if _AMBIGUOUS.search(path) is not None or not _is_text(path):
        return None
    return path


def respelled(path: str) -> str:
    """The path with each character spelt one way (RFC 3986 section 6.2.2), whatever it may mean."""
    return _SPELLING.sub(_respell, path)


def literal_form(segment: str) -> str:
    """What of a segment in normal form a template's literal is compared with: no parameters, delimiters plain.

    >>> literal_form("old%40home;v=1")
    'old@home'
    """
    return _ESCAPED_DELIMITER.sub(_decode, _PARAMETERS.sub("", segment))


def _respell(spelling: re.Match[str]) -> str:
    text = spelling[0]
    if len(text) == 1:
        return f"%{ord(text):02X}"
    character = _decode(spelling)
    return character if _UNRESERVED_ONE.fullmatch(character) else text.upper()


def _decode(escape: re.Match[str]) -> str:
    return chr(int(escape[0][1:], 16))


def _is_text(path: str) -> bool:
    """Whether the path's escapes are UTF-8 (RFC 3629 section 3: no overlong forms) and hide no control character."""
    octets = unquote_to_bytes(path)
    try:
        octets.decode()
    except UnicodeDecodeError:
        return False
    return CONTROL.search(octets) is None
