"""Routes and calls for tests of the usage and of the preview."""

from __future__ import annotations

import datetime
from fractions import Fraction
from typing import Any

from facade.config.settings import Configuration, Settings
from facade.control.preview.definitions import Definitions
from facade.control.preview.shown import Shown, shown
from facade.control.usage.sample import Sample, sample_of
from facade.routing.route import Canary, Route, SiloReference
from facade.routing.share import place
from facade.routing.stage import Side, Stage
from facade.routing.template import parse_key, parse_match
from facade.usage import Kept, Stretch

NOON = datetime.datetime(2026, 11, 23, 12, tzinfo=datetime.UTC)
TODAY = NOON.date()
COOKIE = parse_key("cookie session")
QUARTER = Canary(Fraction(1, 4), (COOKIE,))


def a_route(
    name: str = "titles.read", stage: Stage = Stage.LEGACY, canary: Canary | None = QUARTER, **rest: Any
) -> Route:
    match = parse_match(rest.pop("match", f"GET /{name}/{{x}}"))
    return Route(name, match, stage, rest.pop("legacy", SiloReference("portal")), None, canary, **rest)


def seen(route: Route) -> Shown:
    """A route as a preview compares it, of a configuration that has nothing else."""
    return shown(route, Definitions(Configuration("abc", Settings(), {}, (route,), ())))


def calls(route: Route, number: int, *, keys: int = 100, side: Side = Side.LEGACY) -> tuple[Kept, ...]:
    """This many calls of a route, by so many keys in turn; without a key where there are none."""
    subject = route.group or route.name
    return tuple(
        Kept(route, side, place(b"%d" % (each % keys), subject) if keys else None, ()) for each in range(number)
    )


def a_sample(*kept: Kept, calls: int | None = None, secret: bytes = bytes(32)) -> Sample:
    return sample_of(Stretch(len(kept) if calls is None else calls, kept), NOON, secret)
