"""`call: "GET /v1/claims/{path.reference}"`: an operation's method and path. Pure.

A caller's value fills a part of one segment and nothing more: it is percent-encoded whole (RFC 3986 section 2.1), and
one that would be no segment, or a step up or down, is refused. Host, port and every other segment are the operator's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from pydantic_core import CoreSchema, core_schema

from facade.port import BadArgument, Call, Template, Value
from facade.port.fitting import as_text

SAFE: Final = frozenset({"GET", "HEAD"})
METHODS: Final = (*sorted(SAFE), "DELETE", "PATCH", "POST", "PUT")

_SEGMENT: Final = re.compile(r"[A-Za-z0-9._~!$&'()*+,;=:@%-]*")
"""A segment's own characters (RFC 3986 section 3.3)."""

_STEPS: Final = frozenset({"", ".", ".."})
"""What is no segment: RFC 3986 section 5.2.4 takes it away, or the one before it too."""

_SHAPE: Final = "write a method and a path, such as GET /v1/claims/{path.reference}"


@dataclass(frozen=True, slots=True)
class Target:
    """A method, and the templates of a path's segments. A pydantic model may use it as a field's type."""

    method: str
    segments: tuple[Template, ...]

    @classmethod
    def parse(cls, text: str) -> Target:
        """Compile `text`; raise ValueError with `what; mend`.

        >>> Target.parse("GET /v1/search").path(Call("find", "GET", 0.0))
        '/v1/search'
        """
        method, _, path = text.partition(" ")
        if method not in METHODS:
            raise ValueError(
                f"{method or 'nothing'} is no method that may be called; write one of {', '.join(METHODS)}"
            )
        if not path.startswith("/") or "//" in path:
            raise ValueError(f"this has no path; {_SHAPE}")
        if "?" in path or "#" in path:
            raise ValueError("a path ends before its query; write that under query:")
        return cls(method, tuple(_segment(each) for each in path[1:].split("/")))

    @property
    def is_safe(self) -> bool:
        return self.method in SAFE

    def path(self, call: Call) -> str:
        """The path for this call; raise BadArgument."""
        return "".join(f"/{_filled(each, call)}" for each in self.segments)

    def __str__(self) -> str:
        return f"{self.method} with {len(self.segments)} segments"

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: Any, _handler: Any) -> CoreSchema:
        return core_schema.no_info_after_validator_function(cls.parse, core_schema.str_schema())


def _segment(text: str) -> Template:
    template = Template.parse(text)
    constants = "".join(part for part in template.parts if isinstance(part, str))
    if not _SEGMENT.fullmatch(constants) or (text in {".", ".."}):
        raise ValueError(f"this path has a character that no path has; {_SHAPE}, the rest percent-encoded")
    return template


def _filled(template: Template, call: Call) -> str:
    if not template.placeholders:
        return str(template.fill(call))
    parts = [part if isinstance(part, str) else _value(part.fill(call)) for part in template.parts]
    segment = "".join(parts)
    if segment in _STEPS:
        raise BadArgument(template.field, "must be one segment of a path")
    return segment


def _value(value: Value) -> str:
    return quote(as_text(value), safe="")
