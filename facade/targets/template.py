"""A path template that is filled with a request's parameters: `platform.path` and `successor`, compiled once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from facade.routing.route import Segment, SegmentKind
from facade.routing.template import parse_path


@dataclass(frozen=True, slots=True)
class PathTemplate:
    """An origin (perhaps empty) and the segments of a path."""

    origin: str
    segments: tuple[Segment, ...]

    @classmethod
    def parse(cls, text: str) -> PathTemplate:
        """`/titles/{number}` or `https://host/titles/{number}`. ValueError says what is wrong with it."""
        if text.startswith("/"):
            return cls("", parse_path(text))
        scheme, _, rest = text.partition("://")
        authority, slash, path = rest.partition("/")
        return cls(f"{scheme}://{authority}", parse_path(slash + path or "/"))

    def fill(self, parameters: Mapping[str, str]) -> str:
        """The path with each parameter as it was sent: still encoded, so that it stays one segment."""
        return f"{self.origin}/" + "/".join(
            segment.text if segment.kind is SegmentKind.LITERAL else parameters.get(segment.text, "")
            for segment in self.segments
        )
