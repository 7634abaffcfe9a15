"""COBOL programs made for a copybook and compiled by GnuCOBOL: they put plain values into its record, and back.

A plain record is text: each number as a sign and its digits, each text as it is. What COBOL's own MOVE makes of it is
the measure. Programs run in a folder of their own and read and write whole files there.
"""

from __future__ import annotations

import random
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from facade.formats.copybook import Copybook
from facade.formats.copybook.spots import Spot, key_of, names_of
from services.programs import program

COMPILE = ("-x", "-std=ibm", "-fodoslide", "-O")
"""IBM's rules: 2, 4 or 8 bytes for COMP, and what follows an OCCURS DEPENDING ON moves."""

LETTERS = "ABCXYZ abcxyz0123456789 .,-'&/"


@dataclass(frozen=True)
class Cell:
    """A field, or one of a table's rows' fields: what COBOL calls it, and where our values have it."""

    cobol: str
    keys: tuple[str | int, ...]
    spot: Spot

    @property
    def is_number(self) -> bool:
        picture = self.spot.item.entry.picture
        return picture is None or picture.is_number

    @property
    def places(self) -> tuple[int, int, int]:
        """Digits before and behind the point, and those of the latter that are always zero or (P) of the former."""
        picture = self.spot.item.entry.picture
        if picture is None:
            return 5, 3, 0  # of a float: eighths, which every float holds exactly
        whole = max(picture.digits - picture.scale, 1)
        return whole, max(picture.scale, 0), max(-picture.scale, 0)

    @property
    def plain(self) -> str:
        """Its PICTURE in the plain record."""
        if not self.is_number:
            return f"X({self.spot.item.size})"
        whole, fraction, _ = self.places
        return f"S9({whole})V9({fraction}) SIGN LEADING SEPARATE" if fraction else f"S9({whole}) SIGN LEADING SEPARATE"

    def value(self, chance: random.Random) -> Any:
        picture, item = self.spot.item.entry.picture, self.spot.item
        if not self.is_number:
            length = chance.choice((0, 1, item.size, chance.randint(0, item.size)))
            text = "".join(chance.choice(LETTERS) for _ in range(length)).rstrip()
            return text.lstrip() if item.entry.justified else text
        if picture is None:
            return Decimal(chance.randint(-99999 * 8, 99999 * 8)) / 8
        most = 10**picture.digits - 1
        digits = chance.choice(
            (0, 1, most, chance.randint(0, most), chance.randint(0, 10 ** (picture.digits // 2 + 1) - 1))
        )
        digits = min(digits, most)
        number = Decimal(-digits if picture.signed and chance.random() < 0.5 else digits).scaleb(-picture.scale)
        return number if picture.scale > 0 else int(number)

    def written(self, value: Any) -> bytes:
        """A value as its plain field has it."""
        if not self.is_number:
            size = self.spot.item.size
            return value.encode().rjust(size) if self.spot.item.entry.justified else value.encode().ljust(size)
        whole, fraction, _ = self.places
        digits = int(abs(Decimal(value)).scaleb(fraction))
        return f"{'-' if value < 0 else '+'}{digits:0{whole + fraction}d}".encode()


def cells(copybook: Copybook, only: frozenset[str] = frozenset()) -> tuple[Cell, ...]:
    """The fields of a record, its tables' with every row. Of what shares its bytes, the first and those in `only`."""
    names = names_of(copybook.spots, [])
    return tuple(cell for spot in copybook.spots for cell in _cells(spot, names, only))


def _cells(spot: Spot, names: Any, only: frozenset[str]) -> Iterator[Cell]:
    around = [*spot.groups, spot]
    if spot.item.children or not spot.item.name:
        return
    if any(each.shares and each.item.entry.redefines and each.item.name not in only for each in around):
        return
    if only and any(each.shares and each.item.name not in only for each in around):
        return
    tables = [each for each in around if each.item.entry.occurs]
    for subscripts in _subscripts([each.item.most for each in tables]):
        keys: list[str | int] = []
        for table, subscript in zip(tables, subscripts, strict=True):
            keys += [key_of(names[table.item]), subscript - 1]
        if spot not in tables:
            keys.append(key_of(names[spot.item]))
        at = f"({', '.join(map(str, subscripts))})" if subscripts else ""
        yield Cell(f"{names[spot.item]} {at}".strip(), tuple(keys), spot)


def _subscripts(most: list[int]) -> Iterator[tuple[int, ...]]:
    if not most:
        yield ()
        return
    for first in range(1, most[0] + 1):
        for rest in _subscripts(most[1:]):
            yield (first, *rest)


def convert(folder: Path, copybook: str, record: str, fields: tuple[Cell, ...], way: str, size: int) -> Path:
    """Compile a program from `in.dat` to `out.dat`: from plain records (`pack`), or to them (`unpack`)."""
    plain = [f"           05 P-{number} PIC {cell.plain}." for number, cell in enumerate(fields)]
    width = sum(len(cell.written(cell.value(random.Random(1)))) for cell in fields)
    sizes = (width, size) if way == "pack" else (size, width)
    moves = []
    for number, cell in enumerate(fields):
        source, target = (f"P-{number}", cell.cobol) if way == "pack" else (cell.cobol, f"P-{number}")
        moves += [f"               MOVE {source}", f"                   TO {target}"]
    read, write = ("PLAIN", record) if way == "pack" else (record, "PLAIN")
    text = "\n".join(
        [
            "       IDENTIFICATION DIVISION.",
            "       PROGRAM-ID. CONVERTS.",
            "       ENVIRONMENT DIVISION.",
            "       INPUT-OUTPUT SECTION.",
            "       FILE-CONTROL.",
            '           SELECT IN-FILE ASSIGN TO "in.dat"',
            "               ORGANIZATION IS SEQUENTIAL.",
            '           SELECT OUT-FILE ASSIGN TO "out.dat"',
            "               ORGANIZATION IS SEQUENTIAL.",
            "       DATA DIVISION.",
            "       FILE SECTION.",
            "       FD IN-FILE.",
            f"       01 IN-RECORD PIC X({sizes[0]}).",
            "       FD OUT-FILE.",
            f"       01 OUT-RECORD PIC X({sizes[1]}).",
            "       WORKING-STORAGE SECTION.",
            '       01 AT-END PIC X VALUE "N".',
            "       01 PLAIN.",
            *plain,
            copybook.rstrip(),
            "       PROCEDURE DIVISION.",
            "           OPEN INPUT IN-FILE OUTPUT OUT-FILE.",
            '           PERFORM UNTIL AT-END = "Y"',
            "               READ IN-FILE",
            '                   AT END MOVE "Y" TO AT-END',
            "                   NOT AT END PERFORM CONVERT-ONE",
            "               END-READ",
            "           END-PERFORM.",
            "           CLOSE IN-FILE OUT-FILE.",
            "           STOP RUN.",
            "       CONVERT-ONE.",
            # A record whose rows vary has room for as many as its counters say: the first MOVE brings those.
            f"               MOVE IN-RECORD TO {read}",
            f"               MOVE IN-RECORD TO {read}",
            *([f"               INITIALIZE {record} WITH FILLER"] if way == "pack" else []),
            *moves,
            f"               MOVE {write} TO OUT-RECORD",
            "               WRITE OUT-RECORD",
            "               CONTINUE.",
            "",
        ]
    )
    source = folder / f"{way}.cob"
    source.write_text(text)
    return compiled(source)


def compiled(source: Path, *options: str) -> Path:
    """The program that a source makes."""
    compiler = program("cobc", "gnucobol3")
    made = source.with_suffix(".so" if "-m" in options else ".bin")
    run = subprocess.run(
        [compiler, *(options or COMPILE), "-I", source.parent, "-o", made, source],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    return made


def converted(made: Path, raw: bytes) -> bytes:
    """What a program of `convert` writes when it reads `raw`."""
    folder = made.parent
    (folder / "in.dat").write_bytes(raw)
    run = subprocess.run([made], cwd=folder, capture_output=True, text=True, check=False)
    assert (run.returncode, run.stderr) == (0, "")
    return (folder / "out.dat").read_bytes()
