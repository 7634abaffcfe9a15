"""Logs: structlog to standard output, one JSON line an event, with `timestamp` (UTC), `level` and `event` first.

The law of this file: a line names what the operator named (routes, silos, files) and what the facade made (identifiers,
figures), never what a caller or a silo sent. A library's record therefore appears from `warning` up only, and as its
unformatted message: what it would fill in may be anybody's.
"""

from __future__ import annotations

import atexit
import io
import logging
import sys
from collections.abc import Mapping
from typing import Any, Final

import structlog
from structlog import processors
from structlog.typing import EventDict

from facade.telemetry import rendering
from facade.telemetry.lines import Lines, Stream

_STDOUT: Final = 1

_LAST_LINES: Final = 1.0
"""Seconds that a process which ends waits for the reader of its last lines."""

_SERVER_ERROR: Final = 500

_requests = structlog.get_logger("facade.requests")


class Output:
    """What structlog writes to: the current `Lines`, under a logger's name."""

    lines: Lines | None = None

    def __init__(self, name: str | None = None, *_: object) -> None:
        self.name = name

    def write(self, line: bytes) -> None:
        """Hand one line over."""
        if Output.lines is not None:
            Output.lines.put(line)

    debug = info = warning = error = critical = write


class LibraryRecords(logging.Handler):
    """Records of the standard library's logging, in the same shape as the facade's own events."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write the record's template. Of asyncio's records, which come filled in, only the first line is one."""
        message = record.msg if isinstance(record.msg, str) else type(record.msg).__qualname__
        log = structlog.get_logger(record.name)
        log.log(record.levelno, message.partition("\n")[0], exc_info=record.exc_info)


def configure(level: str, stream: Stream | None = None) -> None:
    """Send every event from `level` up (`debug`, `info`, `warning`, `error`) to `stream`.

    None is standard output, or, when called again, wherever the lines go already.
    """
    threshold = logging.getLevelNamesMapping()[level.upper()]
    debug = threshold <= logging.DEBUG
    if stream is not None or Output.lines is None:
        stop(_LAST_LINES)
        Output.lines = Lines(stream or io.FileIO(_STDOUT, "w", closefd=False), _lost)
    structlog.configure(
        processors=[_named, processors.add_log_level, processors.TimeStamper("iso"), _Render(debug)],
        wrapper_class=structlog.make_filtering_bound_logger(threshold),
        logger_factory=Output,
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(level=logging.WARNING, handlers=[LibraryRecords(logging.WARNING)], force=True)


def stop(seconds: float) -> None:
    """Write what waits, within `seconds`, and nothing from then on."""
    if Output.lines is not None:
        Output.lines.close(seconds)
        Output.lines = None


atexit.register(stop, _LAST_LINES)


def request_line(
    *,
    request_id: str,
    trace_id: str,
    method: str,
    route: str | None,
    stage: str | None,
    side: str,
    status: int | None,
    seconds: float,
    reason: str,
    complete: bool,
    error: str = "",
    detail: str = "",
    tunnel: Mapping[str, object] | None = None,
) -> None:
    """Write the line of one finished call; the fields are those of `Outcome`. A failed one is a warning.

    Of a `tunnel`: why it ended, and the bytes that the client sent and received.
    """
    said = {name: text for name, text in (("error", error), ("detail", detail)) if text}
    failed = status is None or status >= _SERVER_ERROR or not complete
    (_requests.warning if failed else _requests.info)(
        "request",
        request_id=request_id,
        trace_id=trace_id,
        method=method,
        route=route,
        stage=stage,
        side=side,
        status=status,
        seconds=round(seconds, 6),
        reason=reason,
        complete=complete,
        **said,
        **(tunnel or {}),
    )


def refusal_line(*, request_id: str, status: int, reason: str) -> None:
    """Write the line of what came and was no request that could be read."""
    _requests.info("refused", request_id=request_id, status=status, reason=reason)


def sampled(share: float, draw: float) -> bool:
    """Whether a call gets a line: `share` is 0 to 1, `draw` a number drawn from [0, 1) for this call."""
    return draw < share


def _named(logger: Output, _method: str, event: EventDict) -> EventDict:
    if logger.name is not None:
        event["logger"] = logger.name
    return event


def _lost(count: int) -> bytes:
    return rendering.line({"level": "warning", "event": "log lines dropped", "count": count}, debug=False)


class _Render:
    """The last processor: an event becomes bytes."""

    def __init__(self, debug: bool) -> None:
        self._debug = debug

    def __call__(self, _logger: Output, _method: str, event: EventDict) -> bytes:
        error = _error(event.pop("exc_info", None))
        if error is not None:
            event["exception"] = error
        return rendering.line(event, debug=self._debug)


def _error(exc_info: Any) -> BaseException | None:
    """The exception that `exc_info` stands for: itself, a triple, or True for the one being handled."""
    if isinstance(exc_info, BaseException):
        return exc_info
    if isinstance(exc_info, tuple):
        return exc_info[1] if isinstance(exc_info[1], BaseException) else None
    return sys.exception() if exc_info else None
