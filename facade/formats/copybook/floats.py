"""COMP-1 and COMP-2, floating point: IBM's hexadecimal form (z/Architecture, hexadecimal floating point) or IEEE 754's.

A float is read as the shortest decimal number that would be stored as these very bytes, as Python writes its own. A
value is written only if it would be read again as itself: 0.1 is, and a number of twenty digits is refused.
"""

from __future__ import annotations

import decimal
import math
import struct
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Final, TypeAlias

from facade.formats.copybook.amounts import as_number
from facade.formats.copybook.image import Image
from facade.formats.copybook.mistakes import Misfit
from facade.formats.copybook.storage import Storage

Pack: TypeAlias = Callable[[Decimal], bytes]
"""A decimal as the nearest float's bytes; nothing where it is too large or too small for one."""

Unpack: TypeAlias = Callable[[bytes], Decimal]
"""A float's bytes as the decimal that is exactly it; raises Misfit."""

_DIGITS: Final = {4: 9, 8: 18}
"""Significant digits that tell every float of so many bytes from its neighbours."""

_BIAS: Final = 64
_MOST_EXPONENT: Final = 127
"""A hexadecimal float's exponent is a power of 16, its bias 64, in seven bits."""

_READING: Final = decimal.Context(prec=512)
"""Digits of the longest exact value: 16**-78 has 312."""

_PLAIN: Final = 20
"""Powers of ten up to which a whole number is written out, its zeros too."""


def float_storage(width: int, form: str) -> Storage:
    """A float of 4 or 8 bytes; `form` is `ibm`, or IEEE's `big` or `little`."""
    pack, unpack = _hexadecimal(width) if form == "ibm" else _ieee(width, ">" if form == "big" else "<")

    def read(image: Image, at: int) -> Decimal:
        return _shortest(image.raw[at : at + width], pack, unpack)

    def write(value: object) -> bytes:
        number = Decimal(as_number(value))
        packed = pack(number)
        if not packed:
            raise Misfit("is too large or too small for a floating-point field")
        if _shortest(packed, pack, unpack) != number:
            raise Misfit("has more digits than a floating-point field holds")
        return packed

    return Storage(width, read, write)


def _shortest(raw: bytes, pack: Pack, unpack: Unpack) -> Decimal:
    exact = unpack(raw)
    if not exact:
        return Decimal(0)
    normal = pack(exact)
    rounded = (decimal.Context(prec=digits).plus(exact) for digits in range(1, _DIGITS[len(raw)] + 1))
    return _plain(next((number for number in rounded if pack(number) == normal), exact))


def _plain(number: Decimal) -> Decimal:
    return Decimal(format(number, "f")) if 0 <= number.adjusted() <= _PLAIN else number


def _ieee(width: int, order: str) -> tuple[Pack, Unpack]:
    form = struct.Struct(f"{order}{'f' if width == 4 else 'd'}")

    def pack(number: Decimal) -> bytes:
        try:
            nearest = float(number)
            packed = form.pack(nearest)
        except OverflowError:
            return b""
        is_lost = math.isinf(nearest) or (bool(number) and not form.unpack(packed)[0])
        return b"" if is_lost else packed

    def unpack(raw: bytes) -> Decimal:
        number = Decimal(form.unpack(raw)[0])
        if not number.is_finite():
            raise Misfit("holds what is no number")
        return number

    return pack, unpack


def _hexadecimal(width: int) -> tuple[Pack, Unpack]:
    bits = 8 * (width - 1)

    def pack(number: Decimal) -> bytes:
        fraction = abs(Fraction(number))
        if not fraction:
            return bytes(width)
        exponent = 0
        while fraction >= 1:
            fraction, exponent = fraction / 16, exponent + 1
        while fraction * 16 < 1:
            fraction, exponent = fraction * 16, exponent - 1
        mantissa = int(fraction * (1 << bits) + Fraction(1, 2))
        if mantissa == 1 << bits:  # rounded up to the next power of 16
            mantissa, exponent = mantissa >> 4, exponent + 1
        if not 0 <= exponent + _BIAS <= _MOST_EXPONENT:
            return b""
        first = (0x80 if number < 0 else 0) | (exponent + _BIAS)
        return bytes([first]) + mantissa.to_bytes(width - 1, "big")

    def unpack(raw: bytes) -> Decimal:
        power = 4 * ((raw[0] & 0x7F) - _BIAS) - bits
        whole = Decimal(int.from_bytes(raw[1:], "big"))
        scaled = _READING.multiply(whole, _READING.power(Decimal(2), Decimal(power)))
        return scaled.copy_negate() if raw[0] & 0x80 else scaled

    return pack, unpack
