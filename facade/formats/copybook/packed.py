"""COMP-3, packed decimals: a digit each half of a byte, the sign in the last half (z/Architecture, packed)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from facade.formats.copybook.amounts import Number, bounded, finisher, unscaler
from facade.formats.copybook.image import Image
from facade.formats.copybook.mistakes import Misfit
from facade.formats.copybook.picture import Picture
from facade.formats.copybook.storage import Storage

_SIGNS: Final[Mapping[str, str]] = {"a": "+", "b": "-", "c": "+", "d": "-", "e": "+", "f": "+"}
"""C and D are written with S in the PICTURE, F without; the others are read."""


def packed_storage(picture: Picture) -> Storage:
    """A number of half a byte a digit, and half a byte for its sign."""
    return Storage(picture.digits // 2 + 1, _reader(picture), _writer(picture))


def _reader(picture: Picture) -> Callable[[Image, int], Number]:
    width, finish, signed = picture.digits // 2 + 1, finisher(picture.scale), picture.signed
    pads = picture.digits % 2 == 0  # an even number of digits leaves the first half byte over
    signs = _SIGNS

    def read(image: Image, at: int) -> Number:
        halves = image.raw[at : at + width].hex()
        sign, digits = signs.get(halves[-1]), halves[:-1]
        if sign is None or not digits.isdecimal():
            raise Misfit(image.complaint(at, at + width))
        if pads and digits[0] != "0":
            raise Misfit("holds more digits than its PICTURE has")
        number = finish(sign + digits)
        if number < 0 and not signed:
            raise Misfit("holds a minus sign, which its PICTURE has not")
        return number

    return read


def _writer(picture: Picture) -> Callable[[object], bytes]:
    unscale, count, signed = unscaler(picture.scale), picture.digits, picture.signed
    limit, halves = 10**count, picture.digits // 2 * 2 + 1
    plus, minus = f"%0{halves}d{'c' if signed else 'f'}", f"%0{halves}dd"

    def write(value: object) -> bytes:
        whole = unscale(value)
        if not -limit < whole < limit or (whole < 0 and not signed):
            bounded(count, signed=signed, whole=whole)
        return bytes.fromhex(plus % whole if whole >= 0 else minus % -whole)

    return write
