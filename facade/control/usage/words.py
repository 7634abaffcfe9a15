"""The words that an operator wrote and that may therefore stand in the shape of a path."""

from __future__ import annotations

from collections.abc import Iterator

from facade.config.settings import Configuration
from facade.ending.vocabulary import WORDS, words_of
from facade.routing.route import SegmentKind
from facade.targets.definition import Adapted


def words(configuration: Configuration) -> frozenset[str]:
    """Those of the facade's own, and of this configuration's templates, routes, silos and operations."""
    return WORDS | words_of(_texts(configuration))


def _texts(configuration: Configuration) -> Iterator[str]:
    for route in configuration.routes:
        yield route.name
        yield from (segment.text for segment in route.match.segments if segment.kind is SegmentKind.LITERAL)
    for silo in configuration.silos.values():
        yield silo.name
        if isinstance(silo.reach, Adapted):
            yield from silo.reach.operations
