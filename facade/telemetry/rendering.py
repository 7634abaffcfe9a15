r"""One event, one line: JSON in ASCII, every part bounded, and nothing in it that the facade did not mean to say.

All but printable ASCII is escaped, so no value can end the line early, colour a terminal or turn the reading direction.
An exception is its type and where it was raised; its message, which may quote a caller's or a silo's bytes, only when
the level is debug.
"""

from __future__ import annotations

import json
import math
import traceback
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import PurePath
from typing import Final

LONGEST: Final = 1024
"""Characters of one string: longer ones are cut. No name of the facade's own comes near."""

LONGEST_TRACE: Final = 8 * 1024
"""Characters of a whole traceback, which only the debug level has."""

MOST: Final = 32
"""Parts of one event, list or mapping: the rest is left out."""

DEEPEST: Final = 3
"""Lists and mappings within each other; what lies deeper is shown as text."""

_FRAMES: Final = 4
_CAUSES: Final = 3
_FIRST: Final = ("timestamp", "level", "event")

_INTEGERS: Final = 2**63
"""JSON readers keep integers below this in absolute value; a larger one is shown as text."""


def line(event: Mapping[str, object], *, debug: bool) -> bytes:
    """Render an event as one line; a value that cannot be rendered costs the event, never the caller."""
    try:
        return _encode(_ordered(event, debug))
    except Exception as error:  # noqa: BLE001 - a foreign value's own code may raise anything
        return _encode({"level": "error", "event": "log event lost", "error": type(error).__qualname__})


def _ordered(event: Mapping[str, object], debug: bool) -> dict[str, object]:
    fields = {name: event[name] for name in _FIRST if name in event} | dict(event)
    return {cut(name): bounded(value, debug=debug) for name, value in islice(fields.items(), MOST)}


def _encode(fields: Mapping[str, object]) -> bytes:
    return json.dumps(fields, ensure_ascii=True, separators=(",", ":"), allow_nan=False).encode() + b"\n"


def bounded(value: object, *, debug: bool, depth: int = 0) -> object:
    """The value as JSON can hold it, no larger than the bounds above."""
    match value:
        case None | bool():
            return value
        case str():
            return cut(value)
        case int():
            return value if -_INTEGERS < value < _INTEGERS else "integer out of range"
        case float():
            return value if math.isfinite(value) else str(value)
        case BaseException():
            return describe(value, debug=debug)
        case Mapping() if depth < DEEPEST:
            items = islice(value.items(), MOST)
            return {cut(str(name)): bounded(each, debug=debug, depth=depth + 1) for name, each in items}
        case list() | tuple() if depth < DEEPEST:
            return [bounded(each, debug=debug, depth=depth + 1) for each in value[:MOST]]
    return cut(str(value))


def cut(text: str, longest: int = LONGEST) -> str:
    """The text, or its beginning and an ellipsis."""
    return text if len(text) <= longest else f"{text[:longest]}…"


def describe(error: BaseException, *, debug: bool) -> str:
    """An exception in one string: `ValueError at facade/proxy/handler.py:120 answer`, then what caused it."""
    if debug:
        return cut("".join(traceback.format_exception(error)), LONGEST_TRACE)
    return cut("; caused by ".join(_raised(each) for each in islice(_chain(error), _CAUSES)))


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _raised(error: BaseException) -> str:
    frames = [(frame.f_code, number) for frame, number in traceback.walk_tb(error.__traceback__)]
    places = [f"{_file(code.co_filename)}:{number} {code.co_name}" for code, number in reversed(frames[-_FRAMES:])]
    return " at ".join((type(error).__qualname__, " < ".join(places))) if places else type(error).__qualname__


def _file(name: str, parts: int = 3) -> str:
    """The end of a file's path: enough to find it, nothing of the machine."""
    tail: Sequence[str] = PurePath(name).parts[-parts:]
    return "/".join(tail)
