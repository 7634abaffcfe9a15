"""From a silo's fields to an answer: empty, transform, shape, JSON; and every mistake of it at its own key."""

from __future__ import annotations

import datetime
import sys
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from facade.port import Answer, AnsweredOperation, BadArgument, Faults, Shape, SiloNonsense, SiloSaysNo
from facade.testing import make_call

CALL = make_call("get-title")
FIELDS = {"title_no": "T1", "price": Decimal("1.10"), "charge": [{"id": 1}], "on": datetime.date(2027, 3, 31)}


def operation(**written: Any) -> AnsweredOperation:
    return AnsweredOperation.model_validate(written, strict=True)


def double(fields: Any) -> Any:
    return {**fields, "price": fields["price"] * 2}


def fail(fields: Any) -> Any:
    raise KeyError(fields["title_no"])


def refuse(_fields: Any) -> Any:
    raise BadArgument("{path.number}", "is too old")


def forget(_fields: Any) -> Any:
    """A function that was to return what it made."""


def leave(_fields: Any) -> Any:
    sys.exit("QQ123456C")


def whole(_fields: Any) -> Any:
    return [1, 2]


def test_without_an_answer_the_fields_come_as_they_are() -> None:
    body = b'{"title_no":"T1","price":1.10,"charge":[{"id":1}],"on":"2027-03-31"}'
    assert operation().finish(CALL, FIELDS) == Answer(200, body, (("content-type", "application/json"),))


def test_an_answer_has_the_platforms_fields() -> None:
    shaped = operation(answer={"number": "title_no", "charges": "charge[].id", "since": "on"}, status=201)
    answer = shaped.finish(CALL, FIELDS)
    assert (answer.status, answer.body) == (201, b'{"number":"T1","charges":[1],"since":"2027-03-31"}')


def test_a_list_of_fields_is_an_array_of_answers() -> None:
    assert operation(answer={"n": "title_no"}).finish(CALL, [FIELDS, FIELDS]).body == b'[{"n":"T1"},{"n":"T1"}]'


def test_no_content_has_no_body() -> None:
    assert operation(status=204).finish(CALL, FIELDS) == Answer(204)


@pytest.mark.parametrize("name", ["title_no", "TitleNo", "TITLE-NO"])
@pytest.mark.parametrize("fields", [{}, {"title_no": None}, {"title_no": " "}, {"title_no": []}])
def test_an_empty_field_is_the_operators_status(name: str, fields: dict[str, object]) -> None:
    with pytest.raises(SiloSaysNo, match="get-title: nothing found") as no:
        operation(empty={name: 410}).finish(CALL, fields)
    assert no.value.status == 410


@pytest.mark.parametrize("value", [0, False, "T1", [None], Decimal(0)])
def test_a_field_that_is_there_is_not_empty(value: object) -> None:
    assert operation(empty={"n": 404}).finish(CALL, {"n": value}).status == 200


def test_empty_looks_inside_objects_and_at_the_answers_own_fields() -> None:
    inner = operation(empty={"Case.Id": 404})
    assert inner.finish(CALL, {"case": {"id": 1}}).status == 200
    with pytest.raises(SiloSaysNo):
        inner.finish(CALL, {"case": {}})
    with pytest.raises(SiloSaysNo):
        inner.finish(CALL, {"case": "T1"})
    own = operation(answer={"id": "case.id"}, empty={"id": 404})
    assert own.finish(CALL, {"case": {"id": 1}}).status == 200
    with pytest.raises(SiloSaysNo):
        own.finish(CALL, {"id": 1, "case": {}})


def test_a_transform_makes_the_fields_that_the_answer_is_made_from() -> None:
    transformed = operation(transform=f"{__name__}:double", answer={"price": "price"})
    assert transformed.finish(CALL, FIELDS).body == b'{"price":2.20}'
    assert operation(transform=f"{__name__}:whole").finish(CALL, FIELDS).body == b"[1,2]"


def test_a_transform_that_fails_is_nonsense_and_shows_no_value() -> None:
    with pytest.raises(SiloNonsense, match=r":fail raised KeyError$") as nonsense:
        operation(transform=f"{__name__}:fail").finish(CALL, FIELDS)
    assert "T1" not in str(nonsense.value)


@pytest.mark.parametrize(("name", "words"), [("forget", "gave NoneType and no fields"), ("leave", "raised SystemExit")])
@pytest.mark.parametrize("more", [{}, {"answer": {"price": "price"}}])
def test_a_transform_that_gives_nothing_or_ends_the_process_is_nonsense(
    name: str, words: str, more: dict[str, Any]
) -> None:
    with pytest.raises(SiloNonsense) as nonsense:
        operation(transform=f"{__name__}:{name}", **more).finish(CALL, FIELDS)
    assert str(nonsense.value) == f"get-title: no usable answer: {__name__}:{name} {words}"


def test_a_transform_may_say_no() -> None:
    with pytest.raises(BadArgument):
        operation(transform=f"{__name__}:refuse").finish(CALL, FIELDS)


@pytest.mark.parametrize(
    ("written", "fields"),
    [
        ({"answer": {"total": "sum(title_no)"}}, FIELDS),
        ({}, {"total": b"T1"}),
        ({}, {"total": float("nan")}),
        ({}, {"total": "\ud800"}),
        ({"transform": f"{__name__}:whole", "answer": {"total": "sum(a)"}}, FIELDS),
    ],
)
def test_what_cannot_be_said_is_nonsense_by_its_name(written: dict[str, Any], fields: dict[str, object]) -> None:
    with pytest.raises(SiloNonsense, match="get-title: no usable answer: ") as nonsense:
        operation(**written).finish(CALL, fields)
    assert ("total" in str(nonsense.value) or "surrogate" in str(nonsense.value), "T1" in str(nonsense.value)) == (
        True,
        False,
    )


@pytest.mark.parametrize(
    ("written", "place", "words"),
    [
        ({"answer": {"a": "title_no", "b": "sum("}}, ("answer", "b"), "this is no JMESPath"),
        ({"answer": {}}, ("answer",), "at least 1 item"),
        ({"answer": ["a"]}, ("answer",), "valid dictionary"),
        ({"empty": {"A": 200}}, ("empty", "A"), "greater than or equal to 400"),
        ({"arguments": {"a": "{nope}"}}, ("arguments", "a"), "is no placeholder"),
        ({"status": 302}, ("status",), "less than or equal to 204"),
        ({"transform": "nowhere.at_all:f"}, ("transform",), "there is no module nowhere"),
        ({"transform": "facade.port:no_such"}, ("transform",), "has no function no_such"),
        ({"transform": "facade.port"}, ("transform",), "names no function"),
        ({"unknown": 1}, ("unknown",), "not permitted"),
    ],
)
def test_a_mistake_stands_at_its_own_key(written: dict[str, Any], place: tuple[str, ...], words: str) -> None:
    with pytest.raises(ValidationError) as mistake:
        operation(**written)
    (error,) = mistake.value.errors()
    assert (error["loc"], words in error["msg"]) == (place, True), error["msg"]


def test_faults_give_each_code_its_status() -> None:
    faults = Faults({"TitleNotFound": 404})
    assert (faults.status("TitleNotFound"), faults.status("Other")) == (404, None)


def test_nothing_of_an_operation_is_shown_but_names() -> None:
    shown = repr(operation(answer={"total": "to_number('31337')"}, empty={"TitleNo": 404}, arguments={"a": "secret"}))
    assert ("total" in shown, "TitleNo" in shown, "31337" in shown, "secret" in shown) == (True, True, False, False)
    assert list(Shape({})) == []


WHOLE: dict[str, Any] = {
    "arguments": {"a": "{path.a:int=1}", "b": "x"},
    "answer": {"n": "title_no", "c": "charge[].id"},
    "empty": {"title_no": 404},
    "status": 201,
    "writes": True,
    "transform": f"{__name__}:double",
}


def test_what_is_written_alike_is_the_same_operation() -> None:
    assert operation(**WHOLE) == operation(**WHOLE)
    assert hash(operation(**WHOLE).answer) == hash(operation(**WHOLE).answer)
    assert Faults({"a": 404}) == Faults({"a": 404})
    assert hash(Faults({"a": 404})) == hash(Faults({"a": 404}))


@pytest.mark.parametrize(
    "change",
    [
        {"arguments": {"a": "{path.a:int=2}", "b": "x"}},
        {"answer": {"n": "title_no", "c": "charge[].no"}},
        {"answer": {"c": "charge[].id", "n": "title_no"}},  # the order of an answer's fields is a caller's to see
        {"answer": None},
        {"empty": {"title_no": 410}},
        {"empty": {"title": 404}},
        {"status": 200},
        {"writes": False},
        {"transform": f"{__name__}:fail"},
        {"transform": None},
    ],
)
def test_what_is_written_otherwise_is_another_operation(change: dict[str, Any]) -> None:
    assert operation(**{**WHOLE, **change}) != operation(**WHOLE)
    assert Faults({"a": 404}) != Faults({"a": 409})
