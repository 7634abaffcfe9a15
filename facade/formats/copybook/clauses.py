"""One entry's words read into an `Entry`: a cursor over them, and one small function a clause."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any, Final

from facade.formats.copybook.entry import FILLER, Condition, Entry, Name, Occurs, Sign, Usage
from facade.formats.copybook.literals import is_literal, read_literal
from facade.formats.copybook.mistakes import CopybookError
from facade.formats.copybook.picture import read_picture
from facade.formats.copybook.tokens import Kind, Token

MAX_OCCURS: Final = 1024 * 1024
"""Rows of a table: a record has no more bytes."""

_USAGES: Final[Mapping[str, Usage]] = {
    "DISPLAY": Usage.DISPLAY,
    **dict.fromkeys(("BINARY", "COMP", "COMP-4", "COMPUTATIONAL", "COMPUTATIONAL-4"), Usage.BINARY),
    **dict.fromkeys(("PACKED-DECIMAL", "COMP-3", "COMPUTATIONAL-3"), Usage.PACKED),
    **dict.fromkeys(("COMP-5", "COMPUTATIONAL-5"), Usage.NATIVE),
    **dict.fromkeys(("COMP-1", "COMPUTATIONAL-1"), Usage.SINGLE),
    **dict.fromkeys(("COMP-2", "COMPUTATIONAL-2"), Usage.DOUBLE),
}

_UNREAD: Final = frozenset(
    "COMP-6 COMP-X COMP-N COMPUTATIONAL-6 COMPUTATIONAL-X COMPUTATIONAL-N DISPLAY-1 NATIONAL UTF-8 INDEX POINTER "
    "POINTER-32 PROCEDURE-POINTER FUNCTION-POINTER PROGRAM-POINTER OBJECT BINARY-CHAR BINARY-SHORT BINARY-LONG "
    "BINARY-DOUBLE FLOAT-SHORT FLOAT-LONG FLOAT-EXTENDED FLOAT-DECIMAL-16 FLOAT-DECIMAL-34 BIT".split()
)
"""Usages that are not read: what they store is another machine's affair, or no value at all."""


class Cursor:
    """The words of one entry, read from left to right."""

    def __init__(self, tokens: tuple[Token, ...]) -> None:
        self._tokens = tokens
        self._at = 0

    @property
    def token(self) -> Token | None:
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    @property
    def word(self) -> str:
        """The word that comes next, empty where none does."""
        token = self.token
        return token.text if token is not None and token.kind is Kind.WORD else ""

    def take(self) -> Token:
        token = self.token
        if token is None:
            raise self.mistake("the entry ends too early; finish its last clause before the period")
        self._at += 1
        return token

    def skip(self, *words: str) -> None:
        """Pass by words that only make a sentence of a clause: IS, TIMES, WHEN."""
        while self.word in words:
            self._at += 1

    def is_next(self, words: Collection[str]) -> bool:
        if self.word not in words or not self.word:
            return False
        self._at += 1
        return True

    def whole(self, what: str, most: int) -> int:
        token = self.take()
        if not (token.text.isascii() and token.text.isdigit() and len(token.text) <= len(str(most))) or (
            int(token.text) > most
        ):
            raise self.mistake(f"{what} is {token.text!r}; write a whole number of at most {most}")
        return int(token.text)

    def name(self) -> Name:
        text, groups = self.take().text, []
        while self.is_next(("OF", "IN")):
            groups.append(self.take().text)
        return Name(text, tuple(groups))

    def mistake(self, what: str) -> CopybookError:
        last = self._tokens[min(self._at, len(self._tokens) - 1)]
        return CopybookError.at(last.place, what)


def read_entry(tokens: tuple[Token, ...]) -> Entry:
    """Read an entry of level 01 to 49 or 77; raise CopybookError."""
    words = Cursor(tokens)
    level = words.whole("the level", 88)
    if level == 66:
        raise words.mistake("level 66 (RENAMES) is not read; write the fields that it names as a REDEFINES")
    if not (1 <= level <= 49 or level == 77):
        raise words.mistake(f"there is no level {level}; write one of 01 to 49, 77 or 88")
    name = "" if words.word in _CLAUSES else words.take().text
    said: dict[str, Any] = {}
    while words.token is not None:
        key, value = _clause(words)
        if key in said:
            raise words.mistake(f"{name or FILLER} says {key.replace('_', ' ')} twice; take one out")
        if key:
            said[key] = value
    return Entry(tokens[0].place, level, "" if name == FILLER else name, **said)


def read_condition(tokens: tuple[Token, ...]) -> Condition:
    """Read an entry of level 88; raise CopybookError."""
    words = Cursor(tokens[1:])
    if len(tokens) < 2:
        raise CopybookError.at(tokens[0].place, "level 88 has no name; write a name and its VALUE")
    name = words.take().text
    if not words.is_next(("VALUE", "VALUES")):
        raise words.mistake(f"88 {name} has no VALUE; write the values that it names")
    words.skip("IS", "ARE")
    ranges = []
    while is_literal(words.token):
        first = read_literal(words)
        ranges.append((first, read_literal(words) if words.is_next(("THRU", "THROUGH")) else None))
    words.skip("WHEN", "SET", "TO")
    false = None
    if words.is_next(("FALSE",)):
        words.skip("IS")
        false = read_literal(words)
    if not ranges or words.token is not None:
        raise words.mistake(f"88 {name} cannot be read; write VALUE and literals, with THRU for a range")
    return Condition(name, tuple(ranges), false, tokens[0].place)


def _clause(words: Cursor) -> tuple[str, Any]:
    token = words.take()
    read = _CLAUSES.get(token.text) if token.kind is Kind.WORD else None
    if read is None:
        raise CopybookError.at(token.place, f"{token.text!r} begins no clause that is read; take it out")
    return read(words, token)


def _picture(words: Cursor, token: Token) -> tuple[str, Any]:
    words.skip("IS")
    text = words.take().text
    try:
        return "picture", read_picture(text)
    except ValueError as error:
        raise CopybookError.at(token.place, str(error)) from None


def _usage(words: Cursor, token: Token) -> tuple[str, Any]:
    if token.text == "USAGE":
        words.skip("IS")
        token = words.take()
    if token.text not in _USAGES:
        what = f"USAGE {token.text} is not read; write DISPLAY, COMP, COMP-1, COMP-2, COMP-3 or COMP-5, or PIC X"
        raise CopybookError.at(token.place, what)
    return "usage", _USAGES[token.text]


def _sign(words: Cursor, token: Token) -> tuple[str, Any]:
    if token.text == "SIGN":
        words.skip("IS")
        token = words.take()
    if token.text not in {"LEADING", "TRAILING"}:
        raise words.mistake(f"SIGN is {token.text!r}; write LEADING or TRAILING, with SEPARATE if it has its own byte")
    separate = words.is_next(("SEPARATE",))
    words.skip("CHARACTER")
    return "sign", Sign(token.text == "LEADING", separate)


def _occurs(words: Cursor, _token: Token) -> tuple[str, Any]:
    least = most = words.whole("OCCURS", MAX_OCCURS)
    if words.is_next(("TO",)):
        most = words.whole("OCCURS", MAX_OCCURS)
    elif words.word == "DEPENDING":
        least = 0
    words.skip("TIMES")
    depending = None
    if words.is_next(("DEPENDING",)):
        words.skip("ON")
        depending = words.name()
    _keys_and_indexes(words)
    if most < max(least, 1) or (least < most and depending is None):
        raise words.mistake("OCCURS cannot be read; write OCCURS 5, or OCCURS 1 TO 5 DEPENDING ON a field before it")
    return "occurs", Occurs(least, most, depending)


def _keys_and_indexes(words: Cursor) -> None:
    """How a program searches the table: it says nothing of its bytes."""
    while words.is_next(("ASCENDING", "DESCENDING", "INDEXED")):
        words.skip("KEY", "IS", "BY")
        while words.word and words.word not in _CLAUSES and words.word not in {"ASCENDING", "DESCENDING", "INDEXED"}:
            words.take()


def _redefines(words: Cursor, _token: Token) -> tuple[str, Any]:
    return "redefines", words.take().text


def _value(words: Cursor, _token: Token) -> tuple[str, Any]:
    words.skip("IS", "ARE")
    return "value", read_literal(words)


def _flag(key: str, *filling: str) -> Callable[[Cursor, Token], tuple[str, Any]]:
    def read(words: Cursor, _token: Token) -> tuple[str, Any]:
        words.skip(*filling)
        return key, True

    return read


def _scope(words: Cursor, _token: Token) -> tuple[str, Any]:
    """GLOBAL and EXTERNAL say who may see a field: nothing of its bytes."""
    words.skip("GLOBAL", "EXTERNAL")
    return "", None


_CLAUSES: Final[Mapping[str, Callable[[Cursor, Token], tuple[str, Any]]]] = {
    **dict.fromkeys(("PIC", "PICTURE"), _picture),
    **dict.fromkeys(("USAGE", *_USAGES, *_UNREAD), _usage),
    **dict.fromkeys(("SIGN", "LEADING", "TRAILING"), _sign),
    **dict.fromkeys(("VALUE", "VALUES"), _value),
    **dict.fromkeys(("SYNC", "SYNCHRONIZED"), _flag("synchronized", "LEFT", "RIGHT")),
    **dict.fromkeys(("JUST", "JUSTIFIED"), _flag("justified", "RIGHT")),
    **dict.fromkeys(("IS", "GLOBAL", "EXTERNAL"), _scope),
    "BLANK": _flag("blank_when_zero", "WHEN", "ZERO", "ZEROS", "ZEROES"),
    "OCCURS": _occurs,
    "REDEFINES": _redefines,
}
