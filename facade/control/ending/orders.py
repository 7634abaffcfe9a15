"""The API of endings: `POST /api/confirm` and `POST /api/brownouts`, each with a JSON document, and what is shown.

`{"silo": "portal", "digest": "…", "reason": "…", "by": "…"}` confirms the evidence of a silo that has this digest in
`GET /api/evidence`, with `"force": true` against what it says. With `"withdraw": true`, and no digest, that holds no
more. `{"stop": true, "reason": "…", "by": "…"}` stops all brown-outs at
once, `false` lets them run as planned again; `GET /api/brownouts` lists them. The ledger has to say who it was.
"""

from __future__ import annotations

import asyncio
import datetime
from collections.abc import Callable, Coroutine
from typing import Any, Final, Literal, TypeVar

import msgspec

from facade.control.answers import Answerer, Question, Reply, document
from facade.control.because import Because
from facade.control.ending.announced import BrownoutsView, brownouts
from facade.control.ending.confirming import Confirmed, Confirming
from facade.control.ending.stopped import Stop
from facade.control.order import LONGEST_TOLD
from facade.control.reload import Reloader
from facade.control.subject import Refused
from facade.problem import Problem, Refusal
from facade.tasks import spawn

SENT_AS: Final = "application/json"

Value = TypeVar("Value")


class Order(msgspec.Struct, forbid_unknown_fields=True):
    """What both documents have. `cause` is who speaks for the person, for the ledger."""

    reason: str = ""
    by: str = ""
    cause: Literal["api", "command", "page"] = "api"


class ConfirmOrder(Order, forbid_unknown_fields=True, kw_only=True):
    """The document of `/api/confirm`."""

    silo: str
    digest: str = ""
    withdraw: bool = False
    force: bool = False


class StopOrder(Order, forbid_unknown_fields=True, kw_only=True):
    """The document of `/api/brownouts`."""

    stop: bool


def pages(reloader: Reloader, clock: Callable[[], datetime.datetime]) -> dict[str, Answerer]:
    """What is only read. `clock` tells the time, aware, in UTC."""

    async def show(_: Question) -> Reply:
        return document(brownouts(reloader.written, reloader.endings.stop, clock().timestamp()))

    return {"/api/brownouts": show}


def actions(reloader: Reloader, confirming: Confirming, clock: Callable[[], datetime.datetime]) -> dict[str, Answerer]:
    """What changes something."""

    async def confirm(question: Question) -> Reply:
        order = read(question, ConfirmOrder)
        because = _because(order, forced=order.force)
        return document(await _ended(_word(confirming, order, because), "confirm"))

    async def stop(question: Question) -> Reply:
        order = read(question, StopOrder)
        return document(await _ended(_stopped(reloader, order.stop, _because(order), clock), "stop brown-outs"))

    return {"/api/confirm": confirm, "/api/brownouts": stop}


def _word(confirming: Confirming, order: ConfirmOrder, because: Because) -> Coroutine[Any, Any, Confirmed]:
    """What a person's word does. Raises `Refusal` where it names no evidence that they saw."""
    if order.withdraw:
        return confirming.withdraw(order.silo, because)
    if not order.digest:
        raise _mistaken("The order names no evidence that was seen; give digest, as GET /api/evidence tells it.")
    return confirming.confirm(order.silo, order.digest, because)


async def _stopped(
    reloader: Reloader, stop: bool, because: Because, clock: Callable[[], datetime.datetime]
) -> BrownoutsView:
    """Stop them first and keep that second; let them run the other way round."""
    endings = reloader.endings
    problems: tuple[str, ...] = ()
    try:
        if stop:
            await asyncio.to_thread(endings.stop_brownouts, Stop(because.by, because.why, clock()))
        else:
            await asyncio.to_thread(endings.resume_brownouts)
    except OSError as error:
        what = f"state: {error}; make it a folder that this user may write"
        if not stop:
            raise Refused(f"{what}, and try again: brown-outs stay stopped") from error
        problems = (f"{what}: a restart would let brown-outs run again",)
    problems += await reloader.stand({}, because)
    return brownouts(reloader.written, endings.stop, clock().timestamp(), problems)


async def _ended(work: Coroutine[Any, Any, Value], name: str) -> Value:
    """What is begun is ended, whether or not somebody still waits for the answer."""
    done = await asyncio.shield(spawn(_told_apart(work), f"order: {name}"))
    if isinstance(done, Problem):
        raise Refusal(done)
    return done


async def _told_apart(work: Coroutine[Any, Any, Value]) -> Value | Problem:
    try:
        return await work
    except Refused as refused:
        return Problem(422, "refused", str(refused))


Wanted = TypeVar("Wanted", bound=Order)


def read(question: Question, shape: type[Wanted]) -> Wanted:
    """The document that was sent. Raises `Refusal`."""
    if question.content_type != SENT_AS:
        raise Refusal(Problem(415, "media_type", f"Send a document of type {SENT_AS}."))
    try:
        return msgspec.json.decode(question.body, type=shape)
    except (msgspec.DecodeError, RecursionError) as error:
        raise _mistaken(f"The document cannot be read: {error}.") from error


def _because(order: Order, *, forced: bool = False) -> Because:
    by, why = order.by.strip(), order.reason.strip()
    if not by:
        raise _mistaken("The order names nobody who gives it; give by.")
    if not why:
        raise _mistaken("The order wants a reason; give it.")
    for name, text in (("reason", why), ("by", by)):
        if len(text) > LONGEST_TOLD or not text.isprintable():
            raise _mistaken(f"Give {name} as one line of at most {LONGEST_TOLD} characters of plain text.")
    return Because(order.cause, why, by, forced=forced)


def _mistaken(detail: str) -> Refusal:
    return Refusal(Problem(400, "argument", detail))
