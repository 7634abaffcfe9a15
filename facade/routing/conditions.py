"""The header conditions of a route table, and how the fields that they ask for may be read. Pure.

A field in several lines is read by each of them: who stands behind may take the first, the last or any. What a route
that is gone asks for is looked for in more places, for nothing may reach what stood there: in each member of a list
(`X-Kind: new, old`), and in the field's twins, whose names have `_` for `-` (RFC 9110 section 17.10). Elsewhere a
value with commas is one value, and a twin is another field.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Final

from facade.problem import Refusal
from facade.routing.candidates import Candidate, Header
from facade.routing.route import Route
from facade.routing.stage import Stage
from facade.wire import refusals

_MOST: Final = 16
"""Readings of repeated fields: one field in several lines is a mistake, several such fields are an attack."""

REPEATED: Final = replace(
    refusals.MALFORMED, detail="A field that decides where this request goes stands in several lines that differ."
)


class Conditions:
    """What the routes of a table ask for."""

    __slots__ = ("_gone", "_names")

    def __init__(self, routes: Iterable[Route]) -> None:
        every = tuple((name, value, route.stage) for route in routes for name, value in route.match.headers)
        self._names = sorted({name for name, _, _ in every})
        gone: dict[str, set[str]] = {}
        for name, value, stage in every:
            if stage is Stage.GONE:
                gone.setdefault(name, set()).add(value)
        self._gone: Mapping[str, set[str]] = gone

    def in_doubt(self, candidate: Candidate, header: Header) -> bool:
        """Whether a request's fields can be read in several ways, as far as this candidate asks for them."""
        return any(len(header(name)) > 1 or self._hidden(name, header) for name, _ in candidate.headers)

    def by_line(self, header: Header) -> Iterator[Header]:
        """Every reading of the fields by their own lines. Raises `Refusal` where there are too many."""
        return _products({name: _lines(name, header) for name in self._names})

    def hidden(self, header: Header) -> Iterator[Header]:
        """The same with what a route that is gone asks for, wherever it stands."""
        return _products({name: (*_lines(name, header), *self._hidden(name, header)) for name in self._names})

    def _hidden(self, name: str, header: Header) -> list[str]:
        """The values that a gone route asks for and a request has in other places than a line of the field itself."""
        wanted = self._gone.get(name)
        if wanted is None:
            return []
        own = header(name)
        lines = [*own, *(line for twin in _twins(name) for line in header(twin))]
        said = {*lines, *(member.strip(" \t") for line in lines for member in line.split(","))}
        return sorted((wanted & said) - set(own))


def _lines(name: str, header: Header) -> tuple[str | None, ...]:
    return tuple(dict.fromkeys(header(name))) or (None,)


def _twins(name: str) -> set[str]:
    return {name.replace("-", "_"), name.replace("_", "-")} - {name}


def _products(readings: Mapping[str, tuple[str | None, ...]]) -> Iterator[Header]:
    if math.prod(map(len, readings.values())) > _MOST:
        raise Refusal(REPEATED)
    return (_one(dict(zip(readings, values, strict=True))) for values in itertools.product(*readings.values()))


def _one(values: Mapping[str, str | None]) -> Header:
    """A request whose fields have these values, each in one line."""
    lines = {name: () if value is None else (value,) for name, value in values.items()}
    return lambda name: lines.get(name, ())
