"""How many bytes a field takes, and what its clauses may not say together."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from facade.formats.copybook.entry import Entry, Sign, Usage
from facade.formats.copybook.picture import Picture

MAX_BINARY_DIGITS: Final = 18
"""Of a COMP or COMP-5 field: eight bytes hold no more."""

_FLOATS: Final = {Usage.SINGLE: 4, Usage.DOUBLE: 8}
_BINARIES: Final = frozenset({Usage.BINARY, Usage.NATIVE})
_BINARY_WIDTHS: Final = ((4, 2), (9, 4), (MAX_BINARY_DIGITS, 8))
"""(digits at most, bytes): a halfword, a word, a doubleword, as IBM's compilers have it."""


def width_of(picture: Picture | None, usage: Usage, sign: Sign) -> int:
    """The bytes of a field; 0 for one that is mistaken."""
    if usage in _FLOATS:
        return _FLOATS[usage]
    if picture is None:
        return 0
    if usage is Usage.PACKED:
        return picture.digits // 2 + 1  # a digit each half of a byte, and the sign's half
    if usage in _BINARIES:
        return next((width for digits, width in _BINARY_WIDTHS if picture.digits <= digits), 0)
    return picture.size + (picture.signed and sign.separate)


def entry_mistakes(entry: Entry, usage: Usage, *, is_group: bool) -> Iterator[str]:
    """What is wrong with an entry's clauses, as `what; mend`."""
    return _group_mistakes(entry) if is_group else _field_mistakes(entry, usage)


def _group_mistakes(entry: Entry) -> Iterator[str]:
    if entry.picture is not None:
        yield "a field with a PICTURE has no fields of its own; give the next entry the same level"
    if entry.blank_when_zero or entry.justified or entry.synchronized:
        yield "a group is neither JUSTIFIED, BLANK WHEN ZERO nor SYNCHRONIZED; say it of its fields"


def _field_mistakes(entry: Entry, usage: Usage) -> Iterator[str]:
    picture = entry.picture
    if usage in _FLOATS:
        if picture is not None:
            yield f"{usage.value} has no PICTURE; take it out"
        picture = None
    elif picture is None:
        yield "it has neither a PICTURE nor fields of its own; write PIC, or fields with a higher level"
        return
    is_text = picture is not None and not picture.is_number
    is_printed = picture is not None and picture.is_number and usage is Usage.DISPLAY
    if is_text and usage is not Usage.DISPLAY:
        yield f"{usage.value} is for numbers; write PIC 9, or USAGE DISPLAY"
    if picture is not None and usage in _BINARIES and picture.digits > MAX_BINARY_DIGITS:
        yield f"{usage.value} holds at most {MAX_BINARY_DIGITS} digits; write COMP-3"
    if entry.sign is not None and not (is_printed and picture is not None and picture.signed):
        yield "SIGN is for a DISPLAY number with S in its PICTURE; add the S or take SIGN out"
    if entry.blank_when_zero and not is_printed:
        yield "BLANK WHEN ZERO is for a DISPLAY number; take it out"
    if entry.justified and not is_text:
        yield "JUSTIFIED is for a text; take it out"
    if entry.synchronized and usage in {*_BINARIES, *_FLOATS}:
        yield "SYNCHRONIZED puts bytes before it that nobody sees; write them as a FILLER and take SYNCHRONIZED out"
