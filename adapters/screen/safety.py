"""Pages that would take a parser minutes are refused before it sees them. Pure.

Both parsers are quadratic in the attributes of one tag, and lexbor in the depth of elements: a page of 2 MiB could
hold the sidecar for ten minutes. What is counted here is never less than what a parser finds, for tags and attributes,
as it is counted from every place where a tag may begin; so a page cannot hide them in a comment or a script.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import Final

MAX_TAGS: Final = 20_000
"""Start tags of a page: a table of 1,000 rows and 20 columns. All inside one another they take half a second."""

MAX_OPEN: Final = 1_000
"""Elements of one name that do not end: a page for people has a few dozen inside one another."""

MAX_ATTRIBUTES: Final = 1_000
"""Attributes of one tag: a thousand take two milliseconds."""

_READ_AGAIN: Final = 8
"""How often the attributes of a page may be read, as tags inside quotes are read with them and for themselves."""

_ATTRIBUTE: Final = (
    r"[\t\n\f\r /]*+[^\t\n\f\r />][^\t\n\f\r />=]*+"
    r"(?:[\t\n\f\r ]*+=[\t\n\f\r ]*+(?:\"[^\"]*+\"?|'[^']*+'?|[^\t\n\f\r >]*+))?+"
)
_TAG: Final = re.compile(rf"[a-zA-Z][^\t\n\f\r />]*+(?:{_ATTRIBUTE}){{0,{MAX_ATTRIBUTES}}}+(?P<more>{_ATTRIBUTE})?+")
"""A start tag behind its `<`, as HTML section 13.2.5 reads it."""

_START: Final = re.compile(r"<([a-zA-Z])")
_NAME: Final = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9-]*)")

_ENDS_BY_ITSELF: Final = frozenset(
    # without an end tag, or ended by what follows
    "area base br col embed hr img input link meta param source track wbr "
    "p li dt dd td th tr tbody thead tfoot colgroup option optgroup rb rt rtc rp html head body "
    # formatting, which old pages often forget to end; parsers bound these themselves
    "a b big code em font i nobr s small strike strong tt u center".split()
)


def unsafe(text: str) -> str | None:
    """What keeps a page from being read, as the rest of a sentence; None where nothing does.

    >>> unsafe("<p>hello"), unsafe("<div>" * 2000)
    (None, 'more than 1000 elements do not end')
    """
    starts = [found.start(1) for found in _START.finditer(text)]
    if len(starts) > MAX_TAGS:
        return f"it has more than {MAX_TAGS} elements"
    if _unended(text) > MAX_OPEN:
        return f"more than {MAX_OPEN} elements do not end"
    read = 0
    for start in starts:
        tag = _TAG.match(text, start)
        assert tag is not None
        read += tag.end() - start
        if tag["more"] or read > _READ_AGAIN * len(text):
            return f"an element has more than {MAX_ATTRIBUTES} attributes"
    return None


def _unended(text: str) -> int:
    count: Counter[str] = Counter()
    for end, name in _NAME.findall(text):
        lower = name.lower()
        if lower not in _ENDS_BY_ITSELF:
            count[lower] += -1 if end else 1
    return max(count.values(), default=0)
