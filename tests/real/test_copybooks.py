"""What COBOL writes is read here as COBOL meant it, and what is written here COBOL reads so: records by chance."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from copybooks import COPYBOOKS, TAGGED

from facade.formats.copybook import Record, read_copybook
from services.cobol import Cell, cells, convert, converted

RECORDS = 10_000
REDEFINES = {"redefined": {"FIRM": {"DETAIL-KIND": ("IS-FIRM",)}}}
FIXED = {
    "redefined": [(frozenset({"PERSON"}), {"detail_kind": "P"}), (frozenset({"FIRM"}), {"detail_kind": "G"})],
}


def library(name: str) -> tuple[str, str] | None:
    return ("TAGGED.cpy", TAGGED) if name == "TAGGED" else None


def chosen(every: tuple[Cell, ...], given: dict[str, Any], chance: random.Random) -> dict[Cell, Any]:
    """A record's values by chance; a table's counter says its rows."""
    values = {cell: given.get(str(cell.keys[0]), cell.value(chance)) for cell in every}
    for cell in every:
        if cell.keys == ("owner_count",) and any(each.keys[0] == "owner" for each in every):
            values[cell] = chance.randint(0, 4)
        if cell.keys == ("note_count",):
            values[cell] = chance.randint(1, 3)
    return values


def nested(values: dict[Cell, Any], counts: dict[str, int]) -> dict[str, Any]:
    """The values as our records have them."""
    record: dict[str, Any] = {}
    for cell, value in values.items():
        if len(cell.keys) > 1 and cell.keys[1] >= counts.get(str(cell.keys[0]), 1_000):
            continue
        place: Any = record
        for key, after in zip(cell.keys, [*cell.keys[1:], None], strict=True):
            if isinstance(key, int):
                while len(place) <= key:
                    place.append({} if after is not None else None)
            if after is None:
                place[key] = value
            elif isinstance(key, int):
                place = place[key]
            else:
                place = place.setdefault(key, [])
    return record


def counted(name: str, values: dict[Cell, Any]) -> dict[str, int]:
    if name != "depending":
        return {}
    by_key = {cell.keys[0]: value for cell, value in values.items() if len(cell.keys) == 1}
    return {"owner": by_key["owner_count"], "note": by_key["note_count"]}


def plain(every: tuple[Cell, ...], values: dict[Cell, Any]) -> bytes:
    return b"".join(cell.written(values[cell]) for cell in every)


def kinds() -> list[Any]:
    return [
        pytest.param(name, *case, id="-".join((name, *case[0])))
        for name in COPYBOOKS
        for case in FIXED.get(name, [(frozenset(), {})])
    ]


@pytest.mark.parametrize(("name", "only", "given"), kinds())
def test_cobols_records_are_read_and_ours_are_read_by_cobol(
    name: str, only: frozenset[str], given: dict[str, Any], tmp_path: Path
) -> None:
    (tmp_path / "TAGGED.cpy").write_text(TAGGED)
    text = COPYBOOKS[name]
    copybook = read_copybook(f"{name}.cpy", text, library)
    record = Record(copybook, "ascii", redefines=REDEFINES.get(name, {}))
    every = cells(copybook, only)
    if name == "depending":  # COBOL moves to a row that is there: the counters first, and every row below them
        every = tuple(sorted(every, key=lambda cell: not str(cell.keys[0]).endswith("count")))
    chance = random.Random(name)
    rows = [chosen(every, given, chance) for _ in range(RECORDS)]
    expected = [nested(row, counted(name, row)) for row in rows]

    pack = convert(tmp_path, text, copybook.root.name, every, "pack", record.most)
    written = converted(pack, b"".join(plain(every, row) for row in rows))
    assert len(written) == RECORDS * record.most
    for number, values in enumerate(expected):
        read = record.decode(written[number * record.most : (number + 1) * record.most])
        assert {key: value for key, value in read.items() if key in values or value not in ([], True, False)} == values

    unpack = convert(tmp_path, text, copybook.root.name, every, "unpack", record.most)
    ours = [record.encode(values) for values in expected]
    back = converted(unpack, b"".join(each.ljust(record.most) for each in ours))
    width = len(plain(every, rows[0]))
    for number, row in enumerate(rows):
        got = back[number * width : (number + 1) * width]
        assert _there(every, got, name, row) == _there(every, plain(every, row), name, row), number


def _there(every: tuple[Cell, ...], raw: bytes, name: str, row: dict[Cell, Any]) -> list[bytes]:
    """The plain fields of a record, without the rows that its counters say are not there."""
    counts, fields, at = counted(name, row), [], 0
    for cell in every:
        width = len(cell.written(row[cell]))
        if len(cell.keys) == 1 or cell.keys[1] < counts.get(str(cell.keys[0]), 1_000):
            fields.append(raw[at : at + width])
        at += width
    return fields
