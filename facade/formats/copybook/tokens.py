"""Lines of code cut into COBOL's words: names, pictures, literals, pseudo-text and the period that ends an entry."""

from __future__ import annotations

import enum
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from facade.formats.copybook.mistakes import CopybookError, Place
from facade.formats.copybook.source import Line

_TOKEN: Final = re.compile(
    r"""
      (?P<blank>\s+ | [,;](?=\s|$) | \*>.*)
    | (?P<pseudo>==.*?==)
    | (?P<hex>[xX](?:'[^']*'|"[^"]*"))
    | (?P<text>'(?:[^']|'')*' | "(?:[^"]|"")*")
    | (?P<end>\.(?=\s|$))
    | (?P<word>[^\s'"=.](?:[^\s'"=]*?)(?=[.,;]?(?:\s|$)|['"]|==))
    | (?P<other>.)
    """,
    re.VERBOSE,
)


class Kind(enum.Enum):
    """What a token is."""

    WORD = "word"
    TEXT = "text"
    HEX = "hex"
    PSEUDO = "pseudo"
    END = "end"


@dataclass(frozen=True, slots=True)
class Token:
    """One token. A word's text is in upper case, a literal's what its quotes hold, pseudo-text's what `==` enclose."""

    kind: Kind
    text: str
    place: Place


def tokens_of(lines: Iterable[Line]) -> Iterator[Token]:
    """Cut the lines; raise CopybookError for what is none of COBOL's words.

    >>> [token.text for token in tokens_of([Line(Place("a.cpy", 1), "05 rate PIC S9(3)V99 VALUE '1.0'.")])]
    ['05', 'RATE', 'PIC', 'S9(3)V99', 'VALUE', '1.0', '.']
    """
    for line in lines:
        for found in _TOKEN.finditer(line.text):
            name = found.lastgroup or ""
            if name == "other":
                raise CopybookError.at(line.place, f"{_thing(found[0])} cannot be read; {_MENDS.get(found[0], _MEND)}")
            if name != "blank":
                yield Token(Kind(name), _inside(Kind(name), found[0]), line.place)


_MEND: Final = "write a level number, a name and its clauses, ended by a period"
_MENDS: Final = {"'": "close the quote", '"': "close the quote", "=": "close the pseudo-text with == on its own line"}


def _thing(text: str) -> str:
    return "an open quote" if text in "'\"" else f"{text!r}"


def _inside(kind: Kind, text: str) -> str:
    if kind is Kind.WORD:
        return text.upper()
    if kind is Kind.HEX:
        return text[2:-1]
    if kind is Kind.TEXT:
        return text[1:-1].replace(text[0] * 2, text[0])
    return text[2:-2] if kind is Kind.PSEUDO else text


def statements_of(tokens: Iterable[Token]) -> Iterator[tuple[Token, ...]]:
    """The tokens between periods."""
    held: list[Token] = []
    for token in tokens:
        if token.kind is not Kind.END:
            held.append(token)
        elif held:
            yield tuple(held)
            held = []
    if held:
        raise CopybookError.at(held[0].place, "this entry is never ended; put a period and a space after it")
