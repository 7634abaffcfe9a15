"""`COPY name REPLACING ==a== BY ==b==`: one copybook inside another, its words changed (ISO/IEC 1989, COPY)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

from facade.formats.copybook.mistakes import CopybookError, Place
from facade.formats.copybook.source import Line, read_lines
from facade.formats.copybook.tokens import Kind, Token, tokens_of

Library: TypeAlias = Callable[[str], tuple[str, str] | None]
"""Finds a copybook by the name that COPY gives it, in upper case unless quoted: (file, text), None if there is none."""

MAX_DEPTH: Final = 16
"""Copybooks inside copybooks: deeper than any, and the end of one that copies itself."""

MAX_TOKENS: Final = 200_000
"""Of one record with all that it copies: some tens of thousands of fields."""

_PARTIAL: Final = re.compile(r"[:(].*[:)]")
"""Pseudo-text that stands for a part of a word, such as :TAG: in :TAG:-NAME."""


def no_library(_name: str) -> None:
    """A library without copybooks."""


@dataclass(frozen=True, slots=True)
class Replacing:
    """One pair. `how` is LEADING or TRAILING for the begin or end of a word, PARTIAL for anywhere in it, else empty."""

    old: tuple[Token, ...]
    new: tuple[Token, ...]
    how: str

    def within(self, word: str) -> str:
        old, new = self.old[0].text, "".join(token.text for token in self.new)
        if self.how == "LEADING":
            return new + word[len(old) :] if word.startswith(old) else word
        if self.how == "TRAILING":
            return word[: -len(old)] + new if word.endswith(old) else word
        return word.replace(old, new)


def read_tokens(file: str, text: str, library: Library) -> tuple[Token, ...]:
    """The tokens of a copybook and of all that it copies; raise CopybookError."""
    return _expanded(tuple(tokens_of(read_lines(file, text))), library, 0)


def _expanded(tokens: tuple[Token, ...], library: Library, depth: int) -> tuple[Token, ...]:
    result: list[Token] = []
    at = 0
    while at < len(tokens):
        token = tokens[at]
        if token.kind is not Kind.WORD or token.text != "COPY":
            result.append(token)
            at += 1
            continue
        end = next((index for index in range(at, len(tokens)) if tokens[index].kind is Kind.END), None)
        if end is None:
            raise CopybookError.at(token.place, "this COPY is never ended; put a period after it")
        result += _copied(tokens[at:end], library, depth)
        at = end + 1
    if len(result) > MAX_TOKENS:
        raise CopybookError.at(result[0].place, f"a record has at most {MAX_TOKENS} words; divide it")
    return tuple(result)


def _copied(statement: tuple[Token, ...], library: Library, depth: int) -> tuple[Token, ...]:
    place = statement[0].place
    if len(statement) < 2:
        raise CopybookError.at(place, "COPY names no copybook; write COPY NAME.")
    name, rest = statement[1].text, list(statement[2:])
    if rest and rest[0].text in {"OF", "IN"}:
        rest = rest[2:]
    if rest and rest[0].text == "SUPPRESS":
        rest = rest[1:]
    pairs = tuple(_pairs(rest, place))
    found = library(name)
    if found is None:
        raise CopybookError.at(place, f"COPY {name}: there is no such copybook; put it beside the first one")
    if depth >= MAX_DEPTH:
        raise CopybookError.at(
            place, f"COPY {name} goes more than {MAX_DEPTH} deep; take out the one that copies itself"
        )
    return _replaced(_expanded(tuple(tokens_of(read_lines(*found))), library, depth + 1), pairs)


def _pairs(tokens: list[Token], place: Place) -> Iterator[Replacing]:
    if not tokens:
        return
    if tokens[0].text != "REPLACING" or len(tokens) == 1:
        raise CopybookError.at(place, f"COPY goes on with {tokens[0].text!r}; write REPLACING ==old== BY ==new==")
    at = 1
    while at < len(tokens):
        how = tokens[at].text if tokens[at].kind is Kind.WORD and tokens[at].text in {"LEADING", "TRAILING"} else ""
        at += bool(how)
        if at + 2 >= len(tokens) or tokens[at + 1].text != "BY":
            raise CopybookError.at(place, "REPLACING wants pairs; write REPLACING ==old== BY ==new==")
        yield _pair(tokens[at], tokens[at + 2], how)
        at += 3


def _pair(old: Token, new: Token, how: str) -> Replacing:
    before, after = _operand(old), _operand(new)
    if not before:
        raise CopybookError.at(old.place, "REPLACING replaces nothing; write the words between ==")
    if not how and len(before) == 1 and _PARTIAL.fullmatch(before[0].text):
        how = "PARTIAL"
    if how and len(before) > 1:
        raise CopybookError.at(old.place, f"REPLACING {how} wants one word; write it between ==")
    return Replacing(before, after, how)


def _operand(token: Token) -> tuple[Token, ...]:
    if token.kind is not Kind.PSEUDO:
        return (token,)
    return tuple(tokens_of((Line(token.place, token.text),)))


def _replaced(tokens: Sequence[Token], pairs: tuple[Replacing, ...]) -> tuple[Token, ...]:
    if not pairs:
        return tuple(tokens)
    result: list[Token] = []
    at = 0
    while at < len(tokens):
        matched = next((pair for pair in pairs if not pair.how and _matches(tokens, at, pair.old)), None)
        if matched is not None:
            result += [replace(token, place=tokens[at].place) for token in matched.new]
            at += len(matched.old)
            continue
        result.append(_within(tokens[at], pairs))
        at += 1
    return tuple(token for token in result if token.text or token.kind is not Kind.WORD)


def _within(token: Token, pairs: tuple[Replacing, ...]) -> Token:
    if token.kind is not Kind.WORD:
        return token
    for pair in pairs:
        if pair.how and (changed := pair.within(token.text)) != token.text:
            return replace(token, text=changed)
    return token


def _matches(tokens: Sequence[Token], at: int, old: tuple[Token, ...]) -> bool:
    seen = tokens[at : at + len(old)]
    return [(each.kind, each.text) for each in seen] == [(each.kind, each.text) for each in old]
