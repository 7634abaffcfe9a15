"""Large values, written and given up in pieces, so that a thread that does it keeps nobody waiting.

To write a document is one step that no other thread can interrupt, and so is to give up the memory of one: ten
milliseconds each for a hundred thousand values. In pieces it takes a little longer and holds nobody up.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, Final

from facade.formats.json import Json, encode_plain

_PIECE: Final = 2_000
"""Values that are written at once: a fifth of a millisecond."""

_SLICE: Final = 64
"""Elements of a long list or object that are looked at together."""

_CONTAINERS: Final = frozenset({dict, list})


def encode_large(value: Json) -> bytes:
    """What `encode_plain` writes; raises as it does."""
    written = bytearray()  # and no list: joining one of 8 MiB is such a step too
    for piece in _pieces(value):
        written += piece
    return bytes(written)


def let_go(value: Any) -> None:
    """Give up a value of dicts and lists that nobody else uses, and all that is in it: they are empty afterwards."""
    waiting = [value]
    while waiting:
        container = waiting.pop()
        if type(container) is list:
            waiting += [each for each in container if type(each) in _CONTAINERS]
            while container:
                del container[-_SLICE:]
        elif type(container) is dict:
            waiting += [each for each in container.values() if type(each) in _CONTAINERS]
            while container:
                container.popitem()


def _pieces(value: Json) -> Iterator[bytes]:
    if _is_small(value):
        yield encode_plain(value)
    elif isinstance(value, dict):
        yield from _joined(b"{", map(dict, _slices(value.items())), b"}")
    elif isinstance(value, list):
        yield from _joined(b"[", _slices(value), b"]")


def _joined(start: bytes, slices: Iterable[Any], end: bytes) -> Iterator[bytes]:
    before = start
    for each in slices:
        yield before
        before = b","
        if _is_small(each):
            yield encode_plain(each)[1:-1]
        elif isinstance(each, dict):
            yield from _members(each)
        else:
            yield from _elements(each)
    yield end


def _members(members: dict[str, Json]) -> Iterator[bytes]:
    for number, (name, value) in enumerate(members.items()):
        yield (b"," if number else b"") + encode_plain(name) + b":"
        yield from _pieces(value)


def _elements(elements: list[Json]) -> Iterator[bytes]:
    for number, value in enumerate(elements):
        yield b"," if number else b""
        yield from _pieces(value)


def _slices(values: Iterable[Any]) -> Iterator[list[Any]]:
    rest = iter(values)
    while part := list(islice(rest, _SLICE)):
        yield part


def _is_small(value: Any) -> bool:
    """Whether it holds few enough values to be written at once."""
    if type(value) not in _CONTAINERS:
        return True
    waiting, count = [value], 0
    while waiting:
        container = waiting.pop()
        count += len(container)
        if count > _PIECE:
            return False
        inside = container.values() if type(container) is dict else container
        waiting += [each for each in inside if type(each) in _CONTAINERS]
    return True
