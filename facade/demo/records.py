"""What the government knows: titles, licences, claims and more, the same whoever is asked.

The law of this file: a record follows from its number alone, so the old systems, the new service and a citizen who
checks an answer agree without sharing a store. Every name and number is invented.
"""

from __future__ import annotations

import datetime
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import msgspec

TITLES: Final = range(100_000, 200_000)
LICENCES: Final = range(10_000, 60_000)
CLAIMS: Final = range(1, 2_001)
"""The numbers that exist; claims are few because the register is made anew at every start."""

_TENURES: Final = ("freehold", "leasehold", "commonhold")
_LENDERS: Final = ("Harbour Building Society", "Mutual of the Dales", "Fenland Bank")
_TRADES: Final = ("taxi", "street trading", "animal boarding", "late night refreshment")
_STATES: Final = ("received", "in payment", "suspended", "closed")
_FIRST_EXPIRY: Final = datetime.date(2027, 1, 1)
_encoder: Final = msgspec.json.Encoder(decimal_format="number")


@dataclass(frozen=True, slots=True)
class Title:
    """An entry of the land register; `price_paid` in whole pounds, `charges` are the lenders' names."""

    number: str
    tenure: str
    price_paid: int
    charges: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Licence:
    """A trader's licence."""

    number: str
    trade: str
    expires: datetime.date


@dataclass(frozen=True, slots=True)
class Claim:
    """A benefit claim; `amount` in pounds a week, as the text that the register keeps."""

    reference: str
    status: str
    amount: str


@dataclass(frozen=True, slots=True)
class OpenedClaim:
    """The answer to a new claim."""

    reference: str


@dataclass(frozen=True, slots=True)
class Application:
    """A planning application; `state` is P (pending) or G (granted), `fee` in pounds."""

    reference: str
    state: str
    fee: Decimal
    decided: datetime.date | None
    conditions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Keeper:
    """Whose a vehicle is or was; `since` is a day as the mainframe counts them, 20261123."""

    name: str
    since: int


@dataclass(frozen=True, slots=True)
class Vehicle:
    """A vehicle: a lorry has tonnes, a car has seats. `tax_due` in pounds, below zero where it is owed back."""

    registration: str
    make: str
    tax_due: Decimal
    seats: int | None
    load_tonnes: Decimal | None
    keepers: tuple[Keeper, ...]


@dataclass(frozen=True, slots=True)
class Permit:
    """A parking permit; `expires` is None where it is for life."""

    number: str
    holder: str
    zone: int
    expires: datetime.date | None
    vehicles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Payment:
    """A payment that was taken, in pence; the form of its receipt tells where."""

    reference: str
    pence: int
    receipt: str


Record = Title | Licence | Claim | OpenedClaim | Application | Vehicle | Permit | Payment


def title(number: str) -> Title | None:
    """The title of that number, `DN100001`, or None where there is none."""
    if _serial(number, "DN", TITLES) is None:
        return None
    chance = _chance(number)
    charges = _LENDERS[: chance % (len(_LENDERS) + 1)]
    return Title(number, _TENURES[chance % len(_TENURES)], 90_000 + chance % 900_000, charges)


def licence(number: str) -> Licence | None:
    """The licence of that number, `L10001`, or None where there is none."""
    if _serial(number, "L", LICENCES) is None:
        return None
    chance = _chance(number)
    return Licence(number, _TRADES[chance % len(_TRADES)], _FIRST_EXPIRY + datetime.timedelta(days=chance % 1000))


def claim(reference: str) -> Claim | None:
    """The claim of that reference, `C1`, or None where there is none."""
    if _serial(reference, "C", CLAIMS) is None:
        return None
    chance = _chance(reference)
    return Claim(reference, _STATES[chance % len(_STATES)], str(Decimal(2_000 + chance % 20_000) / 100))


def claims() -> Iterator[Claim]:
    """Every claim there is when the register is made."""
    for serial in CLAIMS:
        known = claim(f"C{serial}")
        assert known is not None
        yield known


def encode(record: Record) -> bytes:
    """The record as JSON; a number has every digit of its amount, and is no float on the way."""
    return _encoder.encode(record)


def _serial(number: str, prefix: str, known: range) -> int | None:
    digits = number.removeprefix(prefix)
    if not number.startswith(prefix) or not (digits.isascii() and digits.isdigit()) or str(int(digits)) != digits:
        return None
    return int(digits) if int(digits) in known else None


def _chance(number: str) -> int:
    """A fixed number that looks like chance: the same in every process."""
    return zlib.crc32(number.encode())
