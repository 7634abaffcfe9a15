"""A silo as the operator described it, frozen: which kind of adapter reaches it, and how it is protected."""

from __future__ import annotations

import datetime
import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from facade.port import AdapterKind, Files, Unreadable
from facade.routing.route import Place, TargetTls
from facade.targets.protect.hours import Hours
from facade.wire.leniency import STRICT, Leniency


@dataclass(frozen=True, slots=True)
class BreakerRules:
    """When a breaker opens: `errors` of at least `calls` calls failed within `window` seconds. It rests for `pause`."""

    errors: Fraction = Fraction(1, 2)
    window: float = 30.0
    calls: int = 20
    pause: float = 30.0


@dataclass(frozen=True, slots=True)
class Protect:
    """What keeps a silo from being overrun. `timeout` bounds one call, and its wait for a slot, in seconds.

    `concurrency` bounds the calls at once and `queue` those that wait; None is no bound, no breaker, no closing time.
    """

    timeout: float = 10.0
    concurrency: int | None = None
    queue: int = 100
    breaker: BreakerRules | None = None
    hours: Hours | None = None

    @property
    def is_more_than_time(self) -> bool:
        """Whether calls have to be let through one by one."""
        return self.concurrency is not None or self.breaker is not None or self.hours is not None


class AfterSwitchOff(enum.StrEnum):
    """What a passed `switch_off` does. A date alone never cuts anyone off."""

    WARN = "warn"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True)
class Passthrough:
    """A silo that speaks HTTP: its origin, and whose name it reads in Host (`silo` or `caller`).

    `rewrite` when its own address in the fields of its answers becomes the platform's. `others` are the origins of
    further endpoints that do the same; `takes_chunks` is False for one that wants every body with its length; the
    faults of `leniency` are forgiven in its answers; with `paths_as_sent` it takes paths that have several readings.
    """

    url: str = field(repr=False)  # it may come from a substitution, and those are shown nowhere
    host: str = "silo"
    rewrite: bool = True
    others: tuple[str, ...] = field(default=(), repr=False)
    tls: TargetTls | None = field(default=None, repr=False)
    takes_chunks: bool = True
    leniency: Leniency = STRICT
    paths_as_sent: bool = False

    @property
    def urls(self) -> tuple[str, ...]:
        """All its endpoints."""
        return (self.url, *self.others)


@dataclass(frozen=True, slots=True)
class NamedFiles(Files):
    """The files that a silo names, as its kind has read them: equal where their names and bytes are."""

    contents: Mapping[str, bytes] = field(default_factory=dict, repr=False)

    def read(self, name: str, limit: int) -> bytes:
        if name not in self.contents:
            what, mend = "was not read with the configuration", "mend the adapter: it examines less than it opens"
            raise Unreadable(what, mend, is_absent=True)
        content = self.contents[name]
        if len(content) > limit:
            raise Unreadable(f"is larger than {limit} bytes", "divide it")
        return content


@dataclass(frozen=True, slots=True)
class Adapted:
    """A silo behind an adapter: the kind and its validated models. `folder` is where the silo's file lies, `files` what
    the kind has read beside it: of others the adapter is another.
    """

    kind: AdapterKind[Any, Any]
    settings: BaseModel = field(repr=False)
    operations: Mapping[str, BaseModel]
    folder: Path
    files: NamedFiles = field(repr=False)


@dataclass(frozen=True, slots=True)
class Silo:
    """One legacy system; or one external, which is reached and protected in the same way.

    `written` is what its file says of it by key, without what is filled in, of each operation by `operation NAME`, and
    of each file that it names by `file NAME`: it tells two descriptions apart and is no part of what the silo is.
    """

    name: str
    reach: Passthrough | Adapted
    owner: str | None = None
    switch_off: datetime.date | None = None
    after_switch_off: AfterSwitchOff = AfterSwitchOff.WARN
    protect: Protect = field(default_factory=Protect)
    is_external: bool = False
    written: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)
    place: Place = field(default=Place("", 0), compare=False)
