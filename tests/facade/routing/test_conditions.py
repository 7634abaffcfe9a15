"""How the fields that a route table asks for may be read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from facade.problem import Refusal
from facade.routing.candidates import Candidate, Header
from facade.routing.conditions import Conditions
from facade.routing.route import Route
from facade.routing.stage import Stage
from facade.routing.template import parse_match


def a_route(*headers: tuple[str, str], stage: Stage = Stage.GONE) -> Route:
    return Route("a", replace(parse_match("/a"), headers=headers), stage, None, None)


def fields(**lines: Sequence[str]) -> Header:
    return lambda name: lines.get(name, ())


def hidden(route: Route, header: Header, name: str) -> set[str | None]:
    return {next(iter(reading(name)), None) for reading in Conditions([route]).hidden(header)}


@pytest.mark.parametrize(
    ("said", "also"), [(["x, old"], {"old"}), (["x", "\told ,y"], {"old"}), (["older, x"], set()), (["old"], set())]
)
def test_a_member_is_read_only_where_a_route_that_is_gone_asks_for_it(said: list[str], also: set[str]) -> None:
    header = fields(kind=said)
    assert hidden(a_route(("kind", "old")), header, "kind") == {*said, *also}
    assert hidden(a_route(("kind", "old"), stage=Stage.LEGACY), header, "kind") == {*said}


def test_a_twin_is_read_beside_the_field_itself_or_its_absence() -> None:
    gone = a_route(("x-kind", "old"))
    assert hidden(gone, fields(x_kind=["old"]), "x-kind") == {None, "old"}
    assert hidden(gone, fields(**{"x_kind": ["old"], "x-kind": ["new"]}), "x-kind") == {"new", "old"}
    assert hidden(gone, fields(x_kind=["new"]), "x-kind") == {None}
    assert hidden(a_route(("x_kind", "old")), fields(**{"x-kind": ["old"]}), "x_kind") == {None, "old"}


def test_only_what_can_be_read_in_several_ways_is_in_doubt() -> None:
    gone = a_route(("kind", "old"))
    conditions, candidate = Conditions([gone]), Candidate(gone)
    for said in (["a", "b"], ["a, old"]):
        assert conditions.in_doubt(candidate, fields(kind=said))
    for said in (["old"], [], ["a, b"]):
        assert not conditions.in_doubt(candidate, fields(kind=said))


def test_too_many_readings_are_refused_before_any_is_made() -> None:
    gone = a_route(*((f"h{at}", "old") for at in range(5)))
    with pytest.raises(Refusal) as refused:
        Conditions([gone]).hidden(fields(**{f"h{at}": ["x, old"] for at in range(5)}))
    assert refused.value.problem.reason == "malformed"
