"""A call's steps are filled before anything is asked, and a filled form is sent by the button that is pressed next."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.screen import ADAPTER
from adapters.screen.steps import Look, Open, Press, Read, Send, fill_steps
from facade.port import BadArgument
from facade.testing import make_call


def steps(*written: dict[str, Any], codec: str | None = None, **path: str) -> tuple[Any, ...]:
    operation = ADAPTER.operation.model_validate({"steps": written, "extract": {"name": "td.name"}})
    return fill_steps(operation, make_call("get", path=path), codec)


SEARCH = {"open": "/search"}
FILL = {"fill": {"form": "search", "fields": {"number": "{path.number}"}}}


def test_each_step_keeps_its_number_and_what_is_read_comes_last() -> None:
    found = steps(SEARCH, FILL, {"expect": {"text": "Licence {path.number}", "missing": {"None": 404}}}, number="L-1")
    assert [type(each) for each in found] == [Open, Send, Look, Read]
    assert [each.number for each in found] == [1, 2, 3, 4]
    assert (found[2].text, found[2].missing) == ("Licence L-1", {"None": 404})


def test_a_form_is_sent_by_the_button_that_is_pressed_next_and_by_one_alone() -> None:
    found = steps(SEARCH, FILL, {"press": "Find"}, {"press": "More"}, number="L-1")
    assert [type(each) for each in found] == [Open, Send, Press, Read]
    assert (found[1].button, found[2].name, found[2].number) == ("Find", "More", 4)


@pytest.mark.parametrize(
    ("written", "number", "said"),
    [
        (FILL, "Ł-1", "holds a character that the silo cannot take"),
        ({"open": "/l/{path.number}"}, "..", "must be one segment of a path"),
        ({"press": "{path.number}"}, "", "must not be empty"),
        ({"expect": {"text": "{path.number}"}}, " ", "must not be empty"),
    ],
)
def test_what_cannot_be_filled_is_the_callers_mistake_before_anything_is_asked(
    written: dict[str, Any], number: str, said: str
) -> None:
    with pytest.raises(BadArgument) as wrong:
        steps(SEARCH, written, codec="cp1252", number=number)
    assert str(wrong.value) == f"{{path.number}}: {said}"


def test_no_step_shows_a_value() -> None:
    found = steps(
        {"open": "/l/{path.number}"},
        FILL,
        {"press": "{path.number}"},
        {"expect": {"text": "{path.number}"}},
        number="secret",
    )
    assert "secret" not in repr(found)
