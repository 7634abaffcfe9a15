"""What is wrong with an operator's files: a mistake says where, what, and what to do.

The law of this file: `file:line: what; mend`, one line each, in the order in which the files are read, bounded in
number and length. What an operator wrote is quoted with its control characters escaped; a secret is never quoted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from facade.routing.route import Place

MAX_MISTAKES: Final = 100
"""Mistakes told at once: more than anyone mends in one go, and a page of a terminal's history."""

MAX_QUOTED: Final = 60
"""Characters quoted of what an operator wrote: enough to find it, and a mistake stays one line of a terminal."""

_CREDENTIALS: Final = re.compile(r"//\S*@")
"""A user and a password in a URL. They should not be there, and are not repeated."""

FOLDERS: Final = ("--", "environment ", "facade.yaml", "callers.yaml", "silos", "externals", "routes")
"""How places begin, in the order in which they are told."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing that is wrong. `mend` is what to do, in the imperative."""

    place: Place
    what: str
    mend: str

    def __str__(self) -> str:
        where = str(self.place) if self.place.line else self.place.file
        return f"{where}: {self.what}; {self.mend}"


def in_order(mistakes: Iterable[Mistake]) -> tuple[Mistake, ...]:
    """Each mistake once, by file and line; past `MAX_MISTAKES` the last one says how many more there are."""
    ordered = sorted(dict.fromkeys(mistakes), key=lambda each: (_rank(each.place), each.place.file, each.place.line))
    rest = len(ordered) - MAX_MISTAKES
    if rest <= 0:
        return tuple(ordered)
    more = Mistake(ordered[MAX_MISTAKES].place, f"at least {rest} more mistakes from here on", "mend those above first")
    return (*ordered[:MAX_MISTAKES], more)


def quote(text: str) -> str:
    """What an operator wrote, for a mistake: in double quotes, controls escaped, of bounded length."""
    text = _CREDENTIALS.sub("//...@", text)
    short = text if len(text) <= MAX_QUOTED else text[:MAX_QUOTED] + "..."
    return f'"{printable(short)}"'


def printable(text: str) -> str:
    """A text with whatever a terminal would obey, or cannot show, escaped."""
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode("ascii") for each in text)


def listed(names: Iterable[str], limit: int = 12) -> str:
    """Names for a mistake: `a, b, c`, cut where there are very many."""
    known = list(names)
    return ", ".join(known[:limit]) + (", ..." if len(known) > limit else "")


def _rank(place: Place) -> int:
    return next((rank for rank, start in enumerate(FOLDERS) if place.file.startswith(start)), len(FOLDERS))
