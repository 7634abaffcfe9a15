"""A route as the operator wrote it, frozen: what it matches, its two sides, and how its traffic is divided.

Nothing here decides anything; `table` finds the route of a request and `decide` says who answers it.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from ipaddress import ip_network
from pathlib import Path
from typing import Final

from facade.routing.guard import Guard
from facade.routing.network import Network, lies_in
from facade.routing.notice import NOTHING, Notice
from facade.routing.shadow import Shadow
from facade.routing.share import threshold
from facade.routing.stage import Stage

SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
"""Methods that change nothing (RFC 9110 section 9.2.1)."""


class SegmentKind(enum.IntEnum):
    """Kinds of a path template's segment, in match order: the lower wins."""

    LITERAL = 0
    ONE = 1
    REST = 2


@dataclass(frozen=True, slots=True)
class Segment:
    """One segment of a path template: a literal as sent, `{name}` (one segment) or `{name...}` (the rest)."""

    kind: SegmentKind
    text: str


@dataclass(frozen=True, slots=True)
class Match:
    """What a route matches: a path template, and optionally a method, a host and header values.

    `host` is lower case without port, None for every host; `headers` are (lower-case name, value) pairs that
    must all be present.
    """

    path: str
    segments: tuple[Segment, ...]
    method: str | None = None
    host: str | None = None
    headers: tuple[tuple[str, str], ...] = ()

    @property
    def takes_unsafe_methods(self) -> bool:
        return self.method is None or self.method not in SAFE_METHODS


class KeyKind(enum.StrEnum):
    """Where a sticky key or a condition is read from."""

    COOKIE = "cookie"
    HEADER = "header"
    PATH = "path"
    CLAIM = "claim"
    CALLER = "caller"
    ADDRESS = "address"


@dataclass(frozen=True, slots=True)
class Key:
    """One source of a sticky key: `cookie session`, `header X-User`, `path number`, `claim sub`, `address`, `caller`.

    A call's address is also what rules `network 10.0.0.0/8` ask for.
    """

    kind: KeyKind
    name: str = ""

    def __str__(self) -> str:
        return f"{self.kind} {self.name}".strip()


@dataclass(frozen=True, slots=True)
class Condition:
    """A rule of `platform_for` or `legacy_for`: a key that has exactly this value, or an address of this network.

    `value` is then one address, or a network in CIDR form; ValueError if it is neither.
    """

    key: Key
    value: str
    wanted: bytes = field(init=False, repr=False, compare=False)
    network: Network | None = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "wanted", self.value.encode())
        object.__setattr__(self, "network", ip_network(self.value) if self.key.kind is KeyKind.ADDRESS else None)

    @property
    def word(self) -> str:
        """How the rule begins; nothing in it is a value."""
        return "network" if self.network is not None and "/" in self.value else str(self.key)

    def is_met(self, carried: Sequence[bytes]) -> bool:
        """Whether one of the values that a call carries of this key is meant."""
        if self.network is None:
            return self.wanted in carried
        return any(lies_in(address, self.network) for address in carried)

    def __str__(self) -> str:
        joiner = " " if self.key.kind in (KeyKind.CALLER, KeyKind.ADDRESS) else "="
        return f"{self.word}{joiner}{self.value}"


class WithoutKey(enum.StrEnum):
    """Who answers a call of a canary route that carries no sticky key."""

    LEGACY = "legacy"
    PLATFORM = "platform"


class Keys(enum.StrEnum):
    """Which of the sticky keys below a canary's share the platform answers: all, those it has answered before, none."""

    OPEN = "open"
    HOLD = "hold"
    EVICT = "evict"

    def is_less_than(self, other: Keys) -> bool:
        """Whether fewer keys are the platform's."""
        order = list(Keys)
        return order.index(self) > order.index(other)


@dataclass(frozen=True, slots=True)
class Canary:
    """How a canary divides its calls. `share` is the platform's part, 0 to 1, exact; ValueError if it is not.

    `keys` narrows it; what `platform_for` names is no key and stays. `places` is the share as the number of sticky
    places it takes, worked out once and not for each call.
    """

    share: Fraction
    by: tuple[Key, ...]
    without_key: WithoutKey = WithoutKey.LEGACY
    platform_for: tuple[Condition, ...] = ()
    legacy_for: tuple[Condition, ...] = ()
    keys: Keys = Keys.OPEN
    places: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "places", threshold(self.share))

    def keys_asked(self) -> Iterator[Key]:
        """Every key that the sticky keys and the rules name."""
        yield from self.by
        yield from (condition.key for condition in (*self.platform_for, *self.legacy_for))


class Records(enum.StrEnum):
    """Who owns what a route writes: `shared` means both sides see one store."""

    SHARED = "shared"
    LEGACY = "legacy"
    PLATFORM = "platform"


class Errors(enum.StrEnum):
    """How a side's own errors reach the caller."""

    AS_SENT = "as sent"
    PROBLEM = "problem"


class Fallback(enum.StrEnum):
    """Whether a failed platform answer to a safe call is answered by legacy."""

    NONE = "none"
    READS = "reads"


@dataclass(frozen=True, slots=True)
class SiloReference:
    """`SILO.OPERATION`, or `SILO` alone (operation None) for a silo that is passed through.

    As a platform it is `EXTERNAL.OPERATION`: a route moves to a service or to an external, never to a silo.
    """

    silo: str
    operation: str | None = None

    def __str__(self) -> str:
        return self.silo if self.operation is None else f"{self.silo}.{self.operation}"


@dataclass(frozen=True, slots=True)
class TargetTls:
    """What TLS to a target stands on: PEM files (absolute paths) and a name. Verification cannot be switched off.

    `ca` is who signs the target's certificate (None: the authorities of the system), `server_name` the name that it
    is asked for and must carry (None: its URL's host), `certificate` and `key` are what the facade shows, if anything.
    """

    ca: Path | None = None
    server_name: str | None = None
    certificate: Path | None = None
    key: Path | None = None


@dataclass(frozen=True, slots=True)
class PlatformService:
    """A new implementation, reached over HTTP.

    `url` is its origin without a path, `others` are those of further endpoints that do the same; `path` is a template
    that replaces the request's path (None: as sent); `timeout` bounds one try, in seconds; `host` is `caller` (the Host
    field as sent) or `target`; with `paths_as_sent` it takes paths that have several readings.
    """

    url: str
    path: str | None = None
    timeout: float | None = None
    host: str = "caller"
    others: tuple[str, ...] = ()
    tls: TargetTls | None = None
    paths_as_sent: bool = False

    @property
    def urls(self) -> tuple[str, ...]:
        """All its endpoints."""
        return (self.url, *self.others)


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is written: file (relative to the configuration's folder) and line, from 1."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class Route:
    """One route, everything an operator said of it. `timeout` bounds the whole call, in seconds.

    `as_sent` where every side of it takes paths that have several readings; a route without sides takes none.
    `written` identifies the text of its block and of its group's, whatever came of them.
    """

    name: str
    match: Match
    stage: Stage
    legacy: SiloReference | None
    platform: PlatformService | SiloReference | None
    canary: Canary | None = None
    records: Records = Records.LEGACY
    timeout: float | None = None
    fallback: Fallback = Fallback.NONE
    errors: Errors = Errors.AS_SENT
    successor: str | None = None
    group: str | None = None
    owner: str | None = None
    as_sent: bool = False
    shadow: Shadow | None = None
    guard: Guard | None = None
    notice: Notice = NOTHING
    place: Place = field(default=Place("", 0), compare=False)
    written: str = field(default="", repr=False, compare=False)

    @property
    def goes_to_external(self) -> bool:
        """Whether its platform is an external, which is asked once: never for a shadow, never again."""
        return isinstance(self.platform, SiloReference)

    @property
    def moves_whole(self) -> bool:
        """Whether a canary would split this route's records over two systems."""
        return self.match.takes_unsafe_methods and self.records is not Records.SHARED


@dataclass(frozen=True, slots=True)
class Group:
    """A journey: routes that share one stage and one canary, and therefore one sticky place."""

    name: str
    routes: tuple[str, ...]
    stage: Stage
    canary: Canary | None = None
