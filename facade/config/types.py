"""What a text can mean: the types of the operator's keys, each read from text and from nothing else.

The law of this file: a type says what it reads and refuses the rest with a predicate and a mend (`Unfit`: "carries no
sign; write it with %, such as 25%"), which is told behind the key and what was written there. No predicate holds more
of the value than a bare number, because some values are secrets. None guesses: `0123` is no number and `yes` no truth.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from fractions import Fraction
from typing import Annotated, Final, TypeVar

from pydantic import PlainValidator, WithJsonSchema

Value = TypeVar("Value")

LONGEST: Final = 3650 * 86_400.0
"""Seconds of the longest duration: ten years, which no timer of the facade has any use for."""

LARGEST: Final = 2**50
"""Bytes of the largest size: 1 PiB, far above any body, and exact as a float."""

_SECONDS: Final = {
    "ms": Fraction(1, 1000),
    "s": Fraction(1),
    "m": Fraction(60),
    "h": Fraction(3600),
    "d": Fraction(86_400),
}
_BYTES: Final = {"B": 1, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30, "TiB": 2**40}
_DURATION: Final = re.compile(r"([0-9]{1,12}(?:\.[0-9]{1,6})?)(ms|s|m|h|d)")
_SHARE: Final = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,12})?)%")
_NUMBER: Final = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,12})?")
_SIZE: Final = re.compile(r"(0|[1-9][0-9]{0,15})(B|KiB|MiB|GiB|TiB)")
_WHOLE: Final = re.compile(r"0|[1-9][0-9]{0,15}")
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_WORD: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}")
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class Unfit(ValueError):  # noqa: N818 - it reads as a predicate of the value: "is not a duration; write ..."
    """A text that does not mean what its key wants: `predicate; mend`."""


def reads(parse: Callable[[str], Value]) -> PlainValidator:
    """A validator that reads text by `parse` and refuses lists and blocks."""

    def read(value: object) -> Value:
        if isinstance(value, str):
            return parse(value)
        raise Unfit(NOT_TEXT)

    return PlainValidator(read, json_schema_input_type=str)


NOT_TEXT: Final = "is a list or a block where one value belongs; write one value, in quotes if it holds braces"


def parse_duration(text: str) -> float:
    """Seconds.

    >>> parse_duration("250ms")
    0.25
    """
    found = _DURATION.fullmatch(text)
    if found is None:
        if _NUMBER.fullmatch(text):
            raise Unfit(f"carries no unit; write it with one, such as {text}s")
        raise Unfit("is not a duration; write a number and ms, s, m, h or d, such as 250ms or 10s")
    seconds = float(Fraction(found[1]) * _SECONDS[found[2]])
    if seconds > LONGEST:
        raise Unfit("is longer than ten years; write a shorter duration")
    return seconds


def parse_positive_duration(text: str) -> float:
    """Seconds, more than none."""
    seconds = parse_duration(text)
    if not seconds:
        raise Unfit("is no time at all; write a duration above 0")
    return seconds


def parse_share(text: str) -> Fraction:
    """A part of 1, exact.

    >>> parse_share("0.5%")
    Fraction(1, 200)
    """
    found = _SHARE.fullmatch(text)
    if found is None:
        if _NUMBER.fullmatch(text):
            raise Unfit(f"carries no sign; write it with %, such as {text}%")
        raise Unfit("is not a share; write a percentage, such as 25% or 0.5%")
    share = Fraction(found[1]) / 100
    if share > 1:
        raise Unfit("is more than everything; write 100% or less")
    return share


def format_share(share: Fraction) -> str:
    """A share as an operator writes it, exact to 12 decimals: `25%`, `0.5%`."""
    whole, decimals = divmod(round(share * 100 * 10**12), 10**12)
    return f"{whole}.{decimals:012d}".rstrip("0").rstrip(".") + "%"


def parse_positive_share(text: str) -> Fraction:
    """A part of 1, exact, more than none."""
    share = parse_share(text)
    if not share:
        raise Unfit("is no share at all; write a percentage above 0%")
    return share


def parse_size(text: str) -> int:
    """Bytes.

    >>> parse_size("64KiB")
    65536
    """
    found = _SIZE.fullmatch(text)
    if found is None:
        raise Unfit("is not a size; write a whole number and B, KiB, MiB or GiB, such as 64KiB")
    size = int(found[1]) * _BYTES[found[2]]
    if size > LARGEST:
        raise Unfit("is more than 1024 TiB; write a smaller size")
    return size


def parse_positive_size(text: str) -> int:
    """Bytes, more than none."""
    size = parse_size(text)
    if not size:
        raise Unfit("is no room at all; write a size above 0")
    return size


def parse_whole(text: str) -> int:
    """A whole number in decimal digits, 0 or more."""
    if _WHOLE.fullmatch(text) is None:
        raise Unfit("is not a whole number; write it in decimal digits, without leading zeros")
    return int(text)


def parse_count(text: str) -> int:
    """A whole number, 1 or more."""
    count = parse_whole(text)
    if not count:
        raise Unfit("is none; write 1 or more")
    return count


def parse_number(text: str) -> float:
    """A number in decimal digits, with a point or without."""
    if _NUMBER.fullmatch(text) is None:
        raise Unfit("is not a number; write it in decimal digits")
    return float(text)


def parse_flag(text: str) -> bool:
    if text not in {"true", "false"}:
        raise Unfit("is neither true nor false; write one of the two")
    return text == "true"


def parse_text(text: str) -> str:
    """A line for people: an owner, a reason."""
    if not text or len(text) > 200 or not text.isprintable():
        raise Unfit("is not a line of text; write 1 to 200 characters on one line")
    return text


def parse_name(text: str) -> str:
    """The name of a route or a group: it becomes a metric's label and a command's argument."""
    if _NAME.fullmatch(text) is None:
        raise Unfit("is not a name; write up to 100 letters, digits, dots, - and _, beginning with a letter or digit")
    return text


def parse_word(text: str) -> str:
    """The name of a silo or an operation: as a name, without dots, for `SILO.OPERATION` has the one."""
    if _WORD.fullmatch(text) is None:
        raise Unfit("is not a name; write up to 100 letters, digits, - and _, beginning with a letter or digit")
    return text


def parse_date(text: str) -> datetime.date:
    if _DATE.fullmatch(text):
        try:
            return datetime.date.fromisoformat(text)
        except ValueError:
            raise Unfit("is no day of the calendar; mend the date") from None
    raise Unfit("is not a date; write year, month and day, such as 2027-03-31")


def written_as(pattern: re.Pattern[str], example: str) -> WithJsonSchema:
    """The JSON Schema of a text of this pattern, for editors."""
    return WithJsonSchema({"type": "string", "pattern": f"^(?:{pattern.pattern})$", "examples": [example]})


Duration = Annotated[float, reads(parse_duration), written_as(_DURATION, "10s")]
PositiveDuration = Annotated[float, reads(parse_positive_duration), written_as(_DURATION, "10s")]
Share = Annotated[Fraction, reads(parse_share), written_as(_SHARE, "25%")]
PositiveShare = Annotated[Fraction, reads(parse_positive_share), written_as(_SHARE, "25%")]
Size = Annotated[int, reads(parse_size), written_as(_SIZE, "64KiB")]
PositiveSize = Annotated[int, reads(parse_positive_size), written_as(_SIZE, "64KiB")]
Count = Annotated[int, reads(parse_count), WithJsonSchema({"type": "integer", "minimum": 1})]
Whole = Annotated[int, reads(parse_whole), WithJsonSchema({"type": "integer", "minimum": 0})]
Text = Annotated[str, reads(parse_text), WithJsonSchema({"type": "string", "minLength": 1})]
Name = Annotated[str, reads(parse_name), written_as(_NAME, "titles.read")]
Word = Annotated[str, reads(parse_word), written_as(_WORD, "portal")]
Date = Annotated[datetime.date, reads(parse_date), written_as(_DATE, "2027-03-31")]
