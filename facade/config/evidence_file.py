"""How a route's two sides are compared and judged, as an operator writes it: `shadow` and `guard`."""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Final, Literal

from pydantic import Field, WithJsonSchema, model_validator

from facade.compare import paths
from facade.config.block import Block, one_or_more
from facade.config.types import PositiveShare, Share, Unfit, Whole, parse_duration, parse_positive_share, reads
from facade.routing.guard import LatencyMargin

MOST_NOISE: Final = Fraction(1, 10)
"""The largest part of the calls that legacy may be asked twice: it is the system to be spared."""

_MOST_RULES: Final = 100
"""Fields that one key names: whoever leaves out more compares nothing."""

_POINTS: Final = re.compile(r"\+?([0-9]{1,2}(?:\.[0-9]{1,6})?) points?")
_AMOUNT: Final = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,15})?")
_FIELD: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}")
_NAME: Final = re.compile(r"[^.\[\]:\s]{1,100}")


def parse_field_path(text: str) -> str:
    """The path of a field of a body, `charges[].lender`; or `:status`, `:body`, `header:NAME`."""
    if not paths.is_path(text):
        raise Unfit("is not a field's path; write one such as generated_at, owner.name or charges[].lender")
    return text


def parse_new_name(text: str) -> str:
    """The platform's name for a field, without a path."""
    if _NAME.fullmatch(text) is None:
        raise Unfit("is not a field's name; write the platform's name alone, such as lender")
    return text


def parse_amount(text: str) -> Decimal:
    """A difference of two numbers, exact."""
    if _AMOUNT.fullmatch(text) is None:
        raise Unfit("is not an amount; write a number in decimal digits, such as 0.01")
    return Decimal(text)


def parse_header(text: str) -> str:
    """The name of a header field, in lower case."""
    if _FIELD.fullmatch(text) is None:
        raise Unfit("is not a header field's name; write one such as Cache-Control")
    return text.lower()


def parse_points(text: str) -> Fraction:
    """Percentage points, as a part of 1.

    >>> parse_points("+1 point"), parse_points("+0.5 points")
    (Fraction(1, 100), Fraction(1, 200))
    """
    found = _POINTS.fullmatch(text)
    if found is None:
        raise Unfit("is not a margin in points; write how many more of 100 calls may fail, such as +1 point")
    return Fraction(found[1]) / 100


def parse_margin(text: str) -> LatencyMargin:
    """How much slower the platform may be: `+50ms`, or `+20%` of legacy's own time."""
    bare = text.removeprefix("+")
    if bare.endswith("%"):
        return LatencyMargin(share=parse_positive_share(bare))
    return LatencyMargin(seconds=parse_duration(bare))


FieldPath = Annotated[
    str, reads(parse_field_path), WithJsonSchema({"type": "string", "examples": ["charges[].lender"]})
]
NewName = Annotated[str, reads(parse_new_name), WithJsonSchema({"type": "string", "examples": ["lender"]})]
Amount = Annotated[Decimal, reads(parse_amount), WithJsonSchema({"type": "number", "minimum": 0})]
Header = Annotated[str, reads(parse_header), WithJsonSchema({"type": "string", "examples": ["Cache-Control"]})]
Points = Annotated[Fraction, reads(parse_points), WithJsonSchema({"type": "string", "examples": ["+1 point"]})]
Margin = Annotated[LatencyMargin, reads(parse_margin), WithJsonSchema({"type": "string", "examples": ["+50ms"]})]

FieldPaths = Annotated[tuple[FieldPath, ...], one_or_more(FieldPath), Field(max_length=_MOST_RULES)]


class ShadowBlock(Block):
    """How the two sides are compared."""

    sample: Share = Fraction(0)
    noise: Share = Fraction(0)
    ignore: FieldPaths = ()
    unordered: FieldPaths = ()
    tolerance: Annotated[dict[FieldPath, Amount], Field(max_length=_MOST_RULES)] = Field(default_factory=dict)
    rename: Annotated[dict[FieldPath, NewName], Field(max_length=_MOST_RULES)] = Field(default_factory=dict)
    headers: Annotated[tuple[Header, ...], one_or_more(Header), Field(max_length=_MOST_RULES)] = ()
    credentials: Literal["drop", "send"] = "drop"

    @model_validator(mode="after")
    def _spares_legacy(self) -> ShadowBlock:
        if not self.sample and not self.noise:
            raise Unfit("compares nothing; add sample, such as sample: 10%, or leave shadow out")
        if self.sample + self.noise > 1:
            raise Unfit("has a sample and a noise of more than all calls together; write less of one")
        if self.noise > MOST_NOISE:
            raise Unfit("asks legacy twice for more than a tenth of its calls; write noise: 1%, which is enough")
        return self


class GuardBlock(Block):
    """What a moving route must keep to."""

    calls: Whole = 0
    compared: Whole = 0
    errors: Points | None = None
    p50: Margin | None = None
    p95: Margin | None = None
    p99: Margin | None = None
    parity: PositiveShare | None = None

    @model_validator(mode="after")
    def _checks_something(self) -> GuardBlock:
        if all(check is None for check in (self.errors, self.p50, self.p95, self.p99, self.parity)):
            raise Unfit("has no check; add one, such as errors: +1 point")
        return self
