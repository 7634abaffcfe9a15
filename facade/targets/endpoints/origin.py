"""One URL of a target: its name resolved to addresses, again and again, and the connections to each of them.

The law of this file: what the resolver says last is where calls go. Addresses that it no longer names get no new calls;
while it fails, is silent or names none, those it named last stay. One look-up of a name runs at a time, off the event
loop, in a thread that it shares with no other name (`facade.wire.lookups`).
"""

from __future__ import annotations

import asyncio
import socket
from ipaddress import ip_address
from typing import Final, NamedTuple
from urllib.parse import urlsplit

import structlog

from facade.routing.route import TargetTls
from facade.targets.endpoints.health import Health
from facade.tasks import spawn
from facade.wire.deadlines import NEVER, Deadlines
from facade.wire.leniency import Leniency
from facade.wire.pool import Endpoint, Pool
from facade.wire.trust import Trust

AGAIN: Final = 30.0
"""Seconds between two look-ups of a name: resolvers do not tell the time to live, and 30 s is what clusters use."""

SOONEST: Final = 1.0
"""Seconds between two look-ups of a name that is in doubt: it cannot be connected to, or was not found."""

SILENT: Final = 5.0
"""Seconds without an answer after which the resolver is said to have none; the look-up goes on until there is one."""

MOST: Final = 32
"""Addresses of one name that are used; a name with more is a mistake, or somebody's attack on our memory."""

_UNIX: Final = "unix:"
_PORTS: Final = {"http": 80, "https": 443}

_log = structlog.get_logger("facade.targets")


class Reach(NamedTuple):
    """What an origin is open for: whatever differs in one of these shares no connection.

    With `shadow` it is for calls that nobody waits for.
    """

    url: str
    tls: TargetTls | None
    leniency: Leniency
    shadow: bool = False

    @property
    def is_secure(self) -> bool:
        return self.url.startswith("https:")


class Member:
    """One endpoint: its connections, how it is doing, and the `authority` it reads in Host as its own name."""

    __slots__ = ("authority", "health", "pool")

    def __init__(self, pool: Pool, authority: bytes) -> None:
        self.pool = pool
        self.authority = authority
        self.health = Health()

    def __repr__(self) -> str:
        return f"<Member {self.pool!r} {self.health!r}>"


class Origin:
    """One URL. `members` are its endpoints now, none before it has been found; `only` is the one, if it is one."""

    __slots__ = (
        "_closed",
        "_deadlines",
        "_is_name",
        "_looked",
        "_lookup",
        "_lost",
        "_trust",
        "due",
        "members",
        "only",
        "reach",
        "wakes",
    )

    def __init__(self, reach: Reach, deadlines: Deadlines, trust: Trust | None) -> None:
        self.reach = reach
        self.members: tuple[Member, ...] = ()
        self.only: Member | None = None
        self.due = NEVER
        self.wakes = NEVER
        self._deadlines = deadlines
        self._trust = trust
        self._lookup: asyncio.Task[None] | None = None
        self._looked = -NEVER
        self._lost = False
        self._closed = False
        fixed = _fixed(reach)
        self._is_name = fixed is None
        if fixed is not None:
            self._follow([fixed])

    def __repr__(self) -> str:
        return f"<Origin {self.name} {list(self.members)}>"

    @property
    def name(self) -> str:
        """Host and port, or the socket, as the metrics and the log call it."""
        return name_of(self.reach.url)

    def look_up(self) -> asyncio.Task[None] | None:
        """Resolve the name, unless that has just been done. The look-up that is under way, None if none is."""
        now = self._deadlines.now
        if self._is_name and self._lookup is None and now - self._looked >= SOONEST:
            self._looked = now
            self._deadlines.watch(self, now + SILENT)
            self._lookup = spawn(self._resolve(), f"look up {self.name}")
        return self._lookup

    def overdue(self) -> None:
        """The time has come to resolve the name again, or it takes too long."""
        if self._lookup is not None:
            self._tell(lost=True)
        else:
            self.look_up()

    def close(self) -> None:
        self._closed = True
        self._deadlines.forget(self)
        for member in self.members:
            member.pool.close()

    async def _resolve(self) -> None:
        host, port = _host_and_port(self.reach.url)
        try:
            found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):  # a name that no resolver can be asked for is a UnicodeError
            found = []
        self._lookup = None
        addresses = dict.fromkeys(str(address[0]) for *_, address in found)
        self._tell(lost=not addresses)
        if addresses:
            self._follow([_endpoint(self.reach, address) for address in list(addresses)[:MOST]])
        if not self._closed:
            self._deadlines.watch(self, self._deadlines.now + AGAIN)

    def _follow(self, endpoints: list[Endpoint]) -> None:
        """Use these endpoints and no others."""
        before = {member.pool.endpoint: member for member in self.members}
        self.members = tuple(before.get(endpoint) or self._member(endpoint) for endpoint in endpoints)
        self.only = self.members[0] if len(self.members) == 1 else None
        for member in {*before.values(), *self.members}:
            if self._closed or member not in self.members:
                member.pool.close()

    def _member(self, endpoint: Endpoint) -> Member:
        return Member(Pool(endpoint, self._deadlines, self._trust, self.reach.leniency), authority_of(self.reach.url))

    def _tell(self, *, lost: bool) -> None:
        """Say in the log that the name is not found, once, and that it is found again."""
        if lost != self._lost:
            self._lost = lost
            (_log.warning if lost else _log.info)("name not found" if lost else "name found again", name=self.name)


def name_of(url: str) -> str:
    """Host and port, or the socket, of a target's URL."""
    return url if url.startswith(_UNIX) else str(Endpoint(*_host_and_port(url)))


def authority_of(url: str) -> bytes:
    """The name of a target's own, for Host (RFC 9110 section 7.2); a socket has none but this machine's."""
    return b"localhost" if url.startswith(_UNIX) else urlsplit(url).netloc.encode("ascii")


def _host_and_port(url: str) -> tuple[str, int]:
    parts = urlsplit(url)
    return parts.hostname or "", parts.port or _PORTS[parts.scheme]


def _fixed(reach: Reach) -> Endpoint | None:
    """The endpoint of a URL that has to be resolved by nobody."""
    if reach.url.startswith(_UNIX):
        return Endpoint("", 0, path=reach.url.removeprefix(_UNIX))
    host = _host_and_port(reach.url)[0]
    try:
        ip_address(host)
    except ValueError:
        return None
    return _endpoint(reach, host)


def _endpoint(reach: Reach, address: str) -> Endpoint:
    host, port = _host_and_port(reach.url)
    asked_for = (reach.tls.server_name if reach.tls is not None else None) or host
    return Endpoint(address, port, asked_for if reach.is_secure else None)
