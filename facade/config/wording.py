"""What pydantic found, in an operator's words.

The law of this file: a predicate and a mend for every kind of error, and no word of the library's own: nobody who
writes YAML has an "input" or an "extra". The value itself is never in them; who tells the mistake quotes it or not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from facade.config.mistake import listed, printable
from facade.config.types import NOT_TEXT, Unfit


class Wording(NamedTuple):
    """`subject predicate; mend`. `joint` stands between the subject and the predicate."""

    predicate: str
    mend: str
    joint: str = " "


Context = Mapping[str, Any]
"""What pydantic knows of an error: bounds, expected values, the exception of a validator."""


def word(kind: str, context: Context, message: str) -> Wording:
    """Word one error by pydantic's name for it; `message` is its own text, for a kind that is not foreseen."""
    worded = WORDS.get(kind)
    if worded is not None:
        return worded(context)
    _, _, rest = message.partition(" should ")
    return Wording(f"should {rest}" if rest else "is not accepted", "mend it")


def refused(error: Exception) -> Wording:
    """A validator's own sentence: ours are predicates, others' are whole."""
    predicate, separator, mend = str(error).partition("; ")
    return Wording(predicate, mend if separator else "mend it", " " if isinstance(error, Unfit) else ": ")


def _fixed(predicate: str, mend: str) -> Callable[[Context], Wording]:
    return lambda _: Wording(predicate, mend)


def _choice(context: Context) -> Wording:
    names = str(context["expected"]).replace("'", "").replace(" or ", ", ")
    return Wording(f"is not one of {names}", "write one of them")


def _bounded(comparison: str, key: str) -> Callable[[Context], Wording]:
    return lambda context: Wording(f"is not {comparison} {context[key]}", f"write a value {comparison} {context[key]}")


_BLOCK: Final = _fixed("is not a block of keys", "write its keys below it, indented")
_LIST: Final = _fixed("is not a list", 'write its items below it, each behind "- "')
_TEXT: Final = _fixed(*NOT_TEXT.split("; "))
_WHOLE: Final = _fixed("is not a whole number", "write it in decimal digits, without leading zeros")
_NUMBER: Final = _fixed("is not a number", "write it in decimal digits")
_FLAG: Final = _fixed("is neither true nor false", "write one of the two")

WORDS: Final[Mapping[str, Callable[[Context], Wording]]] = MappingProxyType(
    {
        "value_error": lambda context: refused(context["error"]),
        "assertion_error": lambda context: refused(context["error"]),
        "missing": _fixed("is missing", "add it"),
        "model_type": _BLOCK,
        "model_attributes_type": _BLOCK,
        "dataclass_type": _BLOCK,
        "dict_type": _BLOCK,
        "mapping_type": _BLOCK,
        "list_type": _LIST,
        "tuple_type": _LIST,
        "set_type": _LIST,
        "frozen_set_type": _LIST,
        "string_type": _TEXT,
        "int_type": _WHOLE,
        "int_parsing": _WHOLE,
        "float_type": _NUMBER,
        "float_parsing": _NUMBER,
        "decimal_type": _NUMBER,
        "decimal_parsing": _NUMBER,
        "bool_type": _FLAG,
        "bool_parsing": _FLAG,
        "literal_error": _choice,
        "enum": _choice,
        "greater_than": _bounded("above", "gt"),
        "greater_than_equal": _bounded("at least", "ge"),
        "less_than": _bounded("below", "lt"),
        "less_than_equal": _bounded("at most", "le"),
        "too_short": _fixed("holds nothing", "write at least one"),
        "string_too_short": _fixed("is too short", "write more"),
        "string_too_long": _fixed("is too long", "write less"),
        "string_pattern_mismatch": _fixed("has not the form that this key wants", "mend it"),
    }
)


def unknown(siblings: list[str], nearest: str | None) -> Wording:
    """A key that is not known: the one that was perhaps meant, or those there are."""
    if nearest is not None:
        return Wording("is not a known key", f"write {nearest}, or remove it")
    if not siblings:
        return Wording("is not a known key", "remove it")
    return Wording("is not a known key", f"remove it, or write one of {listed(siblings)}")


def subject(trail: tuple[str, ...]) -> str:
    """How a mistake names a value: its keys, `canary.share`."""
    return printable(".".join(trail))[:200] or "this entry"
