"""What every answer of a route says of its end, as lines that are ready to be sent: made with the table, not by call.

A successor whose path holds parameters is filled with those of the call; all else is the same for every call.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from facade.ending import dates
from facade.routing.notice import Brownout
from facade.routing.route import Route, SegmentKind
from facade.targets.template import PathTemplate


@dataclass(frozen=True, slots=True)
class Announced:
    """Of one route. `fixed` are whole field lines, each with a CRLF before it; `successor` is what is filled in."""

    fixed: bytes
    successor: PathTemplate | None = None
    brownouts: tuple[Brownout, ...] = ()

    def lines(self, parameters: Mapping[str, str]) -> bytes:
        """The lines for one call."""
        if self.successor is None:
            return self.fixed
        return self.fixed + _lines([_successor(self.successor, parameters)])


def announced(route: Route) -> Announced | None:
    """What this route announces; None for nothing, as most do."""
    fields = dates.fields(route.notice)
    successor = None if route.successor is None else PathTemplate.parse(route.successor)
    if successor is not None and all(segment.kind is SegmentKind.LITERAL for segment in successor.segments):
        fields, successor = [*fields, _successor(successor, {})], None
    if not fields and successor is None and not route.notice.brownouts:
        return None
    return Announced(_lines(fields), successor, route.notice.brownouts)


def _successor(template: PathTemplate, parameters: Mapping[str, str]) -> tuple[str, str]:
    return "Link", dates.link(template.fill(parameters), "successor-version")


def _lines(fields: list[tuple[str, str]]) -> bytes:
    return "".join(f"\r\n{name}: {value}" for name, value in fields).encode("ascii")
