"""What the listener `admin` answers of the ends of silos; each answer is made in a thread, for it may be long.

`/api/schedule` is a `Schedule`, `/api/evidence?silo=NAME&days=N` an `Evidence`, `/api/burndown?silo=NAME` a `BurnDown`,
`/api/orphans` is `Orphans` and `/api/commonality` a `Commonality`; their fields are those of the values.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

import msgspec

from facade.control.answers import JSON, Answerer, Question, Reply
from facade.control.ending.collect import Collector
from facade.control.reload import Reloader
from facade.control.usage.counts_rows import DAYS as KEPT
from facade.ending.evidence import DAYS
from facade.problem import Problem, Refusal

_DIGITS: Final = len(str(KEPT))
_NO_SILO: Final = Problem(404, "no_silo", "There is no silo of this name: ?silo=NAME.")
_NO_DAYS: Final = Problem(400, "argument", f"Days are a whole number from 1 to {KEPT}: ?days={DAYS}.")


def pages(collector: Collector, reloader: Reloader) -> dict[str, Answerer]:
    """The pages, by their paths."""

    def silo(question: Question) -> str:
        name = dict(question.query).get("silo", "")
        if name not in reloader.configuration.silos:
            raise Refusal(_NO_SILO)
        return name

    return {
        "/api/schedule": _page(lambda _: collector.schedule()),
        "/api/evidence": _page(lambda question: collector.evidence(silo(question), days_of(question))),
        "/api/burndown": _page(lambda question: collector.burn_down(silo(question))),
        "/api/orphans": _page(lambda _: collector.orphans()),
        "/api/commonality": _page(lambda _: collector.commonality()),
    }


def days_of(question: Question) -> int:
    """The days without a call that are asked for. Raises `Refusal`."""
    text = dict(question.query).get("days", str(DAYS))
    if not (text.isascii() and text.isdigit() and len(text) <= _DIGITS and 1 <= int(text) <= KEPT):
        raise Refusal(_NO_DAYS)
    return int(text)


def _page(view: Callable[[Question], Awaitable[object]]) -> Answerer:
    async def answer(question: Question) -> Reply:
        found = await view(question)
        return Reply(200, JSON, await asyncio.to_thread(msgspec.json.encode, found) + b"\n")

    return answer
