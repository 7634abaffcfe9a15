"""A query as an operator wrote it, read once when the configuration is loaded. Pure.

It is cut into tokens that SQLite and PostgreSQL agree on, no further: enough to know its bound parameters, that it is
one statement, whether it changes anything and whether it returns rows. What is inside a quoted text, a quoted name or a
comment counts for nothing. PostgreSQL's `$$` quotes and its `?` operators are refused.
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
    | (?P<quoted>'(?:[^']|'')*' | "(?:[^"]|"")*" | `(?:[^`]|``)*` | \[[^\]:'"]*\])
    | (?P<unclosed>['"`])
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
    """One statement. `verb` is lower case, a `with` looked through; `returns` whether rows come out of it.

    `positional` is its text without the last semicolon and with `$1`, `$2` for its parameters, `order` whose those are.
    """

    text: str
    parameters: frozenset[str]
    verb: str
    returns: bool
    positional: str
    order: tuple[str, ...]

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
        parameters = tuple(dict.fromkeys(token["parameter"] for token in tokens if token.lastgroup == "parameter"))
        return cls(
            text=text,
            parameters=frozenset(parameters),
            verb=verb,
            returns=verb in READS or "returning" in words,
            positional=_positional(text, tokens, parameters),
            order=parameters,
        )

    def __repr__(self) -> str:
        # A query's constants may be anybody's; its verb says enough in a log.
        return f"<Statement {self.verb}>"

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: Any, _handler: Any) -> CoreSchema:
        return core_schema.no_info_after_validator_function(cls.parse, core_schema.str_schema())


def _tokens(text: str) -> Iterator[re.Match[str]]:
    """Each token that counts, its kind as `lastgroup`; refuses what is not one statement with named parameters."""
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
        yield token


def _positional(text: str, tokens: Iterable[re.Match[str]], order: tuple[str, ...]) -> str:
    written, end = [], 0
    for token in tokens:
        if token.lastgroup in {"parameter", "end"}:
            number = f"${order.index(token['parameter']) + 1}" if token.lastgroup == "parameter" else ""
            written += [text[end : token.start()], number]
            end = token.end()
    return "".join([*written, text[end:]])


def _outer_words(tokens: Iterable[re.Match[str]]) -> Iterator[str]:
    """The words outside every bracket, in lower case: there stand the statement's own verbs."""
    depth = 0
    for token in tokens:
        if token.lastgroup == "sign":
            depth += (token[0] == "(") - (token[0] == ")")
        elif token.lastgroup == "word" and depth == 0:
            yield token[0].lower()


def _verb(words: tuple[str, ...]) -> str:
    candidates = words[:1] if words[:1] != ("with",) else tuple(word for word in words if word in READS | WRITES)
    if candidates and candidates[0] in READS | WRITES:
        return candidates[0]
    raise ValueError("this is no statement that an operation may run; write a select, insert, update or delete")
