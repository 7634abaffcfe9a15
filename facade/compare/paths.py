"""How a field is named: `charges[].lender`, without indexes, and without a key that may say who it is about.

The law of this file: a path is made of names that look like a schema's and of `{key}` for all others, so that there
are few of them and none holds anything personal. A name looks like a schema's if it is short and made of letters, with
one digit at its end at most; an object with very many members is a table and its names are keys, every one.

What is no field of the body has a colon: `:status`, `:body` as a whole, `header:content-type`.
"""

from __future__ import annotations

import re
from typing import Final

STATUS: Final = ":status"
BODY: Final = ":body"
ROOT: Final = ""

KEY: Final = "{key}"
"""Stands for a name that is not shown."""

ELEMENT: Final = "[]"
"""Stands for every element of an array."""

WIDEST_RECORD: Final = 200
"""Members of an object whose names are fields: the widest form or record has fewer, a table by number has more."""

LONGEST_PATH: Final = 200
"""Characters of a path: what lies deeper stands under one that ends there."""

_DEEPER: Final = "..."
_FIELD: Final = re.compile(r"[@$]?[^\W\d]([^\W\d]|-){0,38}[0-9]?")
_STEP: Final = r"[^.\[\]:\s]+(\[\])*"
_PATH: Final = re.compile(rf":status|:body|header:[!#$%&'*+.^_`|~0-9a-z-]+|(\[\])+|((\[\])+\.)?{_STEP}(\.{_STEP})*")
_NAME: Final = re.compile(r"[^.\[\]]+")


def header(name: str) -> str:
    """The path of an answer's header field; `name` is lower case."""
    return f"header:{name}"


def element(path: str) -> str:
    """The path of an array's elements."""
    return _within(path, ELEMENT)


def child(path: str, name: str, *, shown: bool) -> str:
    """The path of a member of an object."""
    step = name if shown else KEY
    return _within(path, f".{step}") if path else step


def looks_like_a_field(name: str) -> bool:
    """Whether a name is a schema's, such as `address_line_2`, and not a key, such as `AB12CDE` or `2024-01-01`."""
    return _FIELD.fullmatch(name) is not None


def is_path(text: str) -> bool:
    """Whether a rule may be written so."""
    return len(text) <= LONGEST_PATH and _PATH.fullmatch(text) is not None


def names_of(path: str) -> list[str]:
    """The names in a rule's path."""
    return _NAME.findall(path)


def _within(path: str, step: str) -> str:
    if path.endswith(_DEEPER):
        return path
    return path + step if len(path) + len(step) <= LONGEST_PATH else path + _DEEPER
