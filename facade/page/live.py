"""Live updates: what changed on the overview since the last look, made once for everybody who watches.

The law of this file: nobody watches, nothing is made. A look costs what changed, in pieces, and who comes in between is
told all that changed since their page was made. What is too much for one event is not sent: the page is fetched again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import replace
from typing import Final

import msgspec
import structlog

from facade.control.answers import EVENTS, Question, Reply
from facade.control.view import Calls, RouteRow, StatusView
from facade.control.watchers import event
from facade.page.environment import ENVIRONMENT
from facade.page.headers import HEADERS
from facade.page.sources import Sources
from facade.page.waterline import Waterline, waterline

LOOK: Final = 2.0
"""Seconds between two looks: a person sees a move while they still think of it."""

LARGEST: Final = 64 * 1024
"""Bytes of an event. At 1,000 watchers this is 64 MiB of writing; a reload that changes more has them ask again."""

PARTS_A_PIECE: Final = 25
"""Parts that are looked at, and if need be made, in one go: about a millisecond of work."""

_NO_CALLS: Final = Calls()

_log = structlog.get_logger("facade.page")


class Live:
    """What is told to those who watch. `clock` is that of the views: the moment a page was made is known by it."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._seen: dict[str, object] = {}
        self._parts: dict[str, str] = {}
        self._changed: dict[str, float] = {}
        self._since: float | None = None

    async def watch(self, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        """Look and tell, for ever, while anybody watches."""
        while True:
            if not len(self._sources.watchers):
                self._since = None
                self._changed.clear()
            await self._sources.watchers.somebody()
            try:
                await self.look()
            except Exception as error:  # noqa: BLE001 - a defect in one look must not end all that follow
                _log.error("live updates failed by a defect", exc_info=error)
            await sleep(LOOK)

    async def look(self) -> None:
        """Tell what changed since the last look."""
        view = await self._sources.overview.status()
        drawn = waterline(view, await self._sources.ending.schedules())
        begins = self._since is None
        known, names, changed = set(self._seen), set[str](), list[str]()
        for number, (name, value) in enumerate(_values(view, drawn), start=1):
            names.add(name)
            if self._is_new(name, value, begins=begins):
                changed.append(name)
                self._changed[name] = view.at.timestamp()
            if number % PARTS_A_PIECE == 0:
                await self._sources.pause()
        again = not begins and names != known
        for gone in known - names:
            self._forget(gone)
        if begins:
            self._since = view.at.timestamp()
        elif changed or again:
            await self._sources.watchers.tell(self._event(changed, again=again))

    def _is_new(self, name: str, value: object, *, begins: bool) -> bool:
        """Whether a part looks different; where the looks begin nobody is told, and a route's row need not be made."""
        if self._seen.get(name) == value:
            return False
        self._seen[name] = value
        if begins and isinstance(value, RouteRow):
            return False
        before, self._parts[name] = self._parts.get(name), part(name, value)
        return not begins and before != self._parts[name]

    def _forget(self, name: str) -> None:
        for kept in (self._seen, self._parts, self._changed):
            kept.pop(name, None)

    def first(self, since: float) -> bytes:
        """What somebody is told at once whose page was made at that moment of Unix time."""
        if self._since is None or since < self._since:
            return self._event([], again=True)
        return self._event([name for name, at in self._changed.items() if at >= since], again=False)

    def _event(self, changed: list[str], *, again: bool) -> bytes:
        parts = {} if again else {name: self._parts[name] for name in changed}
        content = msgspec.json.encode({"again": again, "parts": parts})
        if len(content) > LARGEST:
            return self._event([], again=True)
        return event("changed", content)


def events(live: Live, sources: Sources) -> Callable[[Question], Awaitable[Reply]]:
    """What answers `/events?since=SECONDS`, for as long as somebody listens."""

    async def answer(question: Question) -> Reply:
        pieces = sources.watchers.watch(live.first(_since(question)))
        return Reply(200, EVENTS, pieces, {**HEADERS, "X-Accel-Buffering": "no"}, lasts=True)

    return answer


def _since(question: Question) -> float:
    try:
        return float(dict(question.query).get("since", "0"))
    except ValueError:
        return 0.0


def part(name: str, value: object) -> str:
    """One part as markup, by its id in the page."""
    macros = ENVIRONMENT.get_template("parts.html").module
    kind = name.partition("-")[0]
    made = getattr(macros, _MACROS[kind])(value)
    return str.strip(made)  # plain text: JSON knows no markup


_MACROS: Final[Mapping[str, str]] = {
    "route": "route_row",
    "silo": "silo_card",
    "services": "services",
    "headline": "headline",
    "standing": "standing",
}
"""The macro that makes a part, by what its id begins with."""


def _values(view: StatusView, drawn: Waterline) -> Iterator[tuple[str, object]]:
    """Every part's value by its id; two that are equal look the same."""
    yield "standing", view.config
    yield "headline", drawn
    yield "services", drawn
    for silo in drawn.silos:
        yield f"silo-{silo.name}", replace(silo, calls=0)
    for route in view.routes:
        yield f"route-{route.name}", _without_calls(route)


def _without_calls(route: RouteRow) -> RouteRow:
    """The row as the overview shows it, where a call more changes nothing."""
    return replace(route, calls=_NO_CALLS)
