"""`facade differences`: what is told of the two sides of a route."""

from __future__ import annotations

from facade.cli.differences import lines

FIELD = {
    "path": "charges[].lender",
    "kind": "value",
    "differs": 3,
    "noise": 1,
    "asked_twice": 40,
    "counts": True,
    "distinct": 2,
    "first": "2026-11-23T09:00:00Z",
    "last": "2026-11-23T10:00:00Z",
    "parity": 0.9997,
    "parity_at_least": 0.99949,
}
FOUND = {
    "route": "titles.read",
    "since": "2026-11-23T08:00:00Z",
    "compared": 10000,
    "failed": 4,
    "asked_twice": 40,
    "parity": 0.99999,
    "parity_at_least": 0.99949,
    "fields": [FIELD, {**FIELD, "path": "at", "counts": False}],
}


def test_the_sides_of_a_route_are_told_with_how_sure_their_parity_is() -> None:
    assert list(lines(FOUND)) == [
        "titles.read: 10,000 comparisons since 2026-11-23 08:00:00 UTC, 4 more came to nothing; "
        "legacy was asked twice 40 times",
        "parity 99.99%, at least 99.94% with 95 % confidence",
        "",
        "FIELD             DIFFERS BY     IN  PARITY  AT LEAST    NOISE  DISTINCT  LAST",
        "charges[].lender  value           3  99.97%    99.94%  1 of 40         2  2026-11-23 10:00:00",
        "at                value (noise)   3  99.97%    99.94%  1 of 40         2  2026-11-23 10:00:00",
    ]


def test_nothing_compared_is_said_in_words() -> None:
    found = {**FOUND, "since": None, "compared": 0, "fields": []}
    assert list(lines(found)) == ["titles.read: nothing was compared since its last change"]
