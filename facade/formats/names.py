"""A silo's names as the operator's language writes them: snake_case, `VEH-REG` as veh_reg and `TitleNo` as title_no."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

from facade.formats.error import FormatError

_BREAK: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
"""Where a word begins inside a name: title|No, HTTP|Code."""

_OTHER: Final = re.compile(r"[\W_]+")
"""What stands between two words: hyphens, points, blanks."""

_SNAKE: Final = re.compile(r"[a-z_][a-z0-9_]*")


def snake_case(name: str) -> str:
    """The field that a silo's name becomes; one that is snake_case already stays, `_id` too.

    >>> snake_case("VEH-REG"), snake_case("TitleNo"), snake_case("HTTPCode"), snake_case("line_2")
    ('veh_reg', 'title_no', 'http_code', 'line_2')
    """
    if _SNAKE.fullmatch(name):
        return name
    return _OTHER.sub("_", _BREAK.sub("_", name)).strip("_").lower()


def field_names(names: Iterable[str]) -> Mapping[str, str]:
    """The field of each name; raise FormatError where two names become one field, or a name becomes none.

    >>> field_names(["TitleNo", "Tenure"])
    {'TitleNo': 'title_no', 'Tenure': 'tenure'}
    """
    fields: dict[str, str] = {}
    taken: dict[str, str] = {}
    for name in names:
        field = fields[name] = snake_case(name)
        other = taken.setdefault(field, name)
        if other != name:
            raise FormatError(f"has {other} and {name}, which both become {field}")
        if not field:
            raise FormatError(f"has {name}, which becomes no field")
    return fields
