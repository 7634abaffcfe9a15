"""The pages of the admin listener, each asked for by its path: `/`, `/routes/NAME`, `/silos/NAME`, `/callers`.

What is read is read first, all of it; then the page is made in pieces, and the event loop is given back after each. So
a page shows one moment, and no page holds the loop.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Final

from facade.control.answers import CSS, JAVASCRIPT, Answerer, Question, Reply
from facade.control.view import RouteRow, StatusView
from facade.page.answer import page
from facade.page.charts import burn
from facade.page.kept import Kept
from facade.page.live import Live, events
from facade.page.route import moving, route_page
from facade.page.sources import DAYS, Sources
from facade.page.waterline import silo_of, sunken, waterline
from facade.problem import Problem, Refusal
from facade.routing.stage import Stage

DAYS_DRAWN: Final = 180
"""Days of the burn-down that are drawn: half a year is as far back as a trend means anything."""

CALLERS: Final = 500
"""Rows of the callers' page, who calls most first; one silo's page and `facade evidence` have the rest."""

LONGEST: Final = 100
"""Characters that a route is looked for by."""

_HERE: Final = files("facade.page")

_FILES: Final[Mapping[str, tuple[str, bytes]]] = {
    f"/{name}": (content_type, _HERE.joinpath(name).read_bytes())
    for name, content_type in (("style.css", CSS), ("page.js", JAVASCRIPT), ("icon.svg", "image/svg+xml"))
}
"""What the pages load: package data, and nothing else on this machine or elsewhere."""


@dataclass(frozen=True, slots=True)
class Filter:
    """The routes that are asked for: those whose name or path holds `name`, of this stage; empty for all."""

    name: str = ""
    stage: str = ""

    def takes(self, route: RouteRow) -> bool:
        holds = self.name.lower() in route.name.lower() or self.name.lower() in route.match.lower()
        return holds and self.stage in ("", route.stage)


def pages(sources: Sources, live: Live) -> dict[str, Answerer]:
    """All that is read."""
    return {
        "/": _overview(sources),
        "/routes/": route_page(sources),
        "/silos/": _silo(sources),
        "/callers": _callers(sources),
        "/events": events(live, sources),
        **{path: _file(*each) for path, each in _FILES.items()},
    }


def forms(sources: Sources) -> dict[str, Answerer]:
    """What pages may send."""
    return {"/routes/": moving(sources)}


def _overview(sources: Sources) -> Answerer:
    async def made(chosen: Filter) -> Reply:
        view = await sources.overview.status()
        drawn = waterline(view, await sources.ending.schedules())
        await sources.pause()
        context = {
            "here": "/",
            "view": view,
            "waterline": drawn,
            "filter": chosen,
            "routes": [route for route in view.routes if chosen.takes(route)],
            "stages": _stages(view),
        }
        return page(sources, "overview.html", view.at, context)

    kept = Kept(lambda: made(Filter()), sources.pause, sources.clock)

    async def answer(question: Question) -> Reply:
        chosen = _filter(question)
        return await kept.answer() if chosen == Filter() else await made(chosen)

    return answer


def _stages(view: StatusView) -> list[tuple[str, int]]:
    counted = Counter(route.stage for route in view.routes)
    return [(stage, counted[stage]) for stage in Stage]


def _filter(question: Question) -> Filter:
    asked = dict(question.query)
    stage = asked.get("stage", "")
    return Filter(asked.get("name", "")[:LONGEST].strip(), stage if stage in set(Stage) else "")


def _silo(sources: Sources) -> Answerer:
    async def answer(question: Question) -> Reply:
        name = question.path.rpartition("/")[2]
        view = await sources.overview.status()
        try:
            row = next(silo for silo in view.silos if silo.name == name)
            evidence = await sources.ending.evidence(name)
        except (StopIteration, KeyError):
            raise Refusal(Problem(404, "no_silo", "There is no silo of this name; / names all of them.")) from None
        routes = [route for route in view.routes if silo_of(route) == name]
        left = sum(route.stage not in (Stage.COMPLETE, Stage.GONE) for route in routes)
        context = {
            "silo": sunken(row, left, (await sources.ending.schedules()).get(name)),
            "row": row,
            "routes": routes,
            "evidence": evidence,
            "callers": evidence.callers,
            "burn": burn(await sources.ending.burn_down(name), row.switch_off, DAYS_DRAWN),
            "history": await sources.details.history(f"silo {name}"),
            "days": DAYS,
        }
        return page(sources, "silo.html", view.at, context)

    return answer


def _callers(sources: Sources) -> Answerer:
    async def answer(_: Question) -> Reply:
        view = await sources.overview.status()
        callers = sorted(await sources.ending.callers(), key=lambda each: (-each.calls, each.caller, each.target))
        context = {
            "here": "/callers",
            "callers": callers[:CALLERS],
            "more": max(0, len(callers) - CALLERS),
            "silos": frozenset(silo.name for silo in view.silos),
            "days": DAYS,
        }
        return page(sources, "callers.html", view.at, context)

    return answer


def _file(content_type: str, content: bytes) -> Callable[[Question], Awaitable[Reply]]:
    async def answer(_: Question) -> Reply:
        return Reply(200, content_type, content)

    return answer
