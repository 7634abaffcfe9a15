"""The API that changes things: `POST /api/move`, `/api/back`, `/api/hold` and `/api/evict`, each with a JSON document.

`{"name": "titles.read", "stage": "canary", "share": "25%", "reason": "…", "by": "…"}` for a move; `{"all": true}` in
place of a name for the way back. The ledger has to say who it was, so every order has `by`. The answer is a `Done`.
What is refused is a problem (RFC 9457): 422 with what is in the way, 409 where somebody else was first.
"""

from __future__ import annotations

import asyncio
from typing import Final, Literal

import msgspec

from facade.config.types import Unfit, parse_share
from facade.control.answers import Answerer, Question, Reply, document
from facade.control.because import Because
from facade.control.done import Done
from facade.control.mover import Conflict, Mover
from facade.control.order import LONGEST_TOLD, Order, Verb
from facade.control.subject import Refused
from facade.problem import Problem, Refusal
from facade.routing.stage import Stage
from facade.tasks import spawn

SENT_AS: Final = "application/json"


class Asked(msgspec.Struct, forbid_unknown_fields=True):
    """The document of any of them. `cause` is who speaks for the person, for the ledger and the metrics."""

    name: str | None = None
    all: bool = False
    stage: Stage | None = None
    share: str | None = None
    reason: str = ""
    by: str = ""
    force: bool = False
    revision: str | None = None
    cause: Literal["api", "command", "page"] = "api"


def actions(mover: Mover) -> dict[str, Answerer]:
    """What answers each of them."""
    return {f"/api/{verb}": _action(verb, mover) for verb in Verb}


def _action(verb: Verb, mover: Mover) -> Answerer:
    async def act(question: Question) -> Reply:
        return document(await carried_out(mover, order(verb, asked(question))))

    return act


async def carried_out(mover: Mover, wanted: Order) -> Done:
    """Carry an order out, or raise `Refusal`. What is begun is ended, whether or not somebody still waits for it."""
    done = await asyncio.shield(spawn(_told_apart(mover, wanted), f"order: {wanted.verb}"))
    if isinstance(done, Problem):
        raise Refusal(done)
    return done


async def _told_apart(mover: Mover, wanted: Order) -> Done | Problem:
    try:
        return await mover.carry_out(wanted)
    except Conflict as conflict:
        return Problem(409, "conflict", str(conflict))
    except Refused as refused:
        return Problem(422, "refused", str(refused))


def asked(question: Question) -> Asked:
    """The document that was sent."""
    if question.content_type != SENT_AS:
        raise Refusal(Problem(415, "media_type", f"Send a document of type {SENT_AS}."))
    try:
        return msgspec.json.decode(question.body, type=Asked)
    except (msgspec.DecodeError, RecursionError) as error:
        raise _mistaken(f"The document cannot be read: {error}.") from error


def order(verb: Verb, asked: Asked) -> Order:
    """What the document orders."""
    if asked.all and asked.name is not None:
        raise _mistaken("The document names one route and means all; leave one out.")
    if not asked.all and asked.name is None:
        raise _mistaken("The document names no route and no group; give name.")
    if not asked.by.strip():
        raise _mistaken("The order names nobody who gives it; give by.")
    if verb is Verb.MOVE and not asked.reason.strip():
        raise _mistaken("A move wants a reason; give it.")
    because = Because(asked.cause, _told("reason", asked.reason), _told("by", asked.by))
    try:
        share = None if asked.share is None else parse_share(asked.share)
        return Order(verb, asked.name, because, asked.stage, share, force=asked.force, revision=asked.revision)
    except Unfit as unfit:
        raise _mistaken(f"The share {unfit}.") from unfit
    except Refused as refused:
        raise _mistaken(f"{refused}.") from refused


def _told(name: str, text: str) -> str:
    text = text.strip()
    if len(text) > LONGEST_TOLD or not text.isprintable():
        raise _mistaken(f"Give {name} as one line of at most {LONGEST_TOLD} characters of plain text.")
    return text


def _mistaken(detail: str) -> Refusal:
    return Refusal(Problem(400, "argument", detail))
