"""Templates say what of a call reaches the silo."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from facade.formats import JsonObject
from facade.port import BadArgument, Call, Template, parameter_mistakes

BODY = b"""{
    "reference": "CLM-1", "amount": 12.50, "on": null, "many": [1],
    "claim": {"nino": "QQ123456C", "pages": 3, "ok": true}
}"""
CALL = Call(
    "get",
    "POST",
    deadline=0.0,
    path={"number": "T 1/2"},
    query={"page": ("2",), "twice": ("a", "b"), "since": ("2027-03-31",), "empty": ("",)},
    headers={"idempotency-key": ("k-1",)},
    body=BODY,
    document=JsonObject(BODY),
)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{path.number}", "T 1/2"),
        ("{query.page:int}", 2),
        ("{query.page}", "2"),
        ("{query.since:date}", datetime.date(2027, 3, 31)),
        ("{query.empty}", ""),
        ("{header.Idempotency-Key}", "k-1"),
        ("{header.IDEMPOTENCY-KEY:str}", "k-1"),
        ("{body.reference}", "CLM-1"),
        ("{body.amount:decimal}", Decimal("12.50")),
        ("{body.claim.pages:int}", 3),
        ("{body.claim.ok:bool}", True),
        ("V", "V"),
        ("", ""),
        ("{path.number}/{body.claim.pages:int}-{body.amount:decimal}", "T 1/2/3-12.50"),
        ("{query.absent:int=1}", 1),
        ("{query.absent=12:30=x}", "12:30=x"),
        ("{query.absent:date=}", None),
        ("{body.on=}", None),
        ("{body.on:date=2027-01-01}", datetime.date(2027, 1, 1)),
        ("{body.reference.deeper=}", None),
        ("from {query.absent=} on", "from  on"),
    ],
)
def test_a_template_is_filled_from_the_call(text: str, value: object) -> None:
    filled = Template.parse(text).fill(CALL)
    assert (filled, type(filled), str(filled)) == (value, type(value), str(value))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{path.other}", "{path.other}: is missing"),
        ("{query.absent:int}", "{query.absent}: is missing"),
        ("{header.Absent}", "{header.Absent}: is missing"),
        ("{body.absent}", "{body.absent}: is missing"),
        ("{body.on}", "{body.on}: is missing"),
        ("{body.reference.deeper}", "{body.reference.deeper}: is missing"),
        ("{query.twice}", "{query.twice}: is given more than once"),
        ("{query.twice=x}", "{query.twice}: is given more than once"),
        ("{path.number:int}", "{path.number}: must be a whole number of at most 40 digits"),
        ("{query.empty:int=1}", "{query.empty}: must be a whole number of at most 40 digits"),
        ("{body.amount}", "{body.amount}: must be text"),
        ("{body.claim}", "{body.claim}: must be text"),
        ("{body.many}", "{body.many}: must be text"),
        ("{body.claim.ok:int}", "{body.claim.ok}: must be a whole number of at most 40 digits"),
        ("no. {path.number:date}", "{path.number}: must be a date, as YYYY-MM-DD"),
    ],
)
def test_what_is_missing_or_does_not_fit_names_the_platforms_field(text: str, words: str) -> None:
    with pytest.raises(BadArgument) as bad:
        Template.parse(text).fill(CALL)
    assert str(bad.value) == words
    assert bad.value.__cause__ is None


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"{", "{body}: is not JSON at character 1"),
        (b"[1]", "{body}: is not a JSON object"),
        (b"[" * 60_000, "{body}: is nested more than 64 deep"),
        (b'{"a": NaN}', "{body}: holds NaN, which is no number"),
        (b'{"a": "' + b"x" * 70_000 + b'"}', "{body}: is larger than 65536 bytes"),
    ],
)
def test_a_body_that_cannot_be_read_is_the_callers_mistake(body: bytes, words: str) -> None:
    call = Call("get", "POST", deadline=0.0, body=body, document=JsonObject(body))
    with pytest.raises(BadArgument) as bad:
        Template.parse("{body.a}").fill(call)
    assert str(bad.value) == words


def test_a_call_without_a_body_template_never_reads_the_body() -> None:
    call = Call("get", "POST", deadline=0.0, path={"x": "1"}, document=JsonObject(b"not JSON"))
    assert Template.parse("{path.x}").fill(call) == "1"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{path}", r"\{path\} is no placeholder; write \{path.NAME\}"),
        ("{}", "is no placeholder"),
        ("{cookie.x}", "is no placeholder"),
        ("{path.}", "is no placeholder"),
        ("{body.a..b}", "is no placeholder"),
        ("{body.a.}", "is no placeholder"),
        ("{path.x...}", "is no placeholder"),
        ("{query.a b}", "is no placeholder"),
        ("{path.x:number}", "has an unknown type; write one of :str, :int, :decimal, :bool, :date"),
        ("{path.x:}", "has an unknown type"),
        ("{query.page:int=first}", "the default of {query.page:int=first} must be a whole number"),
        ("{query.on:date=2027-02-30}", "must be a day that exists"),
        ("{path.x", "a brace stands alone at character 1"),
        ("x}", "a brace stands alone at character 2"),
        ("{{path.x}}", "a brace stands alone at character 1"),
    ],
)
def test_a_mistaken_template_is_refused_when_it_is_compiled(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words.replace("{", r"\{").replace(r"\\{", r"\{")) as mistake:
        Template.parse(text)
    assert "; " in str(mistake.value)


@given(st.text())
def test_any_text_is_a_template_or_a_mistake_that_says_what_to_write(text: str) -> None:
    mistake = ""
    try:
        template = Template.parse(text)
    except ValueError as refused:
        mistake = str(refused)
    assert "; write" in mistake if mistake else template.placeholders or template.fill(CALL) == text


def test_a_template_knows_the_path_parameters_it_needs() -> None:
    assert Template.parse("{path.b}-{path.a}{query.c}").parameters == {"a", "b"}
    assert Template.parse("{path.b}-{body.a}").field == "{path.b}{body.a}"


def test_a_path_parameter_that_no_route_has_is_a_mistake() -> None:
    arguments = {"n": Template.parse("{path.numbr}"), "ok": Template.parse("{path.number}")}
    assert parameter_mistakes(arguments, frozenset({"number", "area"})) == (
        ("arguments.n", "{path.numbr} is no parameter of the path; write one that the route's match has"),
    )
    assert parameter_mistakes(arguments, frozenset({"number", "numbr"})) == ()


def test_a_template_shows_its_fields_and_never_a_constant() -> None:
    assert repr(Template.parse("hunter2 {path.x}")) == "<Template {path.x}>"
    assert repr(Template.parse("hunter2")) == "<Template constant>"


class Operation(BaseModel):
    arguments: dict[str, Template]


def test_a_model_compiles_templates_and_reports_a_mistake_at_its_key() -> None:
    assert Operation(arguments={"n": "{path.x}"}).arguments["n"] == Template.parse("{path.x}")
    with pytest.raises(ValidationError) as mistakes:
        Operation(arguments={"n": "{path.x", "m": 5})
    assert [mistake["loc"] for mistake in mistakes.value.errors()] == [("arguments", "n"), ("arguments", "m")]
    assert Operation.model_json_schema()["properties"]["arguments"]["additionalProperties"] == {"type": "string"}


def test_neither_call_nor_answer_shows_what_was_said() -> None:
    assert "CLM-1" not in repr(CALL)
    assert "T 1/2" not in repr(CALL)
