"""Connections to one endpoint: idle ones are used again, the latest first; a stale one is never offered to a write."""

from __future__ import annotations

import asyncio
import math
import ssl
from dataclasses import dataclass
from typing import Final

import structlog

from facade.problem import Refusal
from facade.wire import descriptors, refusals
from facade.wire.deadlines import TICK, Deadlines
from facade.wire.descriptors import Wants, is_shortage
from facade.wire.leniency import STRICT, Leniency
from facade.wire.trust import Trust
from facade.wire.upstream import Upstream

CONNECT: Final = 5.0
"""Seconds to connect; a neighbour answers in milliseconds, a host that is down never."""

_IDLE: Final = 30.0
"""Seconds a connection may wait in the pool; old servers close theirs after 15 to 75 without a word."""

_FRESH: Final = 1.0 - TICK
"""Seconds within which an idle connection may take a request that must not be repeated: the older it is, the likelier
the target is closing it at this very moment. A second at the most, and the wheel's clock may be a tick behind."""

_DEATHS: Final = 10
"""Connections that may die just as they are used again, which is a race that anybody may lose. A target that does it
more often closes its connections without a word, and gets each call on a new one, so that none has to be repeated."""

_FORGIVEN: Final = 10.0
"""Seconds until one such death is forgiven: calls are repeated six times a minute at most, however many come."""

_DOUBTED: Final = 600.0
"""Seconds in which no connection is used again to an endpoint that said more than its answer. What comes a moment too
late to be seen would go to the next caller, who may be somebody else (RFC 9112 section 9.2)."""

_KEPT: Final = 256
"""Idle connections kept for one endpoint; beyond that a burst has passed and they only cost the target."""


_log = structlog.get_logger("facade.wire")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a target listens: an address and a port, or the `path` of a Unix socket.

    `server_name` is the name that its certificate must carry, where it is reached by TLS.
    """

    host: str
    port: int
    server_name: str | None = None
    path: str = ""

    def __str__(self) -> str:
        if self.path:
            return f"unix:{self.path}"
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


class Pool:
    """The connections of one endpoint. It is reached by TLS where there is a `trust`."""

    def __init__(
        self,
        endpoint: Endpoint,
        deadlines: Deadlines,
        trust: Trust | None = None,
        leniency: Leniency = STRICT,
    ) -> None:
        self.endpoint = endpoint
        self._deadlines = deadlines
        self._trust = trust
        self._leniency = leniency
        self._idle: list[Upstream] = []
        self._open: set[Upstream] = set()
        self._connecting = 0
        self._closed = False
        self._deaths = 0.0
        self._died_at = 0.0
        self._doubted_until = -math.inf

    def __repr__(self) -> str:
        return f"<Pool {self.endpoint} open={len(self._open)} idle={len(self._idle)}>"

    @property
    def busy(self) -> int:
        """How many requests are in flight: connections that are not idle, and those that are still being made."""
        return len(self._open) - len(self._idle) + self._connecting

    def idle(self, *, repeatable: bool) -> Upstream | None:
        """An idle connection, or None; `repeatable` when the request may be sent again should it turn out dead."""
        if self._uses_none_again:
            return None
        limit = _IDLE if repeatable else _FRESH
        while self._idle:
            latest = self._idle.pop()
            is_young = self._deadlines.now - latest.idle_since <= limit
            if is_young and not latest.closing and not latest.has_spoken:
                return latest
            if not (is_young or latest.closing or repeatable):
                self._idle.append(latest)
                return None
            latest.abort()
            if latest.said_more:
                self._doubt()
        return None

    def died(self) -> None:
        """An idle connection died as it was used again."""
        self._deaths = self._unforgiven() + 1.0
        self._died_at = self._deadlines.now
        if self._is_mortal():
            self._let_go()

    @property
    def _uses_none_again(self) -> bool:
        return (self._deaths and self._is_mortal()) or self._deadlines.now < self._doubted_until

    def _doubt(self) -> None:
        """The endpoint said more than its answer: whose is what its next connection says first?"""
        if self._deadlines.now >= self._doubted_until:
            _log.warning("bytes behind an answer", endpoint=str(self.endpoint), mend="mend the target's lengths")
        self._doubted_until = self._deadlines.now + _DOUBTED
        self._let_go()

    def _is_mortal(self) -> bool:
        return self._unforgiven() > _DEATHS

    def _unforgiven(self) -> float:
        return max(0.0, self._deaths - (self._deadlines.now - self._died_at) / _FORGIVEN)

    async def connect(self, until: float) -> Upstream:
        """A new connection, before the moment `until` of the loop's clock.

        A `Refusal` says why there is none: 502 refused or unreachable, 504 too late, 503 if it is for want of our own.
        """
        loop = asyncio.get_running_loop()
        if not descriptors.are_left(Wants.TARGET):
            raise Refusal(refusals.NO_DESCRIPTOR)
        self._connecting += 1
        try:
            async with asyncio.timeout_at(min(loop.time() + CONNECT, until)):
                upstream = await self._made(loop)
        except TimeoutError as error:
            raise Refusal(refusals.CONNECT_LATE) from error
        except ConnectionRefusedError as error:
            raise Refusal(refusals.REFUSED) from error
        except ssl.SSLCertVerificationError as error:
            raise Refusal(refusals.UNTRUSTED) from error
        except OSError as error:  # also ssl.SSLError and socket.gaierror
            raise Refusal(refusals.NO_DESCRIPTOR if is_shortage(error) else refusals.UNREACHABLE) from error
        finally:
            self._connecting -= 1
        if not upstream.closing:
            self._open.add(upstream)
        return upstream

    async def _made(self, loop: asyncio.AbstractEventLoop) -> Upstream:
        endpoint = self.endpoint
        if endpoint.path:
            _, upstream = await loop.create_unix_connection(self._new, endpoint.path)
            return upstream
        context = None if self._trust is None else await self._trust.context()
        name = None if context is None else endpoint.server_name or endpoint.host
        _, upstream = await loop.create_connection(
            self._new, endpoint.host, endpoint.port, ssl=context, server_hostname=name
        )
        return upstream

    def close(self) -> None:
        """No longer keep connections: idle ones end now, others with their answer."""
        self._closed = True
        self._let_go()

    def _let_go(self) -> None:
        while self._idle:
            self._idle.pop().abort()

    def _new(self) -> Upstream:
        return Upstream(self._deadlines, self._release, self._lost, self._leniency)

    def _lost(self, upstream: Upstream) -> None:
        self._open.discard(upstream)
        if upstream in self._idle:
            self._idle.remove(upstream)
        if upstream.said_more:
            self._doubt()

    def _release(self, upstream: Upstream) -> None:
        if self._closed or len(self._idle) >= _KEPT or self._uses_none_again:
            upstream.abort()
        else:
            self._idle.append(upstream)
            self._deadlines.watch(upstream, self._deadlines.now + _IDLE)
