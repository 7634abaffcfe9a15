"""facade.yaml as frozen values, and the whole configuration: what a good set of files means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from facade.callers.register import Register
from facade.routing.route import Group, Route
from facade.targets.definition import Silo
from facade.wire.limits import Forwarded, Limits


@dataclass(frozen=True, slots=True)
class Tls:
    """PEM files of a listener, absolute paths. `client_ca` makes client certificates required."""

    certificate: Path
    key: Path
    client_ca: Path | None = None


@dataclass(frozen=True, slots=True)
class Listener:
    """Where one of the three listeners binds. Port 0 asks the system for a free one."""

    host: str
    port: int
    tls: Tls | None = None


@dataclass(frozen=True, slots=True)
class Drain:
    """SIGTERM: unready, serve on for `pause` seconds, then finish what is in flight within `limit` seconds."""

    pause: float = 5.0
    limit: float = 25.0


@dataclass(frozen=True, slots=True)
class Log:
    """`requests` is the share of ordinary calls that get a line, 0 to 1; `errors` whether every error gets one."""

    requests: float = 0.01
    errors: bool = True
    level: str = "info"


@dataclass(frozen=True, slots=True)
class Freeze:
    """A window in which traffic is not moved forward, as written: `Fri 15:00` to `Mon 09:00`, or two date-times."""

    start: str
    end: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Listeners:
    """Where and how a sidecar listens, and who may change it there: what of `Settings` only a restart changes."""

    listen: Listener
    observe: Listener
    admin: Listener
    admin_token: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Settings:
    """facade.yaml. `admin_token` is None where none is set: the admin listener then only reads."""

    listen: Listener = field(default_factory=lambda: Listener("127.0.0.1", 8080))
    observe: Listener = field(default_factory=lambda: Listener("127.0.0.1", 9902))
    admin: Listener = field(default_factory=lambda: Listener("127.0.0.1", 9901))
    admin_token: str | None = field(default=None, repr=False)
    timezone: str = "UTC"
    drain: Drain = field(default_factory=Drain)
    state: Path = Path("/var/lib/facade")
    limits: Limits = field(default_factory=Limits)
    forwarded: Forwarded = field(default_factory=Forwarded)
    unmatched: str | None = None
    log: Log = field(default_factory=Log)
    freeze: tuple[Freeze, ...] = ()

    @property
    def listeners(self) -> Listeners:
        return Listeners(self.listen, self.observe, self.admin, self.admin_token)


@dataclass(frozen=True, slots=True)
class Configuration:
    """A whole, good configuration. `revision` is the hash of every file it was read from, 12 hex digits."""

    revision: str
    settings: Settings
    silos: Mapping[str, Silo]
    routes: tuple[Route, ...]
    groups: tuple[Group, ...]
    callers: Register = field(default_factory=Register)
    externals: Mapping[str, Silo] = field(default_factory=dict)

    @property
    def systems(self) -> Mapping[str, Silo]:
        """Everything that a side of a route may name: no silo is called as an external."""
        return {**self.silos, **self.externals}
