"""PICTURE: what a field's characters are (ISO/IEC 1989, PICTURE clause). Those edited for print are not read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

MAX_DIGITS: Final = 38
"""Of a number: GnuCOBOL's most; IBM's is 31."""

MAX_CHARACTERS: Final = 1024 * 1024
"""Of a text, as a record has no more."""

_SYMBOL: Final = re.compile(r"(.)(?:\(([0-9]{1,9})\))?")
_PLAIN: Final = re.compile(r"S?(9*)V?(9*)")
_ZEROS_BEFORE: Final = re.compile(r"S?V?(P+)(9+)")
_ZEROS_AFTER: Final = re.compile(r"S?(9+)(P+)V?")
"""The three forms of a number; P is a zero that is not stored, between the digits and the point."""

_TEXT: Final = frozenset("AX9")
_WIDE: Final = frozenset("NGU")


@dataclass(frozen=True, slots=True)
class Picture:
    """A field's characters: `size` of a text, `digits` of a number, of which `scale` stand behind its point.

    A negative `scale` counts the zeros (P) between a number's last digit and its point.
    """

    text: str
    is_number: bool
    size: int
    digits: int = 0
    scale: int = 0
    signed: bool = False

    def __str__(self) -> str:
        return f"PIC {self.text}"


def read_picture(text: str) -> Picture:
    """Read a PICTURE's characters; raise ValueError with `what; mend`.

    >>> picture = read_picture("S9(5)V99")
    >>> (picture.digits, picture.scale, picture.signed)
    (7, 2, True)
    """
    counts = _counts(text.upper())
    symbols = {symbol for symbol, _ in counts}
    size = sum(count for _, count in counts)
    if size > MAX_CHARACTERS:
        raise ValueError(f"PIC {text} has more than {MAX_CHARACTERS} characters; divide the field")
    if symbols <= _TEXT and symbols != {"9"}:
        return Picture(text, is_number=False, size=size)
    if symbols & _WIDE:
        raise ValueError(f"PIC {text} is of two-byte characters, which are not read; write PIC X of as many bytes")
    if not symbols <= set("S9VP"):
        raise ValueError(f"PIC {text} is edited for print; write PIC X({size}) for its bytes, or the number itself")
    if size > 2 * MAX_DIGITS:
        raise ValueError(f"PIC {text} has more than {MAX_DIGITS} digits; divide the field")
    return _number(text, "".join(symbol * count for symbol, count in counts))


def _counts(text: str) -> list[tuple[str, int]]:
    counts, at = [], 0
    while at < len(text):
        found = _SYMBOL.match(text, at)
        if found is None or found[1] in "()" or (found[2] is not None and int(found[2]) == 0):
            raise ValueError(f"PIC {text} cannot be read; write repeats as X(8), at least one")
        counts.append((found[1], int(found[2] or 1)))
        at = found.end()
    if not counts:
        raise ValueError("PIC has no characters; write them, such as X(8)")
    return counts


def _number(text: str, symbols: str) -> Picture:
    digits, scale = _digits_and_scale(symbols)
    if not 1 <= digits <= MAX_DIGITS or abs(scale) > MAX_DIGITS:
        what = f"PIC {text} is no number; write S first, 1 to {MAX_DIGITS} times 9, one V, and P only at one end"
        raise ValueError(what)
    return Picture(text, True, digits, digits, scale, symbols[0] == "S")


def _digits_and_scale(symbols: str) -> tuple[int, int]:
    """How many digits are stored and how many stand behind the point; (0, 0) for what is no number."""
    if plain := _PLAIN.fullmatch(symbols):
        return len(plain[1]) + len(plain[2]), len(plain[2])
    if before := _ZEROS_BEFORE.fullmatch(symbols):
        return len(before[2]), len(before[1]) + len(before[2])
    if after := _ZEROS_AFTER.fullmatch(symbols):
        return len(after[1]), -len(after[2])
    return 0, 0
