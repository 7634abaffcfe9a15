"""The old mainframe: one program that reads a record from a TCP connection and writes one back, in EBCDIC.

Its records are those of config/silos/copybooks, made here by hand as the machine would: nothing of the facade's own
codec is in it, so what the facade reads is another's. `answer` is pure; `listen` puts it on a socket.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import importlib
import zlib
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

VEHICLES: Final = range(10_000, 60_000)
"""The numbers that exist, after the letters DV."""

CODE_PAGE: Final = "cp1146"
_LETTERS: Final = "DV"
_NO_SUCH_VEHICLE: Final = "04"
_REQUEST_BYTES: Final = 9
_REST_BYTES: Final = 42
"""Of a reply without owners, behind its return code: low-values where there is no vehicle."""

_MAKES: Final = ("Albion", "Crossley", "Jowett", "Lea-Francis", "Riley")
_OWNERS: Final = ("J. Pargeter", "M. Llewellyn", "Fenwick & Sons", "A. N. Okafor", "Widow Twankey Ltd")
_FIRST_DAY: Final = datetime.date(1990, 1, 1)
_DAYS: Final = 12_000


@dataclass(frozen=True, slots=True)
class Vehicle:
    """An entry of the register: a lorry has tonnes, a car has seats."""

    registration: str
    make: str
    tax_due: Decimal
    first_registered: datetime.date
    seats: int | None
    load_tonnes: Decimal | None
    owners: tuple[tuple[str, datetime.date], ...]


def vehicle(registration: str) -> Vehicle | None:
    """The vehicle of this registration, which follows from it alone."""
    number = registration.removeprefix(_LETTERS)
    if not (registration.startswith(_LETTERS) and number.isascii() and number.isdigit() and int(number) in VEHICLES):
        return None
    chance = zlib.crc32(registration.encode())
    since = _FIRST_DAY + datetime.timedelta(days=chance % _DAYS)
    owners = tuple(
        (_OWNERS[(chance + each) % len(_OWNERS)], since + datetime.timedelta(days=400 * each))
        for each in range(chance % 4)
    )
    is_lorry = chance % 3 == 0
    return Vehicle(
        registration=registration,
        make=_MAKES[chance % len(_MAKES)],
        tax_due=Decimal(chance % 60_000) / 100 - 100,
        first_registered=since,
        seats=None if is_lorry else 2 + chance % 6,
        load_tonnes=Decimal(chance % 4_000) / 100 if is_lorry else None,
        owners=owners,
    )


def answer(record: bytes) -> bytes:
    """The program's reply to an inquiry; whatever it does not understand is no vehicle."""
    asked = record.decode(CODE_PAGE) if len(record) == _REQUEST_BYTES else ""
    found = vehicle(asked[1:].rstrip()) if asked.startswith("V") else None
    if found is None:
        return _text(_NO_SUCH_VEHICLE, 2) + bytes(_REST_BYTES)
    return b"".join(
        (
            _text("00", 2),
            _text(found.registration, 8),
            _text(found.make, 12),
            _packed(int(found.tax_due * 100), 7, signed=True),
            _text(f"{found.first_registered:%Y%m%d}", 8),
            _detail(found),
            len(found.owners).to_bytes(2, "big"),
            *(_text(name, 20) + _packed(int(f"{since:%Y%m%d}"), 8, signed=False) for name, since in found.owners),
        )
    )


def _detail(found: Vehicle) -> bytes:
    if found.load_tonnes is None:
        return _text(f"A{found.seats:02}", 6)
    digits = bytearray(_text(f"B{int(found.load_tonnes * 100):05}", 6))
    digits[-1] = 0xC0 | digits[-1] & 0x0F  # the plus sign of a zoned number is in the zone of its last digit
    return bytes(digits)


def _text(text: str, width: int) -> bytes:
    return text.ljust(width).encode(CODE_PAGE)


def _packed(number: int, digits: int, *, signed: bool) -> bytes:
    sign = ("d" if number < 0 else "c") if signed else "f"
    return bytes.fromhex(f"{abs(number):0{digits // 2 * 2 + 1}d}{sign}")


async def listen(host: str, port: int) -> asyncio.Server:
    """The listener: a length of two bytes before each record, both ways, one record after the other."""
    importlib.import_module("ebcdic")  # registers the code page; comes with the demonstration's extra
    return await asyncio.start_server(_talk, host, port)


async def _talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
        while True:
            length = int.from_bytes(await reader.readexactly(2), "big")
            reply = answer(await reader.readexactly(length))
            writer.write(len(reply).to_bytes(2, "big") + reply)
            await writer.drain()
    writer.close()
