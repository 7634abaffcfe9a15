"""JSON, exactly (RFC 8259, as narrow as I-JSON, RFC 7493). The law:

- no number passes through a float: whole numbers become `int`, all others `Decimal`, their digits kept both ways;
- a text that two readers could read differently is refused: a name given twice in one object (RFC 8259 section 4),
  NaN and Infinity (6), another encoding than UTF-8 or a byte order mark (8.1), half of a surrogate pair (8.2);
- size, depth and the length of a number are bounded, so that no text costs more than its length;
- the same value always becomes the same bytes: names stay in their order, no space is added.

A `FormatError` says what is wrong and never shows the value.
"""

from __future__ import annotations

import datetime
import decimal
import json
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from functools import partial
from typing import Any, Final, NoReturn, TypeAlias, cast

import msgspec

from facade.formats.error import FormatError

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | Decimal | bool | None"
"""What `decode_json` returns. `encode_json` also takes tuples, finite floats, dates, times and date-times."""

MAX_BYTES: Final = 8 * 1024 * 1024
"""A document, in bytes: what one answer of a silo may fill of the sidecar's memory, several at a time."""

MAX_OBJECT_BYTES: Final = 64 * 1024
"""A request's body that is read for its fields, in bytes: read in under 5 ms, the longest the event loop is held."""

MAX_VALUES: Final = 100_000
"""Of a document: with more, garbage collection holds everybody else's calls up for longer than they may."""

MAX_DEPTH: Final = 64
"""Arrays and objects within one another: more than any form or record has, far less than Python's own limit."""

MAX_NUMBER_CHARACTERS: Final = 400
"""One number, as written: the largest double written out has 309 digits. A whole one in a text of no more than
`MAX_OBJECT_BYTES` may have as many as Python itself reads, 4,300 unless set otherwise: few fit there."""

MAX_EXPONENT: Final = 400
"""Powers of ten either way: a double ends at 308 and -324, and no later sum may grow a number of a million digits."""

_BEFORE_VALUES: Final = (b",", b"[", b"{")
_SURROGATE_ESCAPE: Final = re.compile(rb"\\u[dD][89a-fA-F]")
_CONTAINERS: Final = frozenset({dict, list, tuple})
_FINITE: Final[Mapping[type, Callable[[Any], bool]]] = {float: math.isfinite, Decimal: Decimal.is_finite}
_SCALARS: Final = frozenset({str, int, bool, type(None), datetime.date, datetime.time, datetime.datetime})
_TOO_DEEP: Final = f"is nested more than {MAX_DEPTH} deep"
_TOO_LONG: Final = "holds a number of too many digits"
_TOO_LARGE: Final = "holds a number with too large an exponent"

_encoder: Final = msgspec.json.Encoder(decimal_format="number")


def decode_json(document: bytes, limit: int = MAX_BYTES, values: int = MAX_VALUES) -> Json:
    """Read one JSON text of at most `limit` bytes; raise FormatError for anything that is not exactly one.

    Its values are counted by commas and brackets, those in texts too, which costs nothing.
    """
    if len(document) > limit:
        raise FormatError(f"is larger than {limit} bytes")
    if len(document) > values and sum(map(document.count, _BEFORE_VALUES)) > values:
        raise FormatError(f"has more than {values} values")
    try:
        value = _read(document.decode())
    except UnicodeDecodeError as error:
        raise FormatError(f"is not UTF-8 at byte {error.start}") from None
    if document.count(b"[") + document.count(b"{") > MAX_DEPTH:  # else it cannot be too deep
        _check(value)
    if _SURROGATE_ESCAPE.search(document):
        _write(value)  # meets every text, and refuses one that has no UTF-8
    return value


def encode_json(value: object) -> bytes:
    """Write `value` as JSON without spaces; raise FormatError for what JSON cannot say, such as bytes or NaN.

    >>> encode_json({"price": Decimal("1.10"), "on": datetime.date(2027, 3, 31)})
    b'{"price":1.10,"on":"2027-03-31"}'
    """
    _check(value)
    return _write(value)


def encode_plain(value: Json) -> bytes:
    """Write what is known to hold nothing that JSON cannot say; raise FormatError for half of a surrogate pair."""
    return _write(value)


class JsonObject(Mapping[str, object]):
    """The JSON object that a body holds, read when it is first asked for a field and then only once.

    Asking raises FormatError, each time, where the body is no JSON object. An empty body is an object without fields.
    """

    def __init__(self, body: bytes, limit: int = MAX_OBJECT_BYTES) -> None:
        self._body = body
        self._limit = limit
        self._fields: Mapping[str, object] | None = None

    def __repr__(self) -> str:
        return f"<JsonObject of {len(self._body)} bytes>"

    def __getitem__(self, name: str) -> object:
        return self._object()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._object())

    def __len__(self) -> int:
        return len(self._object())

    def _object(self) -> Mapping[str, object]:
        if self._fields is None:
            value = decode_json(self._body, self._limit) if self._body else {}
            if not isinstance(value, dict):
                raise FormatError("is not a JSON object")
            self._fields = value
        return self._fields


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise FormatError("gives a name twice in one object")
    return fields


def _decimal(digits: str) -> Decimal:
    if len(digits) > MAX_NUMBER_CHARACTERS:
        raise FormatError(_TOO_LONG)
    try:
        number = Decimal(digits)
    except decimal.InvalidOperation:  # an exponent beyond what Decimal itself can hold
        raise FormatError(_TOO_LARGE) from None
    if abs(number.adjusted()) > MAX_EXPONENT:
        raise FormatError(_TOO_LARGE)
    return number


def _no_number(name: str) -> NoReturn:
    raise FormatError(f"holds {name}, which is no number")


def _integer(digits: str) -> int:
    if len(digits) > MAX_NUMBER_CHARACTERS:
        raise FormatError(_TOO_LONG)
    return int(digits)


_read_as: Final = partial(json.JSONDecoder, object_pairs_hook=_unique, parse_float=_decimal, parse_constant=_no_number)
_decoder: Final = _read_as()
_patient: Final = _read_as(parse_int=_integer)
"""For a long text, which is read in a thread: between two of its numbers others get their turn."""


def _read(text: str) -> Json:
    try:
        value: Json = (_decoder if len(text) <= MAX_OBJECT_BYTES else _patient).decode(text)
    except RecursionError:
        raise FormatError(_TOO_DEEP) from None
    except json.JSONDecodeError as error:
        raise FormatError(f"is not JSON at character {error.pos}") from None
    except FormatError:
        raise
    except ValueError:  # Python's own limit on the digits of a whole number, 4,300 unless set otherwise
        raise FormatError(_TOO_LONG) from None
    return value


def _check(value: object) -> None:
    """Refuse what JSON cannot say (msgspec would guess: NaN as null, bytes as Base64), and what is too deep."""
    level = [value]
    for _ in range(MAX_DEPTH + 1):
        level = [node for node in level if type(node) not in _SCALARS and _is_container(node)]
        if not level:
            return
        level = [child for node in level for child in _children(node)]
    raise FormatError(_TOO_DEEP)


def _is_container(node: object) -> bool:
    kind = type(node)
    if kind in _CONTAINERS:
        return True
    finite = _FINITE.get(kind)
    if finite is None:
        raise FormatError(f"holds a value of type {kind.__name__}, which JSON cannot say")
    if not finite(node):
        raise FormatError("holds a number that is not finite")
    return False


def _children(container: Any) -> Iterable[object]:
    if type(container) is not dict:
        return cast("Iterable[object]", container)
    if any(type(name) is not str for name in container):
        raise FormatError("has a name that is not text")
    return container.values()


def _write(value: object) -> bytes:
    try:
        return _encoder.encode(value)
    except UnicodeEncodeError:
        raise FormatError("holds half of a surrogate pair") from None
    except ValueError:  # as in reading: more digits than Python writes, of a sum or an operator's own function
        raise FormatError(_TOO_LONG) from None
