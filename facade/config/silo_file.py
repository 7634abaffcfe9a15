"""A silo or an external as an operator writes it: one document of silos/<silo>.yaml or externals/<name>.yaml.

What all kinds share is read here. `settings` are read on their own, because a secret that is not there must not hide
the rest; they and an adapter's operations are read by its kind's models.
"""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from pydantic import BeforeValidator, Field, model_validator

from facade.config.block import Block, one_or_more
from facade.config.calendar import OpenWindow
from facade.config.reach import SettingsUrls, TargetTlsBlock, check_reach
from facade.config.types import Count, Date, PositiveDuration, PositiveShare, Text, Whole, Word
from facade.targets.definition import AfterSwitchOff
from facade.wire.leniency import Fault

SILO: Final = "silo"
EXTERNAL: Final = "external"
"""The keys of their names."""

SILOS: Final = "silos"
EXTERNALS: Final = "externals"
"""The folders of their files."""

PASSTHROUGH: Final = "passthrough"
"""The adapter of a silo that already speaks HTTP: none."""


def _read_by(model: type[Block]) -> BeforeValidator:
    """Says to an editor what another reading will make of this block."""
    return BeforeValidator(lambda value: value, json_schema_input_type=model)


class BreakerBlock(Block):
    """When a silo that fails is left alone."""

    errors: PositiveShare | None = None
    window: PositiveDuration | None = None
    calls: Count | None = None
    pause: PositiveDuration | None = None


class ProtectBlock(Block):
    """What keeps a silo from being overrun."""

    timeout: PositiveDuration | None = None
    concurrency: Count | None = None
    queue: Whole | None = None
    breaker: BreakerBlock | None = None
    hours: Annotated[tuple[OpenWindow, ...], Field(min_length=1), one_or_more(OpenWindow)] | None = None


class SiloBlock(Block):
    """What every silo has."""

    silo: Word
    adapter: Text
    owner: Text | None = None
    switch_off: Date | None = None
    after_switch_off: AfterSwitchOff | None = None
    protect: ProtectBlock | None = None


class ExternalBlock(Block):
    """An external. It is behind an adapter, for that sends what its operations name and nothing else."""

    external: Word
    adapter: Text
    owner: Text | None = None
    protect: ProtectBlock | None = None
    settings: dict[str, Any] = Field(default_factory=dict)
    operations: Annotated[dict[Word, dict[str, Any]], Field(min_length=1)]


class PassthroughSettings(Block):
    """Where a silo that speaks HTTP is, whose name it reads in Host, whether its own is kept from callers, and what is
    done for one that reads or writes HTTP badly.
    """

    url: SettingsUrls
    host: Literal["silo", "caller"] = "silo"
    rewrite: Literal["on", "off"] = "on"
    tls: TargetTlsBlock | None = None
    chunked: Literal["never"] | None = None
    lenient: Annotated[tuple[Fault, ...], one_or_more(Fault)] = ()
    paths: Literal["as sent"] | None = None

    @model_validator(mode="after")
    def _is_reached_as_it_says(self) -> PassthroughSettings:
        check_reach(self.url, self.tls)
        return self


class PassthroughSilo(SiloBlock):
    """A silo that is passed through byte for byte."""

    adapter: Literal["passthrough"]
    settings: Annotated[dict[str, Any], _read_by(PassthroughSettings)]


class AdaptedSilo(SiloBlock):
    """A silo behind an adapter."""

    settings: dict[str, Any] = Field(default_factory=dict)
    operations: Annotated[dict[Word, dict[str, Any]], Field(min_length=1)]
