"""Numbers as an operator reads them: `4.1 %`, `+1 point`, `412 ms`, `1,204 calls`. Pure."""

from __future__ import annotations

from math import floor, log10
from typing import Final

from facade.routing.guard import LatencyMargin

_SHOWN: Final = 6
"""Decimals of a percentage at most: a millionth of a per cent is one call in a hundred million."""


def percent(part: float) -> str:
    """A part of 1 with two digits that tell it from 0 % and from 100 %.

    >>> percent(0.0412), percent(0.5), percent(0.99531)
    ('4.1 %', '50 %', '99.53 %')
    """
    return f"{_digits(part * 100, min(part, 1 - part) * 100)} %"


def points(part: float) -> str:
    """A difference between two percentages.

    >>> points(0.01), points(0.015)
    ('+1 point', '+1.5 points')
    """
    digits = _digits(part * 100, part * 100)
    return f"+{digits} point" if digits == "1" else f"+{digits} points"


def duration(seconds: float) -> str:
    """A time with three digits.

    >>> duration(0.412), duration(1.25), duration(0.0004)
    ('412 ms', '1.25 s', '0.4 ms')
    """
    return f"{seconds:.3g} s" if seconds >= 1 else f"{seconds * 1000:.3g} ms"


def margin(allowed: LatencyMargin) -> str:
    """What a latency may rise by.

    >>> margin(LatencyMargin(seconds=0.05))
    '+50 ms'
    """
    seconds, share = allowed.seconds, float(allowed.share)
    said = [f"+{percent(share)}"] * bool(share) + [f"+{duration(seconds)}"] * bool(seconds or not share)
    return " ".join(said)


def counted(number: int, thing: str) -> str:
    """How many of a thing.

    >>> counted(1204, "call"), counted(1, "call")
    ('1,204 calls', '1 call')
    """
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"


def _digits(number: float, distance: float) -> str:
    """`number` with two digits of its `distance` from where it would say nothing."""
    if distance <= 0:
        return f"{number:g}"
    decimals = min(max(1 - floor(log10(distance)), 0), _SHOWN)
    text = f"{number:.{decimals}f}"
    return text.rstrip("0").rstrip(".") if decimals else text
