"""What a COBOL record costs to read and to write, beside coboljsonifier where that is installed and can read it.

`python -m bench.copybook`. A record of 30 fields, the same bytes for both, in CPU microseconds: the least of many
rounds, taken in turns so that a busy machine is busy for both.
"""

from __future__ import annotations

import importlib.util
import tempfile
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

from facade.formats.copybook import Record, read_copybook

ROUNDS = 15
CALLS = 2000

LIMIT = 25.0
"""Microseconds that reading, and writing, may take each."""

KINDS = ("PIC X(10)", "PIC 9(6)", "PIC 9(7)V99", "PIC S9(7)V99 COMP-3", "PIC S9(9) COMP", "PIC X(20)")
VALUES = ("some text", 12345, Decimal("1234.56"), Decimal("-98765.43"), -123456, "another text")
MIXED = (*KINDS[:2], "PIC S9(7)V99", "PIC S9(7)V99 COMP-3", "PIC S9(4)V9 SIGN LEADING SEPARATE", "PIC S9(9) COMP")
MIXED_VALUES = (*VALUES[:2], Decimal("-1234.56"), Decimal("98765.43"), Decimal("-12.5"), 4711)


def copybook(kinds: tuple[str, ...]) -> str:
    fields = (f"           05  FIELD-{number:02}             {kinds[number % len(kinds)]}." for number in range(30))
    return "\n".join(["       01  THE-RECORD.", *fields, ""])


def values(of: tuple[object, ...]) -> dict[str, object]:
    return {f"field_{number:02}": of[number % len(of)] for number in range(30)}


def cpu(work: Callable[[], object]) -> float:
    """Microseconds of one call."""
    begun = time.process_time()
    for _ in range(CALLS):
        work()
    return (time.process_time() - begun) / CALLS * 1e6


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


def main() -> None:
    plain, mixed = (Record(read_copybook("record.cpy", copybook(kinds)), "cp037") for kinds in (KINDS, MIXED))
    raw, mixed_raw = plain.encode(values(VALUES)), mixed.encode(values(MIXED_VALUES))
    works: dict[str, Callable[[], object] | None] = {
        "read, what coboljsonifier can read": lambda: plain.decode(raw),
        "the same by coboljsonifier": peer(copybook(KINDS), raw),
        "write the same": lambda: plain.encode(values_of_plain),
        "read, with every kind of sign": lambda: mixed.decode(mixed_raw),
        "write the same, with every kind of sign": lambda: mixed.encode(values_of_mixed),
    }
    values_of_plain, values_of_mixed = values(VALUES), values(MIXED_VALUES)
    best = {name: 1e9 for name, work in works.items() if work is not None}
    for _ in range(ROUNDS):
        for name, work in works.items():
            if work is not None:
                best[name] = min(best[name], cpu(work))
    print(f"| a record of 30 fields, {len(raw)} and {len(mixed_raw)} bytes | CPU us |\n| --- | --- |")
    for name in works:
        print(f"| {name} | {best[name]:.1f} |" if name in best else f"| {name} | not installed |")
    own = [spent for name, spent in best.items() if "by" not in name]
    print(f"\nat most {LIMIT:.0f} us each: {'kept' if max(own) <= LIMIT else 'MISSED'}")


if __name__ == "__main__":
    main()
