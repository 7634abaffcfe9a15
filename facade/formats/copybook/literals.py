"""Literals and figurative constants of VALUE, and the words they are read from."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, Protocol

from facade.formats.copybook.entry import Form, Literal
from facade.formats.copybook.mistakes import CopybookError
from facade.formats.copybook.tokens import Kind, Token

SPACE: Final = "SPACE"
ZERO: Final = "ZERO"
LOW: Final = "LOW-VALUE"
HIGH: Final = "HIGH-VALUE"
QUOTE: Final = "QUOTE"

_FIGURATIVE: Final[Mapping[str, str]] = {
    **dict.fromkeys((SPACE, "SPACES"), SPACE),
    **dict.fromkeys((ZERO, "ZEROS", "ZEROES"), ZERO),
    **dict.fromkeys((LOW, "LOW-VALUES", "NULL", "NULLS"), LOW),
    **dict.fromkeys((HIGH, "HIGH-VALUES"), HIGH),
    **dict.fromkeys((QUOTE, "QUOTES"), QUOTE),
}
_NUMBER: Final = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:E[+-]?[0-9]{1,3})?")
_HEX: Final = re.compile(r"(?:[0-9A-Fa-f]{2})+")


class Words(Protocol):
    """What literals are read from: the words of an entry."""

    @property
    def token(self) -> Token | None: ...

    def take(self) -> Token: ...

    def mistake(self, what: str) -> CopybookError: ...


def is_literal(token: Token | None) -> bool:
    """Whether a token can begin a literal."""
    if token is None or token.kind is not Kind.WORD:
        return token is not None
    return token.text == "ALL" or token.text in _FIGURATIVE or _NUMBER.fullmatch(token.text) is not None


def read_literal(words: Words) -> Literal:
    """Read one literal; raise CopybookError."""
    token = words.take()
    if token.kind is Kind.WORD and token.text == "ALL":
        inner = read_literal(words)
        return Literal(inner.form, inner.text, fills=True)
    if token.kind is Kind.TEXT:
        return Literal(Form.TEXT, token.text)
    if token.kind is Kind.HEX and _HEX.fullmatch(token.text):
        return Literal(Form.BYTES, token.text)
    if token.text in _FIGURATIVE:
        return Literal(Form.FIGURATIVE, _FIGURATIVE[token.text], fills=True)
    if _NUMBER.fullmatch(token.text):
        return Literal(Form.NUMBER, token.text)
    raise words.mistake(f"VALUE is {token.text!r}; write a literal in quotes, a number, SPACES or ZEROS")
