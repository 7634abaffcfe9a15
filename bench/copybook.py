"""What a COBOL record costs to read and to write, beside coboljsonifier where that is installed and can read it.

Usage: `python -m bench.copybook`; ten seconds of one core. The page is `bench/copybook.md`. A record of 30 fields, the
same bytes for both, read into fields with exact numbers. The peer is on the package index and in no table of the
project: `pip install --no-deps coboljsonifier` puts it beside the rest.
"""

from __future__ import annotations

import importlib.util
import sys
import tempfile
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path
from statistics import median
from typing import Final

from bench.figures import Figure, batch, options, publish, ratios, spread, turns
from facade.formats.copybook import Record, read_copybook

CALLS: Final = 2000

LIMIT: Final = 25.0
"""Microseconds that reading, and writing, may take each."""

TWICE: Final = 2.0
"""How many times as fast as coboljsonifier reading is, at least."""

READ, PEER = "read, by kinds that coboljsonifier knows", "the same by coboljsonifier"
OURS: Final = (READ, "write the same", "read, with every kind of number", "write the same, with every kind of number")

KINDS = ("PIC X(10)", "PIC 9(6)", "PIC 9(7)V99", "PIC S9(7)V99 COMP-3", "PIC S9(9) COMP", "PIC X(20)")
VALUES = ("some text", 12345, Decimal("1234.56"), Decimal("-98765.43"), -123456, "another text")
MIXED = (*KINDS[:2], "PIC S9(7)V99", "PIC S9(7)V99 COMP-3", "PIC S9(4)V9 SIGN LEADING SEPARATE", "PIC S9(9) COMP")
MIXED_VALUES = (*VALUES[:2], Decimal("-1234.56"), Decimal("98765.43"), Decimal("-12.5"), 4711)


def copybook(kinds: tuple[str, ...]) -> str:
    fields = (f"           05  FIELD-{number:02}             {kinds[number % len(kinds)]}." for number in range(30))
    return "\n".join(["       01  THE-RECORD.", *fields, ""])


def values(of: tuple[object, ...]) -> dict[str, object]:
    return {f"field_{number:02}": of[number % len(of)] for number in range(30)}


def peer(text: str, raw: bytes) -> Callable[[], object] | None:
    """coboljsonifier's reading of the record; it cannot write one."""
    if importlib.util.find_spec("coboljsonifier") is None:
        return None
    from coboljsonifier.config.parser_type_enum import ParseType
    from coboljsonifier.copybookextractor import CopybookExtractor
    from coboljsonifier.parser import Parser

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "record.cpy"
        path.write_text(text)
        parser = Parser(CopybookExtractor(str(path)).dict_book_structure, ParseType.BINARY_EBCDIC).build()

    def read() -> object:
        parser.parse(raw)
        return parser.value

    return read


def works() -> dict[str, Callable[[], object]]:
    plain, mixed = (Record(read_copybook("record.cpy", copybook(kinds)), "cp037") for kinds in (KINDS, MIXED))
    given, given_mixed = values(VALUES), values(MIXED_VALUES)
    raw, mixed_raw = plain.encode(given), mixed.encode(given_mixed)
    assert plain.decode(raw) == given
    assert mixed.decode(mixed_raw) == given_mixed
    mine = (
        lambda: plain.decode(raw),
        lambda: plain.encode(given),
        lambda: mixed.decode(mixed_raw),
        lambda: mixed.encode(given_mixed),
    )
    other = peer(copybook(KINDS), raw)
    return {**dict(zip(OURS, mine, strict=True)), **({} if other is None else {PEER: other})}


def main(arguments: Sequence[str]) -> int:
    asked = options("copybook", __doc__, "copybook.md", arguments)
    taken = turns({name: batch(work, CALLS) for name, work in works().items()}, asked.rounds)
    target = f"at most {LIMIT:.0f}"
    figures = [Figure(f"{name}, us", spread(taken[name]), target, median(taken[name]) <= LIMIT) for name in OURS]
    if PEER in taken:
        faster = ratios(taken[PEER], taken[READ])
        figures += [
            Figure(f"{PEER}, us", spread(taken[PEER])),
            Figure(
                "how many times as fast it is read", spread(faster, 2), f"at least {TWICE:g}", median(faster) >= TWICE
            ),
        ]
    else:
        figures.append(Figure(PEER, "not installed", f"at least {TWICE:g} times as fast"))
    notes = (
        f"A record of 30 fields; {asked.rounds} rounds of {CALLS:,} calls each, in turns; CPU: median, least, most",
        "coboljsonifier writes no records, and reads no sign that stands apart and no sign over a digit",
    )
    return publish(asked, "copybook", "What a COBOL record costs", notes, figures)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
