"""COMP and COMP-5, binary numbers: 2, 4 or 8 bytes in two's complement.

COMP (COMP-4, BINARY) holds as many digits as its PICTURE says and has its most significant byte first. COMP-5 holds
whatever its bytes can, in the order of the machine's own.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, TypeAlias

from facade.formats.copybook.amounts import Number, bounded, scaler, unscaler
from facade.formats.copybook.image import Image
from facade.formats.copybook.mistakes import Misfit
from facade.formats.copybook.picture import Picture
from facade.formats.copybook.storage import Storage

Order: TypeAlias = Literal["big", "little"]


def binary_storage(picture: Picture, width: int) -> Storage:
    """COMP, COMP-4 and BINARY."""
    limit = 10**picture.digits
    lowest, highest = (1 - limit if picture.signed else 0), limit - 1

    def check(whole: int) -> None:
        bounded(picture.digits, signed=picture.signed, whole=whole)

    read = _reader(picture, width, "big", (lowest, highest))
    return Storage(width, read, _writer(picture, width, "big", (lowest, highest), check))


def native_storage(picture: Picture, width: int, order: Order) -> Storage:
    """COMP-5."""
    bits = 8 * width - picture.signed
    lowest, highest = (-(1 << bits) if picture.signed else 0), (1 << bits) - 1

    def check(whole: int) -> None:
        if whole < 0 and not picture.signed:
            raise Misfit("must not be negative")
        raise Misfit(f"has too many digits: it has room for {bits} bits")

    read = _reader(picture, width, order, (lowest, highest))
    return Storage(width, read, _writer(picture, width, order, (lowest, highest), check))


def _reader(picture: Picture, width: int, order: Order, bounds: tuple[int, int]) -> Callable[[Image, int], Number]:
    finish, signed, (lowest, highest) = scaler(picture.scale), picture.signed, bounds

    def read(image: Image, at: int) -> Number:
        whole = int.from_bytes(image.raw[at : at + width], order, signed=signed)
        if not lowest <= whole <= highest:
            raise Misfit("holds more digits than its PICTURE has; a program compiled with TRUNC(BIN) means COMP-5")
        return finish(whole)

    return read


def _writer(
    picture: Picture, width: int, order: Order, bounds: tuple[int, int], refuse: Callable[[int], None]
) -> Callable[[object], bytes]:
    unscale, signed, (lowest, highest) = unscaler(picture.scale), picture.signed, bounds

    def write(value: object) -> bytes:
        whole = unscale(value)
        if not lowest <= whole <= highest:
            refuse(whole)
        return whole.to_bytes(width, order, signed=signed)

    return write
