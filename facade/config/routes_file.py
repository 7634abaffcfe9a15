"""Routes and groups as an operator writes them: routes/<domain>.yaml."""

from __future__ import annotations

import re
from typing import Annotated, Final, Literal

from pydantic import BeforeValidator, Discriminator, Field, Tag, WithJsonSchema, model_validator

from facade.config.block import Block, one_or_more, short_for
from facade.config.ending_file import Brownouts, Dated
from facade.config.evidence_file import GuardBlock, ShadowBlock
from facade.config.network import Successor
from facade.config.reach import EndpointUrls, TargetTlsBlock, check_reach
from facade.config.types import Name, PositiveDuration, Share, Text, Unfit, reads, written_as
from facade.routing.route import Condition, Errors, Fallback, Key, Keys, Match, Records, SiloReference, WithoutKey
from facade.routing.stage import Stage
from facade.routing.template import parse_condition, parse_key, parse_match, parse_path

_METHOD: Final = re.compile(r"[A-Z](?:[A-Z-]{0,30}[A-Z])?")
_HOST: Final = re.compile(r"[a-z0-9_](?:[a-z0-9_.-]{0,251}[a-z0-9_])?|\[[0-9a-f:.]{2,45}\]")
_FIELD: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}")
_FIELD_VALUE: Final = re.compile(r"[!-~](?:[ -~]{0,254}[!-~])?")
_REFERENCE: Final = re.compile(r"([A-Za-z0-9][A-Za-z0-9_-]{0,99})(?:\.([A-Za-z0-9][A-Za-z0-9_-]{0,99}))?")


def parse_method(text: str) -> str:
    if _METHOD.fullmatch(text) is None:
        raise Unfit("is not a method; write it in capitals, such as GET")
    return text


def parse_host(text: str) -> str:
    """A host to match, in lower case, without port."""
    host = text.lower()
    if _HOST.fullmatch(host) is None:
        raise Unfit("is not a host; write a name without scheme and port, such as api.example")
    return host


def parse_field_name(text: str) -> str:
    """A header field's name (RFC 9110 section 5.1), in lower case."""
    if _FIELD.fullmatch(text) is None:
        raise Unfit("is not a header field's name; write one such as X-Cohort")
    return text.lower()


def parse_field_value(text: str) -> str:
    if _FIELD_VALUE.fullmatch(text) is None:
        raise Unfit("is not a header field's value; write visible ASCII characters")
    return text


def parse_reference(text: str) -> SiloReference:
    """`SILO.OPERATION`, or `SILO` alone.

    >>> parse_reference("land-registry.get-title")
    SiloReference(silo='land-registry', operation='get-title')
    """
    found = _REFERENCE.fullmatch(text)
    if found is None:
        raise Unfit("names no silo; write SILO.OPERATION, or SILO alone for one that is passed through")
    return SiloReference(found[1], found[2])


def is_reference(value: object) -> bool:
    """Whether a side is written as a name, and not as a URL or a block: what has a colon or a slash is no name."""
    return isinstance(value, str | SiloReference) and _REFERENCE.fullmatch(str(value)) is not None


def parse_template(text: str) -> str:
    """A path template, as text."""
    parse_path(text)
    return text


def spell_out_match(value: object) -> object:
    """The short form of `match`, `METHOD PATH` or `PATH`, as its long form."""
    if not isinstance(value, str):
        return value
    match = parse_match(value)
    return {"path": match.path} if match.method is None else {"path": match.path, "method": match.method}


def refuse_twice(value: object) -> object:
    """Header fields have names without case: one that stands twice is a mistake that YAML does not see."""
    if isinstance(value, dict) and len({str(name).lower() for name in value}) < len(value):
        raise Unfit("names a header field twice; keep one")
    return value


Template = Annotated[str, reads(parse_template), WithJsonSchema({"type": "string", "pattern": "^/"})]
Method = Annotated[str, reads(parse_method), written_as(_METHOD, "GET")]
Host = Annotated[str, reads(parse_host), WithJsonSchema({"type": "string"})]
FieldName = Annotated[str, reads(parse_field_name), WithJsonSchema({"type": "string"})]
FieldValue = Annotated[str, reads(parse_field_value), written_as(_FIELD_VALUE, "staff")]
StickyKey = Annotated[Key, reads(parse_key), WithJsonSchema({"type": "string", "examples": ["cookie session"]})]
Rule = Annotated[
    Condition, reads(parse_condition), WithJsonSchema({"type": "string", "examples": ["header X-Cohort=staff"]})
]
Reference = Annotated[SiloReference, reads(parse_reference), written_as(_REFERENCE, "land-registry.get-title")]


class MatchBlock(Block):
    """What a route matches."""

    path: Template
    method: Method | None = None
    host: Host | None = None
    headers: Annotated[dict[FieldName, FieldValue], BeforeValidator(refuse_twice)] = Field(default_factory=dict)

    def match(self) -> Match:
        return Match(self.path, parse_path(self.path), self.method, self.host, tuple(sorted(self.headers.items())))


class PlatformBlock(Block):
    """A new implementation: its URL alone, or with what of the call changes on the way."""

    url: EndpointUrls
    path: Template | None = None
    timeout: PositiveDuration | None = None
    host: Literal["caller", "target"] = "caller"
    tls: TargetTlsBlock | None = None
    paths: Literal["as sent"] | None = None

    @model_validator(mode="after")
    def _is_reached_as_it_says(self) -> PlatformBlock:
        check_reach(self.url, self.tls)
        if self.path is not None and self.paths is not None:
            raise Unfit("takes paths as sent and replaces them by path; keep one of the two")
        return self


Service = Annotated[PlatformBlock, short_for("url", PlatformBlock)]
Operation = Annotated[SiloReference, reads(parse_reference), written_as(_REFERENCE, "card-payments.take-payment")]
Platform = Annotated[
    Annotated[Service, Tag("service")] | Annotated[Operation, Tag("external")],
    Discriminator(lambda value: "external" if is_reference(value) else "service"),
]
"""A new implementation, or an operation of an external: `EXTERNAL.OPERATION`."""


class CanaryBlock(Block):
    """How a canary divides its calls."""

    share: Share
    by: Annotated[tuple[StickyKey, ...], one_or_more(StickyKey)] = ()
    without_key: WithoutKey = WithoutKey.LEGACY
    keys: Keys = Keys.OPEN
    platform_for: Annotated[tuple[Rule, ...], one_or_more(Rule)] = ()
    legacy_for: Annotated[tuple[Rule, ...], one_or_more(Rule)] = ()

    @model_validator(mode="after")
    def _has_a_key(self) -> CanaryBlock:
        if self.share and not self.by:
            raise Unfit("has a share but no sticky key; add by, such as by: cookie session")
        return self


class RouteBlock(Block):
    """A route. Its stage and canary are its group's where it is in one, and so are its shadow
    and its guard where it has none.
    """

    name: Name
    match: Annotated[MatchBlock, BeforeValidator(spell_out_match, json_schema_input_type=str | MatchBlock)]
    legacy: Reference | None = None
    platform: Platform | None = None
    stage: Stage | None = None
    canary: CanaryBlock | None = None
    shadow: ShadowBlock | None = None
    guard: GuardBlock | None = None
    records: Records = Records.LEGACY
    timeout: PositiveDuration | None = None
    fallback: Fallback = Fallback.NONE
    errors: Errors = Errors.AS_SENT
    successor: Successor | None = None
    deprecated: Dated | None = None
    sunset: Dated | None = None
    brownouts: Brownouts = ()
    owner: Text | None = None


class GroupBlock(Block):
    """A journey: routes that move together."""

    name: Name
    routes: Annotated[tuple[Name, ...], Field(min_length=1)]
    stage: Stage
    canary: CanaryBlock | None = None
    shadow: ShadowBlock | None = None
    guard: GuardBlock | None = None


class RoutesFile(Block):
    """The whole of a routes file. Routes and groups are read one by one, so that a mistake in one hides no other's."""

    routes: list[RouteBlock] = Field(default_factory=list)
    groups: list[GroupBlock] = Field(default_factory=list)
