"""The citizens: who they are, what they ask, and which answer is right for each of them.

Pure. A citizen carries one session cookie for life, the sticky key of the shipped canaries. What they ask is an
`Errand`, which knows the right answer beforehand: a citizen who is shown somebody else's title has been failed,
whatever the status says.
"""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from facade.demo import payments
from facade.demo.parking import PERMITS
from facade.demo.planning import APPLICATIONS
from facade.demo.records import CLAIMS, LICENCES, TITLES, OpenedClaim, Record, claim, encode, licence, title
from facade.demo.translated import application, permit, vehicle
from facade.demo.vehicles import VEHICLES
from facade.routing.stage import Side

ROUTE: Final = "titles.read"
"""The route whose story is told."""

EMPTIED: Final = "land-registry"
"""The silo that `ROUTE` leaves behind: its only one."""

PAYMENTS: Final = "payments.take"
"""The route that moves from the old cashier to a provider."""

_SESSION_BYTES: Final = 12
"""96 bits: no two citizens of a demonstration share a session."""


@dataclass(frozen=True, slots=True)
class Citizen:
    """One caller: their session, and the numbers of their own records."""

    session: str
    title: str
    licence: str
    claim: str
    application: str
    vehicle: str
    permit: str


@dataclass(frozen=True, slots=True)
class Errand:
    """One request and its right answer: a status with a record's JSON, or with a Location.

    `unsigned` is who must have answered where the answer is not signed: a register behind an adapter cannot sign, and
    neither does the facade. Where an external may answer, which cannot either, `elsewhere` is the right answer of it.
    """

    route: str
    method: str
    path: str
    status: int
    record: Record | None = None
    location: str | None = None
    body: bytes | None = None
    unsigned: Side = Side.OWN
    elsewhere: Record | None = None
    idempotency_key: str | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back; `signature` is the value of X-Answered-By."""

    status: int
    body: bytes = b""
    signature: str | None = None
    location: str | None = None


def populate(number: int, chance: random.Random) -> tuple[Citizen, ...]:
    """`number` citizens with fresh sessions and records drawn by `chance`."""
    return tuple(
        Citizen(
            session=chance.randbytes(_SESSION_BYTES).hex(),
            title=f"DN{chance.choice(TITLES)}",
            licence=f"L{chance.choice(LICENCES)}",
            claim=f"C{chance.choice(CLAIMS)}",
            application=f"PA{chance.choice(APPLICATIONS)}",
            vehicle=f"DV{chance.choice(VEHICLES)}",
            permit=f"P{chance.choice(PERMITS)}",
        )
        for _ in range(number)
    )


def main_errand(citizen: Citizen) -> Errand:
    """Read one's title: the errand that everybody runs."""
    return Errand(ROUTE, "GET", f"/titles/{citizen.title}", 200, title(citizen.title))


def other_errand(citizen: Citizen, turn: int) -> Errand:
    """What else a citizen does, in rotation; `turn` counts up, and no two claims or payments have one reference."""
    match turn % 8:
        case 0:
            return Errand("licences.read", "GET", f"/licences/{citizen.licence}", 200, licence(citizen.licence))
        case 1:
            path = f"/claims/{citizen.claim}"
            return Errand("claims.read", "GET", path, 200, claim(citizen.claim), unsigned=Side.LEGACY)
        case 2:
            return _opening(f"N{turn}-{citizen.session}")
        case 3:
            path, record = f"/applications/{citizen.application}", application(citizen.application)
            return Errand("applications.read", "GET", path, 200, record, unsigned=Side.LEGACY)
        case 4:
            path, found = f"/vehicles/{citizen.vehicle}", vehicle(citizen.vehicle)
            return Errand("vehicles.read", "GET", path, 200, found, unsigned=Side.LEGACY)
        case 5:
            return payment(turn)
        case 6:
            path, known = f"/permits/{citizen.permit}", permit(citizen.permit)
            return Errand("permits.read", "GET", path, 200, known, unsigned=Side.LEGACY)
        case _:
            return Errand("titles.search-1998", "GET", "/cgi-bin/title-search", 308, location="/")


def payment(turn: int) -> Errand:
    """Pay what is due under the reference of this number."""
    reference = payments.reference(turn)
    return Errand(
        PAYMENTS,
        "POST",
        "/payments",
        201,
        payments.at_cashier(reference),
        body=payments.asked(reference),
        unsigned=Side.LEGACY,
        elsewhere=payments.at_provider(reference),
        idempotency_key=payments.key(reference),
    )


def side_of(errand: Errand, reply: Reply) -> Side:
    """Who answered, by the answer itself."""
    if reply.signature is not None:
        return Side(reply.signature)
    return Side.PLATFORM if _says(reply, errand.elsewhere) else errand.unsigned


def fault(errand: Errand, reply: Reply) -> str | None:
    """What is wrong with `reply`, or None where it is the right answer. Names no value of a record."""
    if reply.status != errand.status:
        return f"status {reply.status} where {errand.status} is right"
    if reply.signature is not None and reply.signature not in (Side.LEGACY, Side.PLATFORM):
        return "signed by a stranger"
    if reply.location != errand.location:
        return "sent to the wrong place"
    if errand.record is not None and not (_says(reply, errand.record) or _says(reply, errand.elsewhere)):
        return "somebody else's record"
    return None


def _opening(reference: str) -> Errand:
    body = json.dumps({"reference": reference, "nino": "QQ123456C", "amount": 120.5}).encode()
    return Errand("claims.write", "POST", "/claims", 201, OpenedClaim(reference), body=body, unsigned=Side.LEGACY)


def _says(reply: Reply, record: Record | None) -> bool:
    return record is not None and _value(reply.body) == _value(encode(record))


def _value(body: bytes) -> object:
    """JSON as a value; bytes that are no JSON stand for themselves, so that they equal no record."""
    try:
        value: object = json.loads(body, parse_float=Decimal)
    except ValueError:
        return body
    return value
