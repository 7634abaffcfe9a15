"""Metrics: what the data plane counts and the control plane states, in one object that both are given.

The law of this file: a call on the way of a request costs less than a microsecond and cannot fail; everything slow
waits for a scrape; and a series lives no longer than what it belongs to, so that reloads never make it grow.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Final

from prometheus_client import CollectorRegistry, GCCollector, ProcessCollector, generate_latest

from facade.telemetry import families, information
from facade.telemetry.exposition import SeriesCollector, Source, slices
from facade.telemetry.information import ParityInfo, ProtectionInfo, RouteInfo, SiloInfo, VerdictInfo
from facade.telemetry.series import Counter, Gauge, Histogram, Opened

_SERVER_ERROR: Final = "5xx"


class Metrics:
    """Every metric of one running facade, changed on its event loop only.

    `reasons` are all the reasons a refusal can have. `registry` shows the same series to `prometheus_client`.
    """

    def __init__(self, version: str, reasons: Iterable[str]) -> None:
        self._requests = Opened(families.REQUESTS, Counter)
        self._request_seconds = Opened(families.REQUEST_SECONDS, Histogram)
        self._target_seconds = Opened(families.TARGET_SECONDS, Histogram)
        self._in_flight = Opened(families.IN_FLIGHT, Gauge)
        self._tunnels = Opened(families.TUNNELS, Counter)
        self._tunnel_bytes = Opened(families.TUNNEL_BYTES, Counter)
        self._fallbacks = Opened(families.FALLBACKS, Counter)
        self._shadow = Opened(families.SHADOW, Counter)
        self._refused = Opened(families.REFUSED, Counter)
        self._brownouts = Opened(families.BROWNOUTS, Counter)
        self._retries = Opened(families.RETRIES, Counter)
        self._rewrites = Opened(families.REWRITES, Counter)
        self._leaked_urls = Opened(families.LEAKED_URLS, Counter)
        self._moves = Opened(families.MOVES, Counter)
        self._silo_last_call = Opened(families.SILO_LAST_CALL, Gauge)
        self._reloads = Opened(families.RELOADS, Counter)
        self._unkept = Opened(families.UNKEPT, Counter)
        self._unmatched = Counter(families.UNMATCHED, ())
        self._rejected = Gauge(families.REJECTED, ())
        self._loop_lag = Gauge(families.LOOP_LAG, (), 0.0)
        self._build = Gauge(families.BUILD, (version,), 1)
        self._revision = ""
        self._routes: tuple[RouteInfo, ...] = ()
        self._silos: tuple[SiloInfo, ...] = ()
        self._protections: Callable[[], Iterable[ProtectionInfo]] = tuple
        self._parities: Callable[[], Iterable[ParityInfo]] = tuple
        self._verdicts: Callable[[], Iterable[VerdictInfo]] = tuple
        self._open_fixed_sets(reasons)
        self._process = CollectorRegistry()
        ProcessCollector(registry=self._process)
        GCCollector(registry=self._process)
        self.registry = CollectorRegistry()
        self.registry.register(SeriesCollector(self._sources))

    def _open_fixed_sets(self, reasons: Iterable[str]) -> None:
        """A counter that starts at 0 lets a query see its first step; one that appears at 1 hides it."""
        for reason in (*sorted(reasons), families.OTHER):
            self._refused[reason,].value = 0
        for result in families.RELOAD_RESULTS:
            self._reloads[result,].value = 0
        for what in families.KEPT:
            self._unkept[what,].value = 0

    # The way of a request: no branch, no lock, nothing that can fail.

    def request(self, route: str, stage: str, side: str, code: str, seconds: float) -> None:
        """Count a finished call; `code` is `Outcome.code`."""
        self._requests[route, stage, side, code].value += 1
        self._request_seconds[route, side].observe(seconds)

    def target(self, target: str, seconds: float) -> None:
        """Count one call of a target."""
        self._target_seconds[target,].observe(seconds)

    def in_flight(self, target: str) -> Gauge:
        """The gauge of calls a target is answering: its holder adds 1 and takes 1 away from `value`."""
        return self._in_flight[target,]

    def retries(self, target: str) -> Counter:
        """The counter of a target's calls that were sent once more. It is at 0 from the first."""
        return self._retries[target,]

    def silo_called(self, silo: str, now: float) -> None:
        """Remember when a silo was last called, `now` in seconds of Unix time."""
        self._silo_last_call[silo,].value = now

    def tunnel(self, route: str, why: str, sent: int, received: int) -> None:
        """Count a tunnel that ended: `why`, and the bytes that the client sent and received."""
        self._tunnels[route, why].value += 1
        self._tunnel_bytes[route, "sent"].value += sent
        self._tunnel_bytes[route, "received"].value += received

    def fallback(self, route: str) -> None:
        """Count a call that legacy answered because the platform failed."""
        self._fallbacks[route,].value += 1

    def shadowed(self, route: str, result: str) -> None:
        """Count what came of a call that was to be compared."""
        self._shadow[route, result].value += 1

    def refused(self, reason: str) -> None:
        """Count an error that the facade itself answered; a reason it was not made with is `other`."""
        self._refused[reason if (reason,) in self._refused else families.OTHER,].value += 1

    def browned_out(self, route: str) -> None:
        """Count a call that a planned brown-out refused."""
        self._brownouts[route,].value += 1

    def unmatched(self) -> None:
        """Count a call that no route covers."""
        self._unmatched.value += 1

    def rewritten(self, target: str, field: str) -> None:
        """Count a field of an answer that named its target; `field` is one of `families.REWRITTEN`."""
        self._rewrites[target, field].value += 1

    def leaked_urls(self, silo: str) -> Counter:
        """The counter of a silo's addresses in its bodies. It is at 0 once a body was looked at and held none."""
        return self._leaked_urls[silo,]

    # The control plane.

    def configured(
        self, revision: str, routes: Sequence[RouteInfo], silos: Sequence[SiloInfo], targets: Collection[str]
    ) -> None:
        """State what serves from now on, and close the series of every route, silo and target that is no more.

        A call that is still running on the table before may open a series again; the next reload closes it.
        """
        self._revision = revision
        self._routes = tuple(routes)
        self._silos = tuple(silos)
        names = {route.name for route in routes}
        self._requests.keep(names)
        self._request_seconds.keep(names)
        self._tunnels.keep(names)
        self._tunnel_bytes.keep(names)
        self._fallbacks.keep(names)
        self._shadow.keep(names)
        self._brownouts.keep(names)
        self._moves.keep(names)
        self._silo_last_call.keep({silo.name for silo in silos})
        self._leaked_urls.keep({silo.name for silo in silos})
        self._target_seconds.keep(set(targets))
        self._retries.keep(set(targets))
        self._rewrites.keep(set(targets))
        self._in_flight.keep({*targets, *(labels[0] for labels, gauge in self._in_flight.items() if gauge.value)})

    def protected_by(self, protections: Callable[[], Iterable[ProtectionInfo]]) -> None:
        """Ask here, at each scrape, what stands before the targets."""
        self._protections = protections

    def compared_by(self, parities: Callable[[], Iterable[ParityInfo]]) -> None:
        """Ask here, at each scrape, what the comparisons of routes came to."""
        self._parities = parities

    def judged_by(self, verdicts: Callable[[], Iterable[VerdictInfo]]) -> None:
        """Ask here, at each scrape, what guards say of their routes."""
        self._verdicts = verdicts

    def moved(self, route: str, cause: str) -> None:
        """Count a change of a route's stage or share; `cause` is one of `families.CAUSES`, else ValueError."""
        if cause not in families.CAUSES:
            raise ValueError(f"facade_moves_total: unknown cause {cause!r}; use one of {sorted(families.CAUSES)}")
        self._moves[route, cause].value += 1

    def reloaded(self, result: str) -> None:
        """Count a reload; `result` is one of `families.RELOAD_RESULTS`, else ValueError."""
        if result not in families.RELOAD_RESULTS:
            raise ValueError(f"facade_config_reloads_total: unknown result {result!r}; use {families.RELOAD_RESULTS}")
        self._reloads[result,].value += 1
        self._rejected.value = int(result == "rejected")

    def unkept(self, what: str) -> None:
        """Count that one of `families.KEPT` could not be written."""
        self._unkept[what,].value += 1

    def loop_lag(self, seconds: float) -> None:
        """State how late the event loop was."""
        self._loop_lag.value = seconds

    # Reading.

    def counts(self, route: str) -> Mapping[str, int]:
        """Finished calls of a route by the side that answered, every side named."""
        return {side: self._answered(route, side) for side in families.SIDES}

    def _answered(self, route: str, side: str) -> int:
        seconds = self._request_seconds.get((route, side))
        return seconds.count if seconds is not None else 0

    def latencies(self, route: str) -> Mapping[str, Sequence[int]]:
        """How many calls of a route took how long, by the side that answered: a count for each bound and beyond."""
        found = {side: self._request_seconds.get((route, side)) for side in families.SIDES}
        return {side: tuple(seconds.buckets) for side, seconds in found.items() if seconds is not None}

    def asked(self) -> Mapping[str, int]:
        """Calls of each target that was asked anything, whatever route they came by, or none."""
        return {labels[0]: seconds.count for labels, seconds in self._target_seconds.items()}

    def answering(self) -> Mapping[str, int]:
        """Calls that each target is answering now, of those that were asked anything."""
        return {labels[0]: int(gauge.value) for labels, gauge in self._in_flight.items()}

    def errors(self, route: str) -> Mapping[str, int]:
        """Calls of a route answered with a server error (5xx), by the side that answered, every side named."""
        return {side: self._failed(route, side) for side in families.SIDES}

    def _failed(self, route: str, side: str) -> int:
        every = (self._requests.get((route, stage, side, _SERVER_ERROR)) for stage in families.STAGES)
        return sum(int(counter.value) for counter in every if counter is not None)

    async def render(self, pause: Callable[[], Awaitable[None]]) -> AsyncIterator[bytes]:
        """Yield the whole text of a scrape in slices, giving the loop back by `pause` after each.

        The process's own figures come last, from a thread: they are read from /proc, and a process with 10,000
        connections has as many entries there.
        """
        for piece in slices(self._sources()):
            yield piece
            await pause()
        yield await asyncio.to_thread(generate_latest, self._process)

    def _told(self) -> list[RouteInfo]:
        """The routes that saw traffic, and those that are not where their files say: nobody asks about others."""
        seen = {labels[0] for labels in self._request_seconds}
        return [route for route in self._routes if route.name in seen or route.differs_from_file]

    def _sources(self) -> Iterator[Source]:
        """Every family with its series. Each list is copied when its turn comes: a pause may change the original."""
        for opened in (self._requests, self._request_seconds, self._target_seconds, self._in_flight):
            yield opened.family, list(opened.values())
        for opened in (
            self._tunnels,
            self._tunnel_bytes,
            self._fallbacks,
            self._shadow,
            self._refused,
            self._brownouts,
            self._retries,
            self._rewrites,
            self._leaked_urls,
            self._moves,
        ):
            yield opened.family, list(opened.values())
        for opened in (self._silo_last_call, self._reloads, self._unkept):
            yield opened.family, list(opened.values())
        yield families.UNMATCHED, (self._unmatched,)
        yield families.REJECTED, (self._rejected,)
        yield families.WAITING, information.waiting(self._protections())
        yield families.BREAKER_STATE, information.breaker_state(self._protections())
        yield families.PARITY, information.parity(self._parities())
        yield families.COMPARED, information.compared(self._parities())
        yield families.GUARD_VERDICT, information.guard_verdict(self._verdicts())
        yield families.GUARD_MEASURED, information.guard_measured(self._verdicts())
        yield families.GUARD_LIMIT, information.guard_limit(self._verdicts())
        routes = self._told()
        yield families.DIFFERS_FROM_FILE, information.differs_from_file(routes)
        yield families.ROUTE_INFO, information.route_info(routes)
        yield families.ROUTE_STAGE, information.route_stage(routes)
        yield families.ROUTE_SHARE, information.route_share(routes)
        yield families.SILO_SWITCH_OFF, information.silo_switch_off(self._silos)
        yield families.REVISION, (Gauge(families.REVISION, (self._revision,), 1),)
        yield families.LOOP_LAG, (self._loop_lag,)
        yield families.BUILD, (self._build,)
