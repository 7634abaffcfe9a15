"""How one field is read from a record and written into it: what each kind of storage gives to the rest."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

from facade.formats.copybook.image import Image

Value: TypeAlias = str | int | Decimal
"""What a field is read as: a text without its trailing spaces, a whole number, or an exact one."""

Given: TypeAlias = str | int | Decimal | datetime.date | None
"""What may be given for a field; None stands for its VALUE, or for spaces or zero."""


@dataclass(frozen=True, slots=True)
class Storage:
    """A field's bytes. `read` takes the image and where the field begins; both raise Misfit, without a value in it."""

    width: int
    read: Callable[[Image, int], Value]
    write: Callable[[object], bytes]
