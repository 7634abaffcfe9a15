"""A record that is read and written: a copybook with its silo's code page, machine and choice of readings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from facade.formats.copybook.compiler import Compiler
from facade.formats.copybook.fields import Numbers
from facade.formats.copybook.image import Image
from facade.formats.copybook.mistakes import CopybookError, FieldError, Misfit
from facade.formats.copybook.pages import page_of
from facade.formats.copybook.parse import Copybook
from facade.formats.copybook.places import offset_of
from facade.formats.copybook.readings import Redefines, read_choices
from facade.formats.copybook.spots import Spot, key_of
from facade.formats.copybook.steps import Row, Sheet, Values
from facade.formats.copybook.storage import Value
from facade.formats.copybook.tables import check_known

_NO_READINGS: Final[Redefines] = {}


class Record:
    """The codec of one record: `least` to `most` bytes long, of at most `values` values.

    `fields` has the key of every value outside a table's rows, and what COBOL calls it. Raises PageError,
    CopybookError for a copybook that cannot be compiled so, and ChoiceError for a `redefines` that does not fit it.
    """

    def __init__(
        self,
        copybook: Copybook,
        code_page: str,
        numbers: Numbers | None = None,
        redefines: Redefines = _NO_READINGS,
    ) -> None:
        self._page = page_of(code_page)
        root = copybook.root
        machine = numbers or (Numbers.IBM if self._page.is_ebcdic else Numbers.LITTLE)
        compiler = self._compiler = Compiler(copybook, self._page, machine)
        if compiler.mistakes:
            raise CopybookError(compiler.mistakes)
        choices = read_choices(redefines, copybook.spots, compiler)
        self._step = compiler.compile(root, choices)
        if compiler.mistakes:
            raise CopybookError(compiler.mistakes)
        self.name = root.name or "the record"
        self.least = root.least
        self.most = root.size
        self.values = root.values
        self._spots = {key_of(compiler.names[spot.item]): spot for spot in copybook.spots if _is_own(spot)}
        self.fields: Mapping[str, str] = {
            key_of(name): str(name) for name in compiler.names.values() if key_of(name) in self._step.keys
        }

    def __repr__(self) -> str:
        return f"<Record {self.name} of {self.least} to {self.most} bytes in {self._page.name}>"

    def decode(self, raw: bytes) -> Row:
        """The values of a record: texts, whole numbers and Decimals, lists of them and of rows; raise FieldError."""
        if not self.least <= len(raw) <= self.most:
            raise FieldError(self.name, f"has {len(raw)} bytes, where its copybook has {self._bytes}")
        image = Image(raw, self._page, self.most)
        row: Row = {}
        end = self._step.read(image, 0, row)
        if len(raw) not in (end, self.most):  # many a program sends the whole area, whatever it used of it
            raise FieldError(self.name, f"has {len(raw)} bytes, where its own fields say {end}")
        return row

    def encode(self, values: Values) -> bytes:
        """A record's bytes: fields that are missing or None have their VALUE, else spaces or zero; raise FieldError."""
        check_known(values, self._step)
        sheet = Sheet(self._page)
        self._step.write(values, sheet)
        return b"".join(sheet.parts)

    def test(self, key: str, texts: tuple[str, ...]) -> Callable[[Value], bool] | str:
        """Whether the field of this key has one of the values that an operator writes; or what is wrong with them."""
        spot = self._spots[key]
        found = self._compiler.named_values(spot, texts)
        if isinstance(found, str):
            return found
        storage, test = self._compiler.storage(spot.item), found[1]
        return lambda value: test(storage.write(value), value)

    def look(self, key: str) -> Callable[[bytes], Value | None] | None:
        """Reads the one field from a record that need not be whole: None where it ends before; raises FieldError.

        There is none for a field whose place is not the same in every record.
        """
        spot = self._spots.get(key)
        offset = None if spot is None else offset_of(spot)
        if spot is None or offset is None:
            return None
        storage, page, name, start = self._compiler.storage(spot.item), self._page, self.fields[key], offset

        def read(raw: bytes) -> Value | None:
            if len(raw) < start + storage.width:
                return None
            try:
                return storage.read(Image(raw[start : start + storage.width], page), 0)
            except Misfit as misfit:
                raise FieldError(name, str(misfit)) from None

        return read

    @property
    def _bytes(self) -> str:
        return str(self.most) if self.least == self.most else f"{self.least} to {self.most}"


def _is_own(spot: Spot) -> bool:
    return spot.has_value and not spot.item.children and spot.table is None and spot.item.entry.occurs is None
