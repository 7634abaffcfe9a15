"""facade.yaml as an operator writes it. Defaults are those of `settings`: a key left out is not set here."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, WithJsonSchema, model_validator

from facade.config.block import Block, one_or_more, short_for
from facade.config.calendar import Moment, Timezone, check_window
from facade.config.network import Address, Network, Token
from facade.config.types import Count, Duration, PositiveDuration, PositiveSize, Share, Size, Text, Unfit, Word, reads

KNOWN_VERSION = "1"
"""The version of the operator's language that this program reads."""


def parse_version(text: str) -> int:
    if text != KNOWN_VERSION:
        raise Unfit(f"is not a version that this program reads; write {KNOWN_VERSION}")
    return int(text)


class TlsBlock(Block):
    """PEM files of a listener, relative to the folder of facade.yaml."""

    certificate: Text
    key: Text
    client_ca: Text | None = None


class ListenBlock(Block):
    """A listener: an address alone, or with `tls`."""

    address: Address
    tls: TlsBlock | None = None


class AdminBlock(Block):
    """The admin listener: an address alone, or with the token that changes need."""

    address: Address | None = None
    token: Token | None = None


class DrainBlock(Block):
    """What SIGTERM does."""

    pause: Duration | None = None
    limit: PositiveDuration | None = None


class LimitsBlock(Block):
    """What one connection may cost."""

    header_bytes: PositiveSize | None = None
    headers: Count | None = None
    url_bytes: PositiveSize | None = None
    body: Size | None = None
    header_timeout: PositiveDuration | None = None
    body_timeout: PositiveDuration | None = None
    idle_timeout: PositiveDuration | None = None
    connections: Count | None = None
    kept_bytes: PositiveSize | None = None
    tunnel_idle: PositiveDuration | None = None
    tunnel_grace: PositiveDuration | None = None


class ForwardedBlock(Block):
    """Whose forwarding fields are believed."""

    trust: Annotated[tuple[Network, ...], one_or_more(Network)] = ()


class LogBlock(Block):
    """Which requests get a line."""

    requests: Share | None = None
    errors: Literal["all", "none"] | None = None
    level: Literal["debug", "info", "warning", "error"] | None = None


class FreezeBlock(Block):
    """A window in which traffic is not moved forward."""

    start: Moment = Field(alias="from")
    end: Moment = Field(alias="to")
    why: Text | None = None

    @model_validator(mode="after")
    def _is_a_window(self) -> FreezeBlock:
        check_window(self.start, self.end)
        return self


Listen = Annotated[ListenBlock, short_for("address", ListenBlock)]
Admin = Annotated[AdminBlock, short_for("address", AdminBlock)]
Version = Annotated[int, reads(parse_version), WithJsonSchema({"const": int(KNOWN_VERSION)})]


class FacadeFile(Block):
    """The whole of facade.yaml."""

    version: Version | None = None
    listen: Listen | None = None
    observe: Address | None = None
    admin: Admin | None = None
    timezone: Timezone | None = None
    drain: DrainBlock | None = None
    state: Text | None = None
    limits: LimitsBlock | None = None
    forwarded: ForwardedBlock | None = None
    unmatched: Word | None = None
    log: LogBlock | None = None
    freeze: tuple[FreezeBlock, ...] = ()
