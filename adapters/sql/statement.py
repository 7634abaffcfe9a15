"""A query as an operator wrote it, read once when the configuration is loaded. Pure.

It is cut into tokens as SQLite cuts it, no further: enough to know its bound parameters, that it is one statement,
whether it changes anything and whether it returns rows. What is inside a quoted text, a quoted name or a comment counts
for nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from pydantic_core import CoreSchema, core_schema

READS: Final = frozenset({"select", "values"})
WRITES: Final = frozenset({"insert", "update", "delete", "replace"})

_TOKEN: Final = re.compile(
    r"""
      (?P<blank>\s+ | --[^\n]* | /\*.*?(?:\*/|\Z))
    | (?P<quoted>'(?:[^']|'')*' | "(?:[^"]|"")*" | `(?:[^`]|``)*` | \[[^\]]*\])
    | (?P<unclosed>['"`\[])
    | (?P<cast>::)
    | :(?P<parameter>[A-Za-z_][A-Za-z0-9_]*)
    | (?P<other_parameter>\?[0-9]* | [:@$][\w$]+)
    | (?P<word>[^\W\d][\w$]*)
    | (?P<number>[0-9][\w.]*)
    | (?P<end>;)
    | (?P<sign>.)
    """,
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True, slots=True, repr=False)
class Statement:
    """One statement. `verb` is lower case, a `with` looked through; `returns` whether rows come out of it."""

    text: str
    parameters: frozenset[str]
    verb: str
    returns: bool

    @property
    def writes(self) -> bool:
        return self.verb in WRITES

    @classmethod
    def parse(cls, text: str) -> Statement:
        """Read `text`; raise ValueError with `what; mend`.

        >>> sorted(Statement.parse("select ':no' from t where a = :b and c = :d").parameters)
        ['b', 'd']
        """
        tokens = tuple(_tokens(text))
        words = tuple(_outer_words(tokens))
        verb = _verb(words)
        return cls(
            text,
            frozenset(token for kind, token in tokens if kind == "parameter"),
            verb,
            verb in READS or "returning" in words,
        )

    def __repr__(self) -> str:
        # A query's constants may be anybody's; its verb says enough in a log.
        return f"<Statement {self.verb}>"

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: Any, _handler: Any) -> CoreSchema:
        return core_schema.no_info_after_validator_function(cls.parse, core_schema.str_schema())


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    """(kind, text) of each token that counts; refuses what is not one statement with named parameters."""
    ended = False
    for token in _TOKEN.finditer(text):
        kind = token.lastgroup or ""
        if kind == "blank":
            continue
        if ended:
            raise ValueError("an operation is one statement; make a second operation of what follows the semicolon")
        if kind == "unclosed":
            raise ValueError(f"a quote is never closed; close the {token[0]} at character {token.start() + 1}")
        if kind == "other_parameter":
            raise ValueError(f"{token[0]} is no named parameter; write :name and give it in arguments")
        ended = kind == "end"
        yield kind, token[kind]


def _outer_words(tokens: Iterable[tuple[str, str]]) -> Iterator[str]:
    """The words outside every bracket, in lower case: there stand the statement's own verbs."""
    depth = 0
    for kind, token in tokens:
        if kind == "sign":
            depth += (token == "(") - (token == ")")  # noqa: S105 - a bracket, no secret
        elif kind == "word" and depth == 0:
            yield token.lower()


def _verb(words: tuple[str, ...]) -> str:
    candidates = words[:1] if words[:1] != ("with",) else tuple(word for word in words if word in READS | WRITES)
    if candidates and candidates[0] in READS | WRITES:
        return candidates[0]
    raise ValueError("this is no statement that an operation may run; write a select, insert, update or delete")
