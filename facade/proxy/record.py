"""What became of a call, written down once it is over: metrics always, a log line by sample or because it failed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from facade.outcomes import Outcome, Outcomes
from facade.problem import Problem
from facade.proxy.passage import Chance, Passage
from facade.snapshot import RequestLog
from facade.telemetry.logs import refusal_line, request_line, sampled
from facade.telemetry.metrics import Metrics
from facade.telemetry.request_ids import mint

_ERROR: Final = 400
"""Statuses from here on are errors that a silo, a service or the facade answered; the log names each once."""


class Recorder:
    """Writes down outcomes, those of guarded routes for the control plane too.

    `draw` gives a number of [0, 1) for each call, `chance` random bytes.
    """

    def __init__(self, metrics: Metrics, outcomes: Outcomes, draw: Callable[[], float], chance: Chance) -> None:
        self._metrics = metrics
        self._outcomes = outcomes
        self._draw = draw
        self._chance = chance

    def record(self, passage: Passage, outcome: Outcome, log: RequestLog) -> None:
        if outcome.route is not None and outcome.stage is not None:
            self._metrics.request(outcome.route, outcome.stage, outcome.side, outcome.code, outcome.seconds)
            if passage.route is not None and passage.route.guard is not None:
                self._outcomes.add(outcome)
        failed = outcome.status is None or outcome.status >= _ERROR or not outcome.complete
        if (failed and log.errors) or passage.tunnel is not None or sampled(log.requests, self._draw()):
            _write(passage, outcome)

    def refused(self, problem: Problem, request_id: str, log: RequestLog) -> str:
        """What came was refused on the wire; returns the id that its answer names.

        One that has an id already has been a request, which has its line.
        """
        self._metrics.refused(problem.reason)
        if request_id:
            return request_id
        request_id = mint(self._chance)
        if log.errors:
            refusal_line(request_id=request_id, status=problem.status, reason=problem.reason)
        return request_id


def _write(passage: Passage, outcome: Outcome) -> None:
    tunnel = passage.tunnel
    request_line(
        request_id=passage.request_id(),
        trace_id=passage.trace.trace_id,
        method=passage.method,
        route=outcome.route,
        stage=outcome.stage,
        side=outcome.side,
        status=outcome.status,
        seconds=outcome.seconds,
        reason=outcome.reason,
        complete=outcome.complete,
        error=outcome.error or ("left" if outcome.left and not outcome.complete and tunnel is None else ""),
        detail=outcome.detail,
        tunnel=None if tunnel is None else {"why": tunnel.why, "sent": tunnel.sent, "received": tunnel.received},
    )
