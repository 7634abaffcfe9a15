"""DISPLAY numbers: a digit a byte; the sign in the zone of the last or first digit, or in a byte of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from facade.formats.copybook.amounts import Number, bounded, finisher, unscaler
from facade.formats.copybook.entry import Sign
from facade.formats.copybook.image import Image
from facade.formats.copybook.mistakes import Misfit
from facade.formats.copybook.pages import Page
from facade.formats.copybook.picture import Picture
from facade.formats.copybook.storage import Storage

_ASCII: Final = b"0123456789"


def zoned_storage(picture: Picture, sign: Sign, page: Page, *, blank_when_zero: bool) -> Storage:
    """A number of one byte a digit, and one for a SEPARATE sign."""
    width = picture.digits + (picture.signed and sign.separate)
    read = _reader(picture, sign, width, page)
    write = _writer(picture, sign, page)
    if blank_when_zero:
        read, write = _blank_is_zero(read, finisher(picture.scale)("0"), width), _zero_is_blank(write, width, page)
    return Storage(width, read, write)


def _reader(picture: Picture, sign: Sign, width: int, page: Page) -> Callable[[Image, int], Number]:
    finish = finisher(picture.scale)
    if not picture.signed:
        return _unsigned(width, finish, page.signed)
    if sign.separate:
        return _separate(width, finish, leading=sign.leading)
    return (_leading if sign.leading else _trailing)(width, finish, page.signed)


def _unsigned(width: int, finish: Callable[[str], Number], zones: tuple[str, ...]) -> Callable[[Image, int], Number]:
    signed = _trailing(width, finish, zones)

    def read(image: Image, at: int) -> Number:
        digits = image.digits[at : at + width]
        if digits.isdecimal():
            return finish(digits)
        number = signed(image, at)  # a program that moved a signed number here left its plus in the last zone
        if number < 0:
            raise Misfit("holds a minus sign, which its PICTURE has not")
        return number

    return read


def _trailing(width: int, finish: Callable[[str], Number], zones: tuple[str, ...]) -> Callable[[Image, int], Number]:
    def read(image: Image, at: int) -> Number:
        last = at + width - 1
        tail = zones[image.raw[last]]
        digits = image.digits[at:last] + tail[1:]
        if not tail or not digits.isdecimal():
            raise Misfit(image.complaint(at, last + 1))
        return finish(tail[0] + digits)

    return read


def _leading(width: int, finish: Callable[[str], Number], zones: tuple[str, ...]) -> Callable[[Image, int], Number]:
    def read(image: Image, at: int) -> Number:
        head = zones[image.raw[at]]
        digits = head[1:] + image.digits[at + 1 : at + width]
        if not head or not digits.isdecimal():
            raise Misfit(image.complaint(at, at + width))
        return finish(head[0] + digits)

    return read


def _separate(width: int, finish: Callable[[str], Number], *, leading: bool) -> Callable[[Image, int], Number]:
    place, first = (0, 1) if leading else (width - 1, 0)

    def read(image: Image, at: int) -> Number:
        sign = image.text[at + place]
        digits = image.digits[at + first : at + first + width - 1]
        if sign not in "+-" or not digits.isdecimal():
            raise Misfit(image.complaint(at, at + width))
        return finish(sign + digits)

    return read


def _writer(picture: Picture, sign: Sign, page: Page) -> Callable[[object], bytes]:
    """Digits are made in ASCII, whose bytes 0x30 to 0x39 become the page's."""
    unscale, form = unscaler(picture.scale), b"%%0%dd" % picture.digits
    lowest, limit = (-(10**picture.digits) if picture.signed else -1), 10**picture.digits
    table = bytes.maketrans(_ASCII, page.unsigned)
    finish = _signed(sign, page) if picture.signed else None

    def write(value: object) -> bytes:
        whole = unscale(value)
        if not lowest < whole < limit:
            bounded(picture.digits, signed=picture.signed, whole=whole)
        return (form % whole).translate(table)

    def write_signed(value: object) -> bytes:
        whole = unscale(value)
        if not lowest < whole < limit:
            bounded(picture.digits, signed=True, whole=whole)
        assert finish is not None
        return finish((form % abs(whole)).translate(table), whole < 0)

    return write_signed if picture.signed else write


def _signed(sign: Sign, page: Page) -> Callable[[bytes, bool], bytes]:
    """Puts the sign to the digits; the second argument says that it is a minus."""
    plus, minus = bytes.maketrans(page.unsigned, page.plus), bytes.maketrans(page.unsigned, page.minus)
    plus_sign, minus_sign = page.encode("+"), page.encode("-")
    if sign.separate and sign.leading:
        return lambda digits, is_minus: (minus_sign if is_minus else plus_sign) + digits
    if sign.separate:
        return lambda digits, is_minus: digits + (minus_sign if is_minus else plus_sign)
    if sign.leading:
        return lambda digits, is_minus: digits[:1].translate(minus if is_minus else plus) + digits[1:]
    return lambda digits, is_minus: digits[:-1] + digits[-1:].translate(minus if is_minus else plus)


def _blank_is_zero(read: Callable[[Image, int], Number], zero: Number, width: int) -> Callable[[Image, int], Number]:
    def read_blank(image: Image, at: int) -> Number:
        return zero if image.text[at : at + width].isspace() else read(image, at)

    return read_blank


def _zero_is_blank(write: Callable[[object], bytes], width: int, page: Page) -> Callable[[object], bytes]:
    zero, blank = write(0), page.space * width

    def write_blank(value: object) -> bytes:
        written = write(value)
        return blank if written == zero else written

    return write_blank
