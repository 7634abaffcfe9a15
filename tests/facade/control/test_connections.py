from __future__ import annotations

import json
from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from facade.control.answers import Question, Reply, text
from facade.control.connections import BODY_BYTES, Connections, hostname, question
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


# What changes something


@pytest.mark.parametrize(
    ("fields", "is_from_a_page"),
    [
        ({}, False),
        ({"Sec-Fetch-Site": "same-origin"}, False),
        ({"Sec-Fetch-Site": "none"}, False),
        ({"Sec-Fetch-Site": "same-site"}, True),
        ({"Sec-Fetch-Site": "cross-site"}, True),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost:9901"}, True),
        ({"Origin": "http://localhost:9901"}, False),
        ({"Origin": "http://localhost:9902"}, True),
        ({"Origin": "https://evil.example"}, True),
        ({"Origin": "null"}, True),
    ],
)
def test_a_browser_says_whether_a_page_of_another_site_asks(fields: dict[str, str], is_from_a_page: bool):
    asked = question(make_mocked_request("POST", "/api/move", {"Host": "localhost:9901", **fields}))
    assert asked.from_a_page is is_from_a_page


@pytest.mark.parametrize("kind", ["application/json", "Application/JSON; charset=utf-8", " application/json ;x=1"])
def test_a_content_type_is_known_without_its_parameters_and_in_any_case(kind: str):
    fields = {"Content-Type": kind, "Authorization": "Bearer hush-hush"}
    asked = question(make_mocked_request("POST", "/api/move", fields), b"{}")
    assert (asked.content_type, asked.authorization, asked.body) == ("application/json", "Bearer hush-hush", b"{}")
    assert question(make_mocked_request("POST", "/api/move")).content_type == ""


class Content:
    """A body that arrives in pieces, and how many of them were taken."""

    def __init__(self, *pieces: bytes) -> None:
        self._pieces = pieces
        self.taken = 0

    async def iter_any(self) -> AsyncIterator[bytes]:
        for piece in self._pieces:
            self.taken += 1
            yield piece


async def answered(content: Content) -> web.StreamResponse:
    async def echo(asked: Question) -> Reply:
        return text(f"{len(asked.body)} bytes")

    connections = Connections(Site({}, actions={"/api/move": echo}, token="t"), lambda: "first")
    fields = {"Host": "localhost", "Authorization": "Bearer t"}
    return await connections._respond(make_mocked_request("POST", "/api/move", fields, payload=content))


async def test_a_document_is_taken_up_to_its_bound():
    assert (await answered(Content(b"x" * (BODY_BYTES - 1), b"x"))).body == f"{BODY_BYTES} bytes".encode()


async def test_a_larger_one_is_refused_without_taking_the_rest():
    content = Content(b"x" * BODY_BYTES, b"x", *[b"never"] * 100)
    response = await answered(content)
    assert (response.status, content.taken) == (413, 2)
    assert json.loads(response.body)["detail"] == f"A document of more than {BODY_BYTES} bytes is not taken."


async def test_who_is_not_let_in_is_told_how_to_be():
    response = Connections(Site({}), lambda: "first").refuse(Problem(401, "token", "Send the listener's token."))
    assert response.headers["WWW-Authenticate"] == "Bearer"
