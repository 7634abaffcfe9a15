"""The demonstration's mainframe: its own bytes, read by the shipped copybooks."""

from __future__ import annotations

from pathlib import Path

import ebcdic  # noqa: F401 - registers cp1146
import pytest

from facade.demo.vehicles import CODE_PAGE, VEHICLES, answer, vehicle
from facade.formats.copybook import Record, read_copybook

COPYBOOKS = Path(__file__).resolve().parents[3] / "config/silos/copybooks"
REDEFINES = {"DETAIL-B": {"DETAIL-KIND": ("B",)}}


def record(name: str, redefines: dict[str, dict[str, tuple[str, ...]]] | None = None) -> Record:
    return Record(read_copybook(name, (COPYBOOKS / name).read_text()), CODE_PAGE, None, redefines or {})


INQUIRY, VEHICLE = record("vehinq.cpy"), record("vehrec.cpy", REDEFINES)


@pytest.mark.parametrize("number", [VEHICLES.start, VEHICLES.stop - 1, *range(20_000, 20_060)])
def test_what_it_knows_of_a_vehicle_is_read_by_its_copybook(number: int) -> None:
    known = vehicle(f"DV{number}")
    assert known is not None
    read = VEHICLE.decode(answer(INQUIRY.encode({"inq_is_view": True, "inq_reg": known.registration})))
    assert (read["return_code"], read["veh_reg"], read["veh_make"]) == (0, known.registration, known.make)
    assert read["tax_due"] == known.tax_due
    assert (read.get("seats"), read.get("load_tonnes")) == (known.seats, known.load_tonnes)
    assert read["is_lorry"] is (known.load_tonnes is not None)
    owners = [{"owner_name": name, "owner_from": int(f"{since:%Y%m%d}")} for name, since in known.owners]
    assert read["owner"] == owners


@pytest.mark.parametrize("registration", ["DV1", "DV60000", "XX20000", "", "DV²0000"[:3]])
def test_what_it_does_not_know_has_return_code_4(registration: str) -> None:
    reply = answer(INQUIRY.encode({"inq_func": "V", "inq_reg": registration}))
    look = VEHICLE.look("return_code")
    assert look is not None
    assert look(reply) == 4
    assert answer(b"nonsense of another length") == reply
