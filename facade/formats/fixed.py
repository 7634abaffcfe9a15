"""Records of fixed columns of text, both ways. What COBOL writes has a format of its own, `copybook`.

The law: a record is exactly as long as its columns together; a value that is too long, or whose characters take more
bytes than columns, is refused and never cut, because everything behind it would shift. Every value is text, without
the fill that its column adds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from facade.formats.error import FormatError


@dataclass(frozen=True, slots=True)
class Column:
    """One column, `width` bytes wide. `fill` makes up a shorter value, at its end or, where `right`, before it."""

    name: str
    width: int
    fill: str = " "
    right: bool = False


def decode_fixed(record: bytes, columns: Sequence[Column], encoding: str = "ascii") -> dict[str, str]:
    """The values of one record; raise FormatError.

    >>> decode_fixed(b"AB  0042", [Column("code", 4), Column("count", 4, "0", right=True)])
    {'code': 'AB', 'count': '42'}
    """
    width = sum(column.width for column in columns)
    if len(record) != width:
        raise FormatError(f"is {len(record)} bytes long and not {width}")
    values, start = {}, 0
    for column in columns:
        values[column.name] = _read(record[start : start + column.width], column, encoding)
        start += column.width
    return values


def encode_fixed(values: Mapping[str, str], columns: Sequence[Column], encoding: str = "ascii") -> bytes:
    """One record of the values; one that is absent is all fill. Raise FormatError.

    >>> encode_fixed({"code": "AB", "count": "42"}, [Column("code", 4), Column("count", 4, "0", right=True)])
    b'AB  0042'
    """
    for name in values.keys() - {column.name for column in columns}:
        raise FormatError(f"has no column {name}")
    return b"".join(_write(values.get(column.name, ""), column, encoding) for column in columns)


def _read(piece: bytes, column: Column, encoding: str) -> str:
    try:
        text = piece.decode(encoding)
    except UnicodeDecodeError:
        raise FormatError(f"has bytes in {column.name} that are no {encoding}") from None
    if not text.isprintable():
        raise FormatError(f"has a character in {column.name} that is no text's")
    return text.lstrip(column.fill) if column.right else text.rstrip(column.fill)


def _write(value: str, column: Column, encoding: str) -> bytes:
    if not value.isprintable():
        raise FormatError(f"has a character in {column.name} that ends a record or is no text's")
    if (value.startswith if column.right else value.endswith)(column.fill):
        raise FormatError(f"has a value in {column.name} whose own {column.fill!r} would be taken for fill")
    try:
        fill, written = column.fill.encode(encoding), value.encode(encoding)
    except UnicodeEncodeError:
        raise FormatError(f"has a character in {column.name} that {encoding} has not") from None
    if len(written) > column.width:
        raise FormatError(f"has a value in {column.name} of more than {column.width} bytes")
    room = fill * (column.width - len(written))
    return room + written if column.right else written + room
