"""The records of planning register, mainframe and parking office, as the platform's callers are answered them.

Pure. The facade translates what those three say, as config/silos describes it, and the new service answers the same by
itself: held against each other they show that nothing was lost on the way.
"""

from __future__ import annotations

from facade.demo import parking, planning, vehicles
from facade.demo.records import Application, Keeper, Permit, Vehicle


def application(reference: str) -> Application | None:
    """The planning application of that reference, `PA10000`, or None where there is none."""
    found = planning.find(reference)
    if found is None:
        return None
    state = found.state[:1].upper()  # the register's own codes
    return Application(found.reference, state, found.fee, found.decided, found.conditions)


def vehicle(registration: str) -> Vehicle | None:
    """The vehicle of that registration, `DV10000`, or None where there is none."""
    found = vehicles.vehicle(registration)
    if found is None:
        return None
    keepers = tuple(Keeper(name, int(f"{since:%Y%m%d}")) for name, since in found.owners)
    return Vehicle(found.registration, found.make, found.tax_due, found.seats, found.load_tonnes, keepers)


def permit(number: str) -> Permit | None:
    """The parking permit of that number, `P10000`, or None where there is none."""
    found = parking.find(number)
    if found is None:
        return None
    return Permit(found.number, found.holder, found.zone, found.expires, found.vehicles)
