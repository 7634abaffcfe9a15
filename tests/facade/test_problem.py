"""The one shape of the facade's own errors."""

from __future__ import annotations

import json

import pytest

from facade.problem import Problem, Refusal


def test_a_problem_is_told_as_rfc_9457_writes_it() -> None:
    document = Problem(404, "no_route", 'No "route".').document("abc")
    assert json.loads(document) == {
        "type": "about:blank",
        "title": "Not Found",
        "status": 404,
        "detail": 'No "route".',
        "instance": "urn:request:abc",
    }


def test_a_problem_of_a_request_that_has_no_name_names_no_instance() -> None:
    assert "instance" not in json.loads(Problem(400, "x", "y").document(""))


@pytest.mark.parametrize(
    ("status", "title"), [(502, "Bad Gateway"), (460, "Bad Request"), (599, "Internal Server Error")]
)
def test_every_status_has_a_title(status: int, title: str) -> None:
    assert Problem(status, "x", "y").title == title


def test_proxy_status_names_the_error_where_rfc_9209_has_a_name_for_it() -> None:
    assert Problem(404, "x", "y").proxy_status == "facade"
    assert Problem(502, "x", "y", "connection_refused").proxy_status == "facade; error=connection_refused"


def test_a_refusal_says_its_reason() -> None:
    problem = Problem(404, "no_route", "detail")
    assert str(Refusal(problem)) == "no_route"
    assert Refusal(problem).problem is problem
