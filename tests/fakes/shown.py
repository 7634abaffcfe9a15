"""A page as a browser parses it, and what a page is made of in these tests."""

from __future__ import annotations

import datetime
from collections.abc import AsyncIterator
from fractions import Fraction
from html.parser import HTMLParser
from types import SimpleNamespace
from typing import Any

from facade.config.standing import Standing
from facade.control.answers import Answerer, Question, Reply
from facade.control.detail import RouteDetail
from facade.control.differences import DifferencesView
from facade.control.ledger.recent import Recent
from facade.control.outlook import Outlook
from facade.control.overview import breathe
from facade.control.steps import next_step, steps
from facade.control.subject import Subject
from facade.control.view import Calls, ConfigView, RejectedView, RevisionView, RouteRow, SiloRow, StatusView
from facade.control.watchers import Watchers
from facade.ending.burndown import BurnDown, BurnDownDay
from facade.ending.counts import CallerCalls
from facade.ending.evidence import Evidence, LedgerState, Reason, Unresolved
from facade.page.sources import Ending, Sources
from facade.routing.stage import Stage

NOON = datetime.datetime(2026, 11, 23, 12, 0, 5, tzinfo=datetime.UTC)
RUNNING = RevisionView("4f0c2a9b1d3e", NOON)
GOOD = ConfigView(file=RUNNING, accepted=RUNNING, running=RUNNING)
REASON = "routes/land.yaml:14: `canry` is not a stage; use one of legacy, shadow, canary"
BAD = ConfigView(RUNNING, RUNNING, RUNNING, RejectedView("9b1d3e4f0c2a", NOON, (REASON,)))
HOSTILE = "\"><script>alert(1)</script>'{{ 7 * 7 }}\u202e"
VOID = {"meta", "link", "input", "br"}
APART = {"td", "th", "dt", "dd", "li", "p", "br"}

TITLES = RouteRow(
    name="titles.read",
    match="GET /titles/{number}",
    stage="canary",
    share=0.25,
    calls=Calls(legacy=75, platform=25, own=1),
    group=None,
    place="routes/land.yaml:3",
    legacy="land-registry.get-title",
    platform="http://127.0.0.1:7101",
    verdict="not_enough",
    evidence="platform errors 0 % over 25 calls, of 1000 wanted",
)
LAND = SiloRow("land-registry", "soap", None, datetime.date(2026, 10, 31), True, 75, 0.75)
PORTAL = SiloRow("portal", "passthrough", "Licensing", datetime.date(2027, 3, 31), False, 0, 0.0)


class Page(HTMLParser):
    """A parsed page: its tags with their attributes, its visible text. Whatever is opened is closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)
        if tag in APART:
            self.text += " "

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data

    @property
    def said(self) -> str:
        return " ".join(self.text.split())

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]

    def ids(self) -> list[str]:
        return [attributes["id"] for _, attributes in self.tags if attributes.get("id")]  # type: ignore[misc]  # not None


class Carrying:
    """A mover that keeps the orders it is given, and does as it is told."""

    def __init__(self) -> None:
        self.orders: list[Any] = []
        self.does: Any = None

    async def carry_out(self, order: Any) -> Any:
        self.orders.append(order)
        if isinstance(self.does, Exception):
            raise self.does
        return self.does


class World:
    """What the pages of a test read: change it, then ask."""

    def __init__(self) -> None:
        self.version = "1.2.3"
        self.now = NOON
        self.config = GOOD
        self.routes: tuple[RouteRow, ...] = (TITLES,)
        self.silos: tuple[SiloRow, ...] = (LAND, PORTAL)
        self.standing = Standing(Stage.CANARY, Fraction(1, 4))
        self.history_of = Recent()
        self.schedules: dict[str, Any] = {}
        self.burn_down = BurnDown("land-registry")
        self.callers: tuple[CallerCalls, ...] = ()
        self.reasons = (Reason(False, "1 of its 1 routes is neither complete nor gone"),)
        self.switch_off: datetime.date | None = None
        self.outlook: dict[str, Any] = {}
        self.detail: dict[str, Any] = {}
        self.mover = Carrying()
        self.watchers = Watchers(breathe)

    async def status(self) -> StatusView:
        return StatusView(self.version, self.now, self.config, self.routes, self.silos)

    async def route(self, name: str) -> RouteDetail | None:
        row = next((row for row in self.routes if row.name == name), None)
        if row is None:
            return None
        subject = Subject(name, (name,), self.standing, whole=False, written_share=Fraction(1, 4))
        outlook = Outlook(subject, steps(subject), next_step(subject), **self.outlook)
        none = DifferencesView(name, None, 0, 0, 0, None, None, ())
        given: dict[str, Any] = {
            "row": row,
            "verdict": None,
            "differences": none,
            "latencies": {},
            "outlook": outlook,
            "history": self.history_of,
            "revision": RUNNING.revision,
        }
        return RouteDetail(**given | self.detail)

    async def history(self, *_: str) -> Recent:
        return self.history_of

    def sources(self, token: str | None = "hush-hush") -> Sources:
        async def schedules() -> Any:
            return self.schedules

        async def burn_down(_: str) -> BurnDown:
            return self.burn_down

        async def callers() -> Any:
            return self.callers

        world: Any = self
        mover: Any = self.mover
        details: Any = SimpleNamespace(route=self.route, history=self.history)
        ending = Ending(schedules, burn_down, self._evidence, callers)
        return Sources(world, details, mover, self.watchers, ending, breathe, lambda: 0.0, token)

    async def _evidence(self, silo: str) -> Evidence:
        may = all(reason.holds for reason in self.reasons)
        return Evidence(
            silo=silo,
            owner=None,
            switch_off=self.switch_off,
            at=NOON,
            days=30,
            may=may,
            sentence=f"{silo} may {'' if may else 'not'}",
            reasons=self.reasons,
            callers=self.callers,
            zero_days=0,
            observed_days=0,
            routes=(),
            differences=(),
            unresolved=Unresolved(False),
            ledger=LedgerState(0, ""),
            confirmations=(),
            digest="ab" * 32,
        )


def day(number: int, share: float | None, *, is_whole: bool = True) -> BurnDownDay:
    return BurnDownDay(datetime.date(2026, 11, number), int((share or 0) * 100), 100, share, is_whole)


async def whole(body: bytes | AsyncIterator[bytes]) -> str:
    return (body if isinstance(body, bytes) else b"".join([piece async for piece in body])).decode()


async def asked(answerer: Answerer, question: Question) -> tuple[Reply, Page]:
    reply = await answerer(question)
    return reply, Page(await whole(reply.body))
