"""What became of a call, written down once it is over: metrics always, a log line by sample or because it failed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from facade.outcomes import Outcome
from facade.proxy.passage import Passage
from facade.snapshot import RequestLog
from facade.telemetry.logs import request_line, sampled
from facade.telemetry.metrics import Metrics

_ERROR: Final = 400
"""Statuses from here on are errors that a silo, a service or the facade answered; the log names each once."""


class Recorder:
    """Writes down outcomes. `draw` gives a number of [0, 1) for each call."""

    def __init__(self, metrics: Metrics, draw: Callable[[], float]) -> None:
        self._metrics = metrics
        self._draw = draw

    def record(self, passage: Passage, outcome: Outcome, log: RequestLog) -> None:
        if outcome.route is not None and outcome.stage is not None:
            self._metrics.request(outcome.route, outcome.stage, outcome.side, outcome.code, outcome.seconds)
        failed = outcome.status is None or outcome.status >= _ERROR or not outcome.complete
        if (failed and log.errors) or sampled(log.requests, self._draw()):
            _write(passage, outcome)


def _write(passage: Passage, outcome: Outcome) -> None:
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
    )
