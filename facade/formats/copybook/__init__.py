"""COBOL copybooks: records of fixed places to values and back, exactly. Pure; adapters import it, as all of formats.

    record = Record(read_copybook("vehrec.cpy", text), "cp1146")
    record.decode(raw)      # {"veh_reg": "AB12CDE", "tax_due": Decimal("190.00"), "owner": [{"owner_name": …}]}
    record.encode(values)   # the bytes

The law: every byte of a record is accounted for or the record is refused; numbers are whole or Decimal and never a
float; nothing is cut, rounded or guessed; an error names COBOL's field and shows no value. A copybook's mistakes are
told all at once, with file and line.

Read a copybook's way in: `source` (lines), `tokens`, `copying` (COPY REPLACING), `picture`, `entry` (what an entry
says), `literals` and `clauses` (how it says it), `sizes` and `tree` (groups), `spots` (names), `limits`, `parse`.
Then a record's way: `pages` (code pages), `image`, `amounts`, `storage` and a module for each (`text`, `zoned`,
`packed`, `binary`, `floats`), `fields`, `values` (level 88), `steps` and `tables`, `places`, `readings` (REDEFINES),
`compiler`, `record`.
"""

from facade.formats.copybook.copying import Library, no_library
from facade.formats.copybook.fields import Numbers
from facade.formats.copybook.mistakes import CopybookError, FieldError, Mistake, Place
from facade.formats.copybook.pages import PageError, page_of
from facade.formats.copybook.parse import Copybook, read_copybook
from facade.formats.copybook.readings import ChoiceError, Redefines
from facade.formats.copybook.record import Record
from facade.formats.copybook.spots import key_of
from facade.formats.copybook.storage import Value

__all__ = [
    "ChoiceError",
    "Copybook",
    "CopybookError",
    "FieldError",
    "Library",
    "Mistake",
    "Numbers",
    "PageError",
    "Place",
    "Record",
    "Redefines",
    "Value",
    "key_of",
    "no_library",
    "page_of",
    "read_copybook",
]
