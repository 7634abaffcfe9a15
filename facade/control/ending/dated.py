"""Dates as the ledger tells them: one text for each silo and each route that has any, so that a slip is seen. Pure.

The names of these texts hold a space, which no route's name does.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping

from facade.config.settings import Configuration
from facade.config.types import format_share
from facade.ending.refusing import SwitchOff
from facade.routing.notice import Announced, Brownout, Notice
from facade.routing.route import Route

BROWNOUTS = "all brown-outs"
"""What the ledger calls all of them."""


def dates_of(configuration: Configuration, silos: Mapping[str, SwitchOff], *, stopped: bool) -> dict[str, str]:
    """Every date that the files say, and whose word stands beside it."""
    found = {f"silo {name}": _silo(silo) for name, silo in silos.items()}
    found |= dict(_routes(configuration.routes))
    if stopped:
        found[BROWNOUTS] = "stopped"
    elif any(route.notice.brownouts for route in configuration.routes):
        found[BROWNOUTS] = "as planned"
    return found


def _silo(silo: SwitchOff) -> str:
    told = [f"switch_off {silo.date}"]
    if silo.refuses:
        told.append("refuse")
    if silo.confirmed_by is not None:
        told.append(f"confirmed by {silo.confirmed_by}")
    return ", ".join(told)


def _routes(routes: Iterable[Route]) -> Iterator[tuple[str, str]]:
    for route in routes:
        told = ", ".join(told_of(route.notice))
        if told:
            yield f"dates {route.name}", told


def told_of(notice: Notice) -> Iterator[str]:
    """What a route's notice says, each thing in a few words."""
    for what, announced in (("deprecated", notice.deprecated), ("sunset", notice.sunset)):
        if isinstance(announced, Announced):
            yield f"{what} {written(announced.at)}"
    yield from (f"brown-out {written(each.start)} to {written(each.end)} {whom(each)}" for each in notice.brownouts)


def written(moment: datetime.datetime) -> str:
    """A moment as an operator writes it: the day alone where it is the start of one."""
    return f"{moment:%Y-%m-%d}" if moment.time() == datetime.time() else moment.isoformat(" ", "minutes")


def whom(brownout: Brownout) -> str:
    """Whom a brown-out refuses, in an operator's words."""
    return "caller " + " ".join(sorted(brownout.callers)) if brownout.callers else format_share(brownout.share)
