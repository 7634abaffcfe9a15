from __future__ import annotations

import pytest
from aiohttp.test_utils import make_mocked_request

from facade.control.connections import Connections, hostname, question
from facade.control.site import Site
from facade.problem import Problem, Refusal


def test_a_request_becomes_a_question():
    request = make_mocked_request("GET", "/api/explain?url=/a%20b&header=A:1&header=B:2", {"Host": "localhost:9901"})
    asked = question(request)
    assert asked.method == "GET"
    assert asked.path == "/api/explain"
    assert asked.query == (("url", "/a b"), ("header", "A:1"), ("header", "B:2"))
    assert asked.host == "localhost"


def test_a_query_of_very_many_fields_is_refused():
    with pytest.raises(Refusal) as refusal:
        question(make_mocked_request("GET", "/?" + "&".join(["a=1"] * 65)))
    assert refusal.value.problem.status == 400


def test_a_path_is_taken_as_it_is_spelt():
    assert question(make_mocked_request("GET", "/%2e%2e/livez")).path == "/%2e%2e/livez"


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("localhost:9901", "localhost"),
        ("localhost", "localhost"),
        ("[::1]:9901", "::1"),
        ("[::1]", "::1"),
        ("", ""),
        (":9901", ""),
    ],
)
def test_a_host_is_known_without_its_port(host: str, name: str):
    assert hostname(host) == name


async def test_a_refusal_carries_the_protecting_headers_and_a_new_request_id():
    connections = Connections(Site({}), iter(["first", "second"]).__next__)
    response = connections.refuse(Problem(404, "unmatched", "There is nothing."))
    assert response.status == 404
    assert response.headers["Server"] == "facade"
    assert response.headers["Content-Type"] == "application/problem+json"
    assert b"urn:request:first" in (response.body or b"")
