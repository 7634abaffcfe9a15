"""A route's page, and the form in it that moves the route."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

import structlog

from facade.config.types import format_share
from facade.control.actions import carried_out
from facade.control.answers import Answerer, Question, Reply
from facade.control.detail import RouteDetail
from facade.control.done import words
from facade.control.site import NOBODY_MAY, is_token
from facade.page.answer import page
from facade.page.charts import latency
from facade.page.moving import Form, Wrong, form, wanted
from facade.page.sources import Sources
from facade.problem import Problem, Refusal
from facade.routing.stage import Stage

_NOTHING_WRONG: Final[Mapping[str, str]] = {}

_log = structlog.get_logger("facade.page")


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing that kept an order from being carried out, and the field that it is about, None for none."""

    text: str
    field: str | None = None


def route_page(sources: Sources) -> Answerer:
    """What answers `/routes/NAME`."""

    async def answer(question: Question) -> Reply:
        detail = await _detail(sources, question)
        return _shown(sources, detail, _offered(detail))

    return answer


def moving(sources: Sources) -> Answerer:
    """What answers the form of that page."""

    async def answer(question: Question) -> Reply:
        sent = form(question)
        detail = await _detail(sources, question)
        try:
            if not _may(sources, sent):
                raise Wrong(token="This is not the token of this sidecar.")  # noqa: S106 - a sentence
            order = wanted(detail.row.name, sent, {each.choice: each for each in detail.outlook.choices})
        except Wrong as wrong:
            status = 403 if "token" in wrong.fields else 400
            troubles = [Trouble(text, name) for name, text in wrong.fields.items()]
            return _shown(sources, detail, sent, troubles, wrong.fields, status)
        try:
            done = await carried_out(sources.mover, order)
        except Refusal as refusal:
            problem = refusal.problem
            troubles = [Trouble(line) for line in problem.detail.splitlines()]
            now = await _detail(sources, question)  # whoever was first may have changed what is shown
            return _shown(sources, now, replace(sent, revision=now.revision), troubles, status=problem.status)
        context = {"name": detail.row.name, "done": done, "words": list(words(done))}
        return page(sources, "moved.html", sources.overview.now, context)

    return answer


def _may(sources: Sources, sent: Form) -> bool:
    """Whether whoever sent it has the token. Raises `Refusal` where there is none to have."""
    if sources.token is None:
        raise Refusal(Problem(403, "token", NOBODY_MAY))
    if is_token(sent.token.strip(), sources.token):
        return True
    _log.warning("order without the token", path="/routes/", had_one=bool(sent.token))
    return False


async def _detail(sources: Sources, question: Question) -> RouteDetail:
    detail = await sources.details.route(question.path.rpartition("/")[2])
    if detail is None:
        raise Refusal(Problem(404, "no_route", "There is no route of this name; / names all of them."))
    return detail


def _offered(detail: RouteDetail) -> Form:
    """The form as it is at first: the next step, at its share."""
    step = detail.outlook.step
    share = next((each.share for each in detail.outlook.choices if each.share is not None), None)
    return Form(
        choice="" if step is None else step.choice,
        share="" if share is None else format_share(share),
        revision=detail.revision,
    )


def _shown(
    sources: Sources,
    detail: RouteDetail,
    sent: Form,
    trouble: Iterable[Trouble] = (),
    wrong: Mapping[str, str] = _NOTHING_WRONG,
    status: int = 200,
) -> Reply:
    context = {
        "route": detail,
        "latency": latency(detail.latencies),
        "form": sent,
        "shares": any(each.stage is Stage.CANARY for each in detail.outlook.choices),
        "trouble": list(trouble),
        "wrong": wrong,
        "may_move": sources.token is not None,
    }
    return page(sources, "route.html", sources.overview.now, context, status)
