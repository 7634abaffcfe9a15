"""An HTTP answer is fields, or an error of the port's; nothing of it is shown."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from adapters.rest.answer import Received, read_answer
from adapters.rest.settings import RestOperation
from facade.port import SiloFull, SiloNonsense, SiloSaysNo


def operation(**written: Any) -> RestOperation:
    return RestOperation.model_validate({"call": "GET /v1", **written})


def received(body: bytes, status: int = 200, media_type: str = "application/json", **more: Any) -> Received:
    return Received(status, media_type, body=body, **more)


def test_json_becomes_fields_in_snake_case_with_its_digits() -> None:
    body = b'{"titleNo": "T1", "Charge-List": [{"lenderName": "A", "sum": 1.10}], "_id": 7, "id": 8}'
    assert read_answer("get", operation(), received(body)) == {
        "title_no": "T1",
        "charge_list": [{"lender_name": "A", "sum": Decimal("1.10")}],
        "_id": 7,
        "id": 8,
    }
    listed = received(b'[{"a": 1}]', media_type="application/hal+json")
    assert read_answer("get", operation(), listed) == [{"a": 1}]


def test_xml_becomes_fields_and_what_may_repeat_is_a_list() -> None:
    body = b"<case><caseId>7</caseId><note>a</note></case>"
    read = read_answer("get", operation(lists=["note"]), received(body, media_type="text/xml"))
    assert read == {"case": {"case_id": "7", "note": ["a"]}}


def test_no_body_has_no_fields() -> None:
    assert read_answer("get", operation(), received(b"", 204, "")) == {}


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (received(b"hunter2"), "it is not JSON"),
        (received(b'"hunter2"'), "neither an object nor a list of objects"),
        (received(b'[{"a": 1}, "hunter2"]'), "neither an object nor a list of objects"),
        (received(b'{"hunterNo": 1, "hunter_no": 2}'), "both become hunter_no"),
        (received(b'{"a": NaN}'), "which is no number"),
        (received(b"[" * 100_000), "nested more than 64 deep"),
        (received(b"hunter2", media_type="text/html"), "it is neither JSON nor XML"),
        (received(b"<!DOCTYPE a><a/>", media_type="text/xml"), "it "),
        (received(b"<a>", media_type="text/xml"), "it "),
        (received(b"hunter2", 302), "status 302"),
        (received(b"hunter2", 500), "status 500"),
        (received(b"hunter2", 403), "does not take the sidecar's credentials"),
    ],
)
def test_what_cannot_be_used_is_nonsense_and_not_shown(answer: Received, words: str) -> None:
    with pytest.raises(SiloNonsense) as nonsense:
        read_answer("get", operation(), answer)
    assert (words in str(nonsense.value), "hunter2" in str(nonsense.value)) == (True, False), nonsense.value


@pytest.mark.parametrize(("silos", "callers"), [(400, 422), (404, 404), (409, 409), (422, 422)])
def test_a_status_that_says_no_is_the_silos_no(silos: int, callers: int) -> None:
    with pytest.raises(SiloSaysNo) as no:
        read_answer("get", operation(), received(b"hunter2", silos))
    assert (no.value.status, "hunter2" in str(no.value)) == (callers, False)


def test_an_operators_faults_come_first() -> None:
    with pytest.raises(SiloSaysNo) as no:
        read_answer("get", operation(faults={"404": 410}), received(b"", 404))
    assert no.value.status == 410


@pytest.mark.parametrize(("said", "passed"), [("7", 7), ("999999", 3600), ("Wed, 21 Oct", None), ("", None)])
def test_a_silo_that_is_busy_is_full(said: str, passed: int | None) -> None:
    with pytest.raises(SiloFull) as full:
        read_answer("get", operation(), received(b"", 503, retry_after=said))
    assert full.value.retry_after == passed


def test_an_error_inside_a_good_status_is_an_error() -> None:
    told = operation(fault="error.code", faults={"NOT-FOUND": 404})
    assert read_answer("get", told, received(b'{"a": 1}')) == {"a": 1}
    with pytest.raises(SiloSaysNo) as no:
        read_answer("get", told, received(b'{"error": {"code": "NOT-FOUND"}}'))
    assert no.value.status == 404
    with pytest.raises(SiloNonsense, match="an error that faults does not name") as nonsense:
        read_answer("get", told, received(b'{"error": {"code": "hunter2"}}'))
    assert "hunter2" not in str(nonsense.value)
