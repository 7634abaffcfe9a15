"""What the form of a route's page orders: read from what a browser sent, and refused by the field that is wrong. Pure.

The law of this file: the token comes in a field of the form itself and is kept nowhere, so a browser carries nothing
that a page of another site could make it send. A forward order holds for the revision that its page showed, so one that
is sent twice, or from a page that has aged, is refused; the way back is open whatever ran.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qsl

from facade.control.actions import Asked, order
from facade.control.answers import Question
from facade.control.order import Order, Verb
from facade.control.steps import Step
from facade.problem import Problem, Refusal
from facade.routing.stage import Stage

SENT_AS: Final = "application/x-www-form-urlencoded"

FIELDS: Final = frozenset({"choice", "share", "by", "reason", "force", "token", "revision"})

NOT_A_FORM: Final = Problem(400, "argument", "This is not what the form of this page sends.")


class Wrong(Exception):  # noqa: N818 - what a person is told of their own words
    """Fields that cannot be taken, each with what to do about it."""

    def __init__(self, **fields: str) -> None:
        super().__init__(", ".join(fields))
        self.fields = fields


@dataclass(frozen=True, slots=True)
class Form:
    """What was filled in, as text."""

    choice: str = ""
    share: str = ""
    by: str = ""
    reason: str = ""
    force: str = ""
    revision: str = ""
    token: str = field(default="", repr=False)


def form(question: Question) -> Form:
    """The form that was sent. Raises `Refusal` for what no browser sends from it."""
    if question.content_type != SENT_AS:
        raise Refusal(Problem(415, "media_type", f"Send a form, of type {SENT_AS}."))
    try:
        pairs = parse_qsl(
            question.body.decode(), keep_blank_values=True, strict_parsing=True, max_num_fields=len(FIELDS)
        )
    except ValueError:
        raise Refusal(NOT_A_FORM) from None
    fields = dict(pairs)
    if len(fields) != len(pairs) or not fields.keys() <= FIELDS:
        raise Refusal(NOT_A_FORM)
    return Form(**fields)


def wanted(route: str, form: Form, choices: Mapping[str, Step]) -> Order:
    """What the form orders, of the steps that there are. Raises `Wrong`."""
    step = choices.get(form.choice)
    wrong = {
        name: text
        for name, text, is_wrong in (
            ("choice", "Choose where to.", step is None),
            ("by", "Give your name.", not form.by.strip()),
            ("reason", "Give a reason.", not form.reason.strip()),
        )
        if is_wrong
    }
    if wrong or step is None:
        raise Wrong(**wrong)
    asked = Asked(
        name=route,
        stage=step.stage,
        share=(form.share.strip() or None) if step.stage is Stage.CANARY else None,
        reason=form.reason,
        by=form.by,
        force=bool(form.force),
        revision=(form.revision or None) if step.is_forward else None,
        cause="page",
    )
    try:
        return order(Verb(step.verb), asked)
    except Refusal as refusal:
        raise Wrong(**{_place(refusal.problem.detail): refusal.problem.detail}) from refusal


def _place(detail: str) -> str:
    """The field that the API's own words are about."""
    return next((name for name in ("share", "reason", "by") if f" {name} " in detail), "choice")
