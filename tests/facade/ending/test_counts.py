"""What an orphan offers as a route."""

from __future__ import annotations

import datetime

import pytest

from facade.config.types import Unfit, parse_name
from facade.ending.counts import NO_TARGET, OTHERS, UNCOVERED, UNKNOWN, Orphan
from facade.routing.template import parse_match

DAY = datetime.date(2026, 11, 23)


@pytest.mark.parametrize(
    ("shape", "match"),
    [
        ("/", "GET /"),
        ("/permits", "GET /permits"),
        ("/permits/{x}/renewals/{x}", "GET /permits/{x}/renewals/{x2}"),
        ("/{x}/{x}/{x}/{rest...}", "GET /{x}/{x2}/{x3}/{rest...}"),
        ("/{rest...}", "GET /{rest...}"),
    ],
)
def test_a_candidate_is_a_match_that_a_file_may_have(shape: str, match: str) -> None:
    candidate = Orphan("GET", shape, 1, DAY, DAY).candidate
    assert candidate == match
    assert parse_match(candidate).method == "GET"


def test_what_stands_for_no_name_is_no_name() -> None:
    for text in (UNCOVERED, NO_TARGET, OTHERS):
        with pytest.raises(Unfit):
            parse_name(text)
    assert UNKNOWN == "unknown"
