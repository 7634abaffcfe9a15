"""What the comparisons of each route come to: written by the data plane, read by the control plane and the telemetry.

The law of this file: evidence belongs to what a route is. It starts anew when the route is changed in any way that
could change its answers, and never slides; a reload that leaves the route alone leaves its evidence alone.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from facade.compare.answer import ComparedAnswer
from facade.compare.comparing import compare, compare_again
from facade.compare.difference import Comparison
from facade.compare.rules import CompareRules
from facade.compare.tally import Result, Tally
from facade.routing.route import Route
from facade.routing.shadow import Shadow
from facade.telemetry.information import ParityInfo

_UNJUDGED: Final = 10_000
"""Comparisons that a guard is told of at once; where there is none, the latest ones wait in vain."""

_LONGEST: Final = 0.25
"""Seconds that one comparison may take, in its thread: a hundred times what a large answer needs."""


class RouteComparisons:
    """One route's comparisons since it was last changed, `since` a moment of Unix time in seconds."""

    __slots__ = ("_key", "_rules", "_unjudged", "route", "since", "tally")

    def __init__(self, route: Route, since: float, key: bytes) -> None:
        shadow = route.shadow or Shadow()
        self.route = route
        self.since = since
        self.tally = Tally(asks_twice=shadow.noise > 0)
        self._rules = _rules(shadow)
        self._key = key
        self._unjudged: deque[bool] = deque(maxlen=_UNJUDGED)

    def __repr__(self) -> str:
        return f"<RouteComparisons {self.route.name} {self.tally!r}>"

    def compare(
        self, legacy: ComparedAnswer, other: ComparedAnswer, clock: Callable[[], float], *, noise: bool
    ) -> Comparison:
        """Compare legacy's answer with the platform's, or with legacy's own again where it is for `noise`.

        `clock` is monotonic, in seconds. It may take milliseconds, so call it in a thread.
        """
        end = clock() + _LONGEST
        comparing = compare_again if noise else compare
        return comparing(legacy, other, self._rules, self._key, lambda: clock() > end)

    def add(self, comparison: Comparison, now: float, *, noise: bool) -> Result:
        """Count a comparison, made at `now` of Unix time; of legacy with itself where it is for `noise`."""
        if not noise:
            result = self.tally.add(comparison, now)
            if comparison.made:
                self._unjudged.append(self.tally.surely_differs(comparison))
            return result
        self.tally.add_noise(comparison)
        return Result.NOISE if comparison.made else Result.ERROR

    def unjudged(self) -> tuple[bool, ...]:
        """Of each comparison since this was last asked, whether it surely found a difference that is no noise."""
        taken = tuple(self._unjudged)
        self._unjudged.clear()
        return taken


class Comparisons:
    """The comparisons of all routes. `wall` is Unix time; `key` is secret, and makes differences known again."""

    def __init__(self, wall: Callable[[], float], key: bytes) -> None:
        self._wall = wall
        self._key = key
        self._routes: dict[str, RouteComparisons] = {}
        self._serving: dict[str, Route] | None = None

    def __repr__(self) -> str:
        return f"<Comparisons {list(self._routes.values())}>"

    def of(self, route: Route) -> RouteComparisons:
        """Those of a route as it is now."""
        known = self._routes.get(route.name)
        if known is not None and (known.route is route or evidence_of(known.route) == evidence_of(route)):
            known.route = route
            return known
        self._routes[route.name] = new = RouteComparisons(route, self._wall(), self._key)
        return new

    def serves(self, route: Route) -> bool:
        """Whether this route is what serves now: a copy of a call that came before is of no use to anybody."""
        if self._serving is None:
            return True  # nobody has said yet what serves
        now = self._serving.get(route.name)
        return now is route or (now is not None and evidence_of(now) == evidence_of(route))

    def get(self, name: str) -> RouteComparisons | None:
        """Those of the route of this name, None where nothing was compared since it was last changed."""
        return self._routes.get(name)

    def information(self) -> Iterator[ParityInfo]:
        """What the metrics state of them now."""
        for name, known in self._routes.items():
            agreement = known.tally.agreement()
            yield ParityInfo(name, agreement.compared, agreement.share)

    def keep(self, routes: Iterable[Route]) -> None:
        """These routes serve from now on: what was found of others, or of what they were before, is over."""
        self._serving = {route.name: route for route in routes}
        self._routes = {name: known for name, known in self._routes.items() if self.serves(known.route)}


def evidence_of(route: Route) -> tuple[object, ...]:
    """What evidence belongs to: when one of these changes, it starts anew."""
    return route.match, route.stage, route.canary, route.legacy, route.platform, route.shadow


def _rules(shadow: Shadow) -> CompareRules:
    return CompareRules(
        ignore=frozenset(shadow.ignore),
        unordered=frozenset(shadow.unordered),
        tolerance=dict(shadow.tolerance),
        rename=dict(shadow.rename),
        headers=shadow.headers,
    )
