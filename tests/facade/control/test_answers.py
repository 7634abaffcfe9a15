from __future__ import annotations

import asyncio
import json

from hypothesis import given
from hypothesis import strategies as some

from facade.control import answers
from facade.control.answers import document, lists, problem
from facade.control.view import Calls
from facade.problem import Problem


def collect(named: dict[str, list[Calls]]) -> tuple[list[bytes], int]:
    pauses = 0

    async def pause() -> None:
        nonlocal pauses
        pauses += 1

    async def pieces() -> list[bytes]:
        return [piece async for piece in lists(named, pause)]

    return asyncio.run(pieces()), pauses


@given(some.dictionaries(some.sampled_from(["routes", "silos", "others"]), some.integers(0, 1203), min_size=1))
def test_lists_in_pieces_are_one_json_object(sizes: dict[str, int]):
    pieces, _ = collect({name: [Calls(number) for number in range(size)] for name, size in sizes.items()})
    assert json.loads(b"".join(pieces)) == {
        name: [{"legacy": number, "platform": 0, "own": 0} for number in range(size)] for name, size in sizes.items()
    }


def test_the_loop_is_given_back_after_each_piece_of_a_long_list():
    _, pauses = collect({"routes": [Calls()] * (answers.ROWS_A_PIECE * 3)})
    assert pauses == 3


def test_a_document_is_json_and_ends_its_line():
    reply = document(Calls(1, 2, 3))
    assert reply.content_type == "application/json"
    assert reply.body == b'{"legacy":1,"platform":2,"own":3}\n'


def test_a_problem_is_rfc_9457_and_names_the_methods_that_are_allowed():
    reply = problem(Problem(405, "method", "Only reading.", allow=("GET", "HEAD")), "abc")
    assert reply.content_type == "application/problem+json"
    assert reply.headers == {"Allow": "GET, HEAD"}
    assert isinstance(reply.body, bytes)
    assert json.loads(reply.body)["status"] == 405
    assert json.loads(reply.body)["instance"] == "urn:request:abc"
