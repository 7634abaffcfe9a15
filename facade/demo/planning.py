"""The planning register: a SOAP service of the 2000s, written here without any SOAP library.

Its WSDL lies in the configuration, beside the silo's file that names it. As in `records`, an application follows from
its reference alone, so that whoever knows the reference knows the right answer. `reply` is pure; `application` puts it
on a socket.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from aiohttp import web

from facade.formats import FormatError
from facade.formats.xml import decode_xml, encode_xml

APPLICATIONS: Final = range(10_000, 60_000)
"""The numbers that exist, after the letters PA."""

PATH: Final = "/soap"

_NAMESPACE: Final = "urn:planning-register"
_ENVELOPE: Final = "http://schemas.xmlsoap.org/soap/envelope/"
_PROPOSALS: Final = ("porch & ramp", "loft <rear dormer>", "change of use to café", "two-storey extension")
_CONDITIONS: Final = ("materials to match", "no work on Sundays", "trees to be kept")
_FIRST_DECISION: Final = datetime.date(2026, 1, 5)
_DAYS: Final = 300
_FEE: Final = Decimal("206.00")
_FEE_STEP: Final = Decimal("28.90")


@dataclass(frozen=True, slots=True)
class PlanningApplication:
    """An application; `decided` is None while it is pending, `fee` in pounds."""

    reference: str
    proposal: str
    state: str
    fee: Decimal
    decided: datetime.date | None
    conditions: tuple[str, ...]


def find(reference: str) -> PlanningApplication | None:
    """The application of this reference, None where there is none."""
    digits = reference.removeprefix("PA")
    if len(digits) != 5 or len(reference) != 7 or not digits.isascii() or not digits.isdigit():
        return None
    number = int(digits)
    if number not in APPLICATIONS:
        return None
    is_pending = number % 3 == 0
    return PlanningApplication(
        reference=reference,
        proposal=_PROPOSALS[number % len(_PROPOSALS)],
        state="pending" if is_pending else "granted",
        fee=_FEE + _FEE_STEP * (number % 10),
        decided=None if is_pending else _FIRST_DECISION + datetime.timedelta(days=number % _DAYS),
        conditions=() if is_pending else _CONDITIONS[: number % (len(_CONDITIONS) + 1)],
    )


def reply(message: bytes) -> tuple[int, bytes]:
    """What the register answers to a message: a status and an envelope."""
    try:
        asked = decode_xml(message)["envelope"]["body"]["get_application"]["ref_no"]
    except (FormatError, LookupError, TypeError):
        return 500, _fault("soap:Client", "the message is no GetApplication", "")
    found = find(asked) if isinstance(asked, str) else None
    if found is None:
        return 500, _fault("soap:Client", "no such application", "ApplicationNotFound")
    return 200, _envelope(_written(found))


def application() -> web.Application:
    """The register as an application."""

    async def answer(request: web.Request) -> web.Response:
        status, body = reply(await request.read())
        headers = {"Server": "PlanReg/3.0", "Content-Type": "text/xml; charset=utf-8"}
        return web.Response(status=status, body=body, headers=headers)

    application = web.Application()
    application.router.add_post(PATH, answer)
    return application


def _written(found: PlanningApplication) -> bytes:
    nil = b'<DecidedOn xsi:nil="true"/>'
    fields = {
        "RefNo": found.reference,
        "Proposal": found.proposal,
        "StateCd": found.state[:1].upper(),
        "FeePaid": found.fee,
        "DecidedOn": found.decided,
        "Conditions": {"Condition": list(found.conditions)},
    }
    written = encode_xml("GetApplicationResponse", fields).replace(
        b"<GetApplicationResponse>", f'<GetApplicationResponse xmlns="{_NAMESPACE}">'.encode(), 1
    )
    return written if found.decided else written.replace(b"<Conditions>", nil + b"<Conditions>", 1)


def _fault(code: str, words: str, detail: str) -> bytes:
    inside = f"<detail><{detail}/></detail>" if detail else ""
    fault = f"<faultcode>{code}</faultcode><faultstring>{words}</faultstring>{inside}"
    return _envelope(f"<soap:Fault>{fault}</soap:Fault>".encode())


def _envelope(content: bytes) -> bytes:
    start = (
        f'<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="{_ENVELOPE}" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soap:Body>'
    )
    return start.encode() + content + b"</soap:Body></soap:Envelope>"
