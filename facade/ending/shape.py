"""The shape of a path: what is kept of a call that no route covers. Nothing in it can tell a person.

The law of this file: a segment is kept only if somebody vouches for it, and becomes `{x}` if nobody does; what is kept
is never a part of a segment. Who vouches are the words of `vocabulary`, and `familiar` for what many have used. So a
name, a number, an address, a token or a word in a language that nobody wrote down is `{x}`, whatever it looks like.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from facade.ending.vocabulary import is_made_of

DEEPEST: Final = 8
"""Segments of a shape; `{rest...}` is what lies deeper."""

X: Final = "{x}"
REST: Final = "{rest...}"

ANYTHING: Final = f"/{REST}"
"""The shape of every path: under it stands what has no room of its own."""

OTHER_METHOD: Final = "OTHER"

_METHODS: Final = {
    method: method for method in ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND", "REPORT", "TRACE")
} | {"HEAD": "GET"}
"""A route that takes GET takes HEAD. Any other method is a text of the caller's."""

Vouches = Callable[[str, str], bool]
"""Whether a segment, the second argument, may be kept where the first is the shape of what stands before it."""


def method_of(method: str) -> str:
    """The method as it is kept: one of ten."""
    return _METHODS.get(method, OTHER_METHOD)


def shape(path: str, words: frozenset[str], vouches: Vouches) -> str:
    """The shape of a path in its normal form; of one without (`""`) that of every path.

    >>> shape("/permits/4711/renew", frozenset({"permit", "renew"}), lambda before, segment: False)
    '/permits/{x}/renew'
    """
    if path[:1] != "/":
        return ANYTHING
    segments = path.split("/", DEEPEST + 1)[1:]
    before = ""
    for segment in segments[:DEEPEST]:
        is_kept = not segment or is_made_of(segment, words) or vouches(before, segment)
        before = f"{before}/{segment if is_kept else X}"
    return f"{before}/{REST}" if len(segments) > DEEPEST else before
