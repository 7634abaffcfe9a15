"""Rows of delimited text, both ways (RFC 4180): commas or another delimiter, quotes where a value needs them.

The law: every row has every column; a quote stands at the edge of a value or twice inside it, and nowhere else; a byte
order mark is no part of the first name; size and rows are bounded. Every value is text. Written rows end with CR LF
(section 2) and quote what a reader could take apart.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from facade.formats.error import FormatError
from facade.formats.json import MAX_BYTES

MAX_ROWS: Final = 100_000
"""Of one document: eight mebibytes of rows of eighty characters."""

_NUL: Final = "\0"


def decode_delimited(
    document: bytes, columns: Sequence[str] | None = None, delimiter: str = ",", encoding: str = "utf-8"
) -> list[dict[str, str]]:
    r"""The rows of a document, whose first one names the columns unless they are given; raise FormatError.

    >>> decode_delimited(b'reference,note\r\nR1,"a, b"\r\n')
    [{'reference': 'R1', 'note': 'a, b'}]
    """
    if len(document) > MAX_BYTES:
        raise FormatError(f"is larger than {MAX_BYTES} bytes")
    rows = _rows(_text(document, encoding), delimiter)
    names = list(columns) if columns is not None else next(rows, [])
    if len(set(names)) < len(names):
        raise FormatError("gives two columns one name")
    return [_row(number, names, row) for number, row in enumerate(rows, 1)]


def encode_delimited(
    rows: Iterable[Mapping[str, str]],
    columns: Sequence[str],
    delimiter: str = ",",
    encoding: str = "utf-8",
    *,
    named: bool = True,
) -> bytes:
    r"""Rows as a document, the names of the columns first where it is `named`; raise FormatError.

    >>> encode_delimited([{"reference": "R1", "note": "a, b"}], ["reference", "note"])
    b'reference,note\r\nR1,"a, b"\r\n'
    """
    written = io.StringIO(newline="")
    writer = csv.writer(written, delimiter=delimiter, lineterminator="\r\n")
    if named:
        writer.writerow(columns)
    for row in rows:
        if row.keys() != set(columns):
            raise FormatError("has a row that has not just these columns")
        if any(_NUL in value for value in row.values()):
            raise FormatError("holds a NUL, which ends a text")
        writer.writerow([row[name] for name in columns])
    try:
        return written.getvalue().encode(encoding)
    except UnicodeEncodeError:
        raise FormatError(f"holds a character that {encoding} has not") from None


def _text(document: bytes, encoding: str) -> str:
    try:
        text = document.decode(encoding)
    except UnicodeDecodeError as error:
        raise FormatError(f"is no {encoding} at byte {error.start}") from None
    if _NUL in text:
        raise FormatError("holds a NUL, which ends a text")
    return text.removeprefix("\ufeff")


def _rows(text: str, delimiter: str) -> Iterator[list[str]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for number, row in enumerate(reader):
            if number > MAX_ROWS:
                raise FormatError(f"has more than {MAX_ROWS} rows")
            if row:  # an empty line is none
                yield row
    except csv.Error:
        line = reader.line_num
        raise FormatError(f"has a quote out of place, or a value of endless length, in line {line}") from None


def _row(number: int, names: Sequence[str], row: Sequence[str]) -> dict[str, str]:
    if len(row) != len(names):
        raise FormatError(f"has {len(row)} values and not {len(names)} in row {number}")
    return dict(zip(names, row, strict=True))
