"""One stretch of calls as a line of a day's file: sealed JSON, with names instead of routes and no key. Pure."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Iterable
from typing import Final

import msgspec

from facade.routing.route import Canary, Condition, Route
from facade.routing.share import PLACES
from facade.routing.stage import Side
from facade.usage import KEPT, Kept, Stretch

BANDS: Final = 1024
"""Parts of the places that are told apart: a tenth of a percent, and a thousand keys in each of a million."""

LONGEST: Final = 1024 * 1024
"""Bytes of a line; one with every call at a route of its own has a tenth of it."""

FINGERPRINT_BITS: Final = 63
"""By which a key is known again within its day and journey: two of 100,000 are taken for one at odds of 1 in 2,000
million."""

_RULE: Final = 8
"""Bytes by which a rule of a canary is known again."""


class Basis(msgspec.Struct, frozen=True, array_like=True):
    """What calls have in common. `by` is how the route told keys apart then, None where it had no canary.

    `rules` name the rules they met by `rule_digest`; `subject` is the group's or the route's name, to which the places
    belong.
    """

    route: str
    subject: str
    by: str | None
    side: Side
    rules: tuple[str, ...]


class Mark(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One call: the number of its basis, the band of its key's place (None without one) and the key's fingerprint."""

    basis: int
    band: int | None
    key: int


class Sample(msgspec.Struct, frozen=True):
    """One stretch. `at` is when it ended, aware, in UTC; `calls` how many there were, of which `marks` are a sample."""

    at: datetime.datetime
    calls: int
    bases: tuple[Basis, ...]
    marks: tuple[Mark, ...]

    def __post_init__(self) -> None:
        if len(self.marks) > min(KEPT, self.calls) or any(not 0 <= mark.basis < len(self.bases) for mark in self.marks):
            raise ValueError("does not fit together")


def sample_of(stretch: Stretch, at: datetime.datetime, secret: bytes) -> Sample:
    """A stretch as it is kept. `secret` is that of its day."""
    bases: dict[Basis, int] = {}
    marks = []
    for call in stretch.kept:
        number = bases.setdefault(_basis(call), len(bases))
        marks.append(Mark(number, band_of(call.place), _fingerprint(call.place, secret)))
    return Sample(at, stretch.calls, tuple(bases), tuple(marks))


def sealed(sample: Sample) -> bytes:
    """The line of a sample, with its end."""
    content = msgspec.json.encode(sample)
    return b"%s %s\n" % (_digest(content), content)


def opened(line: bytes) -> Sample:
    """The sample of a line without its end. Raises ValueError where it is damaged."""
    digest, _, content = line.partition(b" ")
    if digest != _digest(content):
        raise ValueError("is damaged")
    try:
        return msgspec.json.decode(content, type=Sample)
    except msgspec.DecodeError as error:
        raise ValueError("is of another version") from error


def band_of(place: int | None) -> int | None:
    """The band of a place, 0 to `BANDS` - 1."""
    return None if place is None else place * BANDS // PLACES


def rule_digest(rule: Condition) -> str:
    """What a rule is known by: its value may be a person's, and is not kept."""
    return hashlib.blake2b(str(rule).encode(), digest_size=_RULE).hexdigest()


def sources_of(canary: Canary | None) -> str | None:
    """How a canary tells keys apart, as an operator writes it."""
    return None if canary is None else ", ".join(map(str, canary.by))


def _basis(call: Kept) -> Basis:
    route = call.route
    return Basis(
        route.name, route.group or route.name, sources_of(route.canary), call.side, tuple(_rules(route, call.met))
    )


def _rules(route: Route, met: Iterable[int]) -> Iterable[str]:
    if route.canary is not None and met:
        rules = (*route.canary.legacy_for, *route.canary.platform_for)
        yield from (rule_digest(rules[number]) for number in met)


def _fingerprint(place: int | None, secret: bytes) -> int:
    if place is None:
        return 0
    digest = hashlib.blake2b(place.to_bytes(8, "big"), key=secret, digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 64 - FINGERPRINT_BITS


def _digest(content: bytes) -> bytes:
    return hashlib.sha256(content).hexdigest().encode()
