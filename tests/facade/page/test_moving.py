"""The form that moves a route: what it orders, and what it refuses by the field that is wrong."""

from __future__ import annotations

from fractions import Fraction
from urllib.parse import urlencode

import pytest

from facade.config.standing import Standing
from facade.control.answers import Question
from facade.control.because import Because
from facade.control.order import Order, Verb
from facade.control.steps import steps
from facade.control.subject import Subject
from facade.page.moving import SENT_AS, Form, Wrong, form, wanted
from facade.problem import Refusal
from facade.routing.stage import Stage

CANARY = Subject(
    "titles", ("titles",), Standing(Stage.CANARY, Fraction(1, 4)), whole=False, written_share=Fraction(1, 4)
)
CHOICES = {step.choice: step for step in steps(CANARY)}
GOOD = Form(choice="move canary", share="50%", by="Ada", reason="numbers are good", revision="abc", token="hush")


def sent(body: bytes | dict[str, str], content_type: str = SENT_AS) -> Question:
    content = body if isinstance(body, bytes) else urlencode(body).encode()
    return Question("POST", "/routes/titles", content_type=content_type, body=content)


def test_what_was_filled_in_is_read_as_it_was() -> None:
    fields = {"choice": "back", "by": "Zoë & <b>", "reason": "a+b=c", "token": "hush", "revision": "abc"}
    assert form(sent(fields)) == Form(**fields)
    assert "hush" not in repr(form(sent(fields)))


@pytest.mark.parametrize(
    "body",
    [b"choice", b"choice=back&choice=evict", b"choice=back&more=1", b"\xff=1", b"a=1&" * 50, b"choice=%ff%fe&x=1"],
)
def test_what_no_browser_sends_from_it_is_refused(body: bytes) -> None:
    with pytest.raises(Refusal) as refusal:
        form(sent(body))
    assert refusal.value.problem.status == 400


@pytest.mark.parametrize("content_type", ["", "text/plain", "application/json", "multipart/form-data"])
def test_what_is_no_form_is_415(content_type: str) -> None:
    with pytest.raises(Refusal) as refusal:
        form(sent({"choice": "back"}, content_type))
    assert refusal.value.problem.status == 415


def test_a_step_forward_is_ordered_for_the_revision_that_its_page_showed() -> None:
    order = wanted("titles", GOOD, CHOICES)
    because = Because("page", "numbers are good", "Ada")
    assert order == Order(Verb.MOVE, "titles", because, Stage.CANARY, Fraction(1, 2))
    assert order.revision == "abc"


@pytest.mark.parametrize(("choice", "verb"), [("back", Verb.BACK), ("hold", Verb.HOLD), ("evict", Verb.EVICT)])
def test_the_way_back_is_open_whatever_runs_and_takes_no_share(choice: str, verb: Verb) -> None:
    order = wanted("titles", Form(choice, "50%", "Ada", "an outage", revision="of long ago"), CHOICES)
    assert (order.verb, order.share, order.revision, order.force) == (verb, None, None, False)


def test_it_is_forced_where_that_is_ticked() -> None:
    assert wanted("titles", Form("move platform", by="Ada", reason="why", force="yes"), CHOICES).force


@pytest.mark.parametrize(
    ("changed", "fields"),
    [
        ({"choice": ""}, {"choice"}),
        ({"choice": "move complete"}, {"choice"}),
        ({"choice": "move gone"}, {"choice"}),
        ({"by": " ", "reason": ""}, {"by", "reason"}),
        ({"share": "50"}, {"share"}),
        ({"share": "<b>"}, {"share"}),
        ({"by": "x" * 501}, {"by"}),
        ({"reason": "two\nlines"}, {"reason"}),
    ],
)
def test_what_is_wrong_is_told_at_its_field(changed: dict[str, str], fields: set[str]) -> None:
    filled = {name: getattr(GOOD, name) for name in ("choice", "share", "by", "reason")} | changed
    with pytest.raises(Wrong) as wrong:
        wanted("titles", Form(**filled), CHOICES)
    assert set(wrong.value.fields) == fields
