"""A silo or an external behind its adapter: a request becomes a `Call`, an `Answer` becomes a `Reply`."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from dataclasses import replace
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import parse_qsl, unquote

import structlog

from facade.formats import JsonObject
from facade.port import Adapter, Answer, BadArgument, Call, SiloError
from facade.problem import Problem, Refusal
from facade.targets.request import Request
from facade.targets.target import Target
from facade.telemetry.series import Gauge
from facade.wire import refusals
from facade.wire.body import Body
from facade.wire.descriptors import is_shortage
from facade.wire.message import EXPECT, HTTP_1_1, TRACEPARENT, Field, ResponseHead, block
from facade.wire.reply import Reply

_BODY: Final = 1024 * 1024
"""Bytes of a request's body for an adapter, which needs it whole; a form or a record has kilobytes."""

_QUERY_FIELDS: Final = 256
"""Fields of one query; more is an attack on the parser."""

_GRACE: Final = 0.25
"""Seconds an adapter has to give up by itself, with a better sentence than a time-out from outside."""

_CONTINUE: Final = ResponseHead(100, b"Continue", HTTP_1_1, b"")
"""An adapter needs the whole body, so the facade itself asks for it (RFC 9110 section 10.1.1)."""

_log = structlog.get_logger("facade.targets")

Clock = Callable[[], float]


class SiloTarget(Target):
    """One operation of an adapted silo, or of an external. `patience` bounds a call, in seconds.

    An external's adapter is asked once, and told nothing of how the facade follows the call.
    """

    def __init__(
        self,
        name: str,
        operation: str,
        adapter: Adapter,
        in_flight: Gauge,
        *,
        patience: float,
        clock: Clock,
        is_external: bool = False,
    ) -> None:
        self.name = name
        self.silo = None if is_external else name
        self.is_external = is_external
        self.operation = operation
        self.in_flight = in_flight
        self._adapter = adapter
        self._patience = patience
        self._clock = clock

    def __repr__(self) -> str:
        return f"<SiloTarget {self.name}.{self.operation}>"

    async def prepare(self, request: Request) -> None:
        if request.body.ended:
            return
        if b"100-continue" in request.head.tokens(EXPECT):
            request.interim(_CONTINUE)
        request.body = Body.whole(await request.body.collect(_BODY))

    async def ask(self, request: Request) -> Reply:
        await self.prepare(request)
        body = await request.body.collect(_BODY)
        deadline = min(request.until, self._clock() + self._patience)
        call = _call(request, self.operation, body, deadline)
        if self.is_external:
            call = replace(call, once=True, request_id="", traceparent="")
        try:
            # The adapter keeps the deadline itself; the time-out is for one that does not.
            async with asyncio.timeout_at(deadline + _GRACE):
                return _reply(await self._adapter.call(call), asked_head=request.head.method == b"HEAD")
        except BadArgument as error:
            raise Refusal(replace(refusals.BAD_ARGUMENT, detail=str(error))) from error
        except SiloError as error:
            raise Refusal(refusals.NO_DESCRIPTOR if is_shortage(error) else self._problem(error)) from error
        except TimeoutError as error:
            raise Refusal(refusals.LATE) from error
        except asyncio.CancelledError as error:
            if _is_cancelled():
                raise
            raise Refusal(self._failed(error)) from error
        except (Exception, SystemExit, KeyboardInterrupt) as error:  # the latter two would end the sidecar
            raise Refusal(self._failed(error)) from error

    def _failed(self, error: BaseException) -> Problem:
        """What is told of an adapter's own defect, once it is logged by its kind."""
        _log.error("adapter failed", silo=self.name, operation=self.operation, error=type(error).__name__)
        return refusals.NONSENSE

    def _problem(self, error: SiloError) -> Problem:
        """The family's place in the table of refusals, with the adapter's own sentence; else the silo's own no."""
        if not _can_be_told(error):
            return self._failed(error)
        detail = f"{self.name}.{self.operation}: {error.detail.removeprefix(f'{self.operation}: ')}"
        known = _KINDS.get((error.status, error.error))
        if known is None:
            return replace(refusals.SILO_SAYS_NO, status=error.status, detail=detail, error=error.error or None)
        return replace(known, detail=detail, retry_after=error.retry_after or known.retry_after)


_BODYLESS: Final = frozenset({204, 304})
"""Answers that never have a body (RFC 9110 sections 15.3.5 and 15.4.5)."""

_PHRASES: Final = {status.value: status.phrase.encode("ascii") for status in HTTPStatus}

_FIELD_NAME: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")

_ERROR_NAME: Final = re.compile(r"[a-z_]*")
"""A Proxy-Status error's name (RFC 9209 section 2.3); none where it is the silo's own no."""

_FRAMING: Final = frozenset({"content-length", "transfer-encoding", "connection"})
"""Fields that are the facade's to write, whatever an adapter says."""

_KINDS: Final = {
    (502, "destination_unavailable"): refusals.UNREACHABLE,
    (504, "http_response_timeout"): refusals.LATE,
    (503, "connection_limit_reached"): refusals.FULL,
    (503, "destination_unavailable"): refusals.CLOSED,
    (502, "http_protocol_error"): refusals.NONSENSE,
}


def _call(request: Request, operation: str, body: bytes, deadline: float) -> Call:
    try:
        path = {name: unquote(value, errors="strict") for name, value in request.parameters.items()}
        query = _grouped(
            parse_qsl(
                request.query[1:].decode("ascii"),
                keep_blank_values=True,
                errors="strict",
                max_num_fields=_QUERY_FIELDS,
            )
        )
    except ValueError as error:  # escapes that are not UTF-8, or too many fields
        raise Refusal(refusals.BAD_TARGET) from error
    headers = _grouped(
        [(name.lower().decode("ascii"), value.decode("latin-1")) for name, value in request.head.fields()]
    )
    return Call(
        operation=operation,
        method=request.head.method.decode("ascii"),
        deadline=deadline,
        path=path,
        query=query,
        headers=headers,
        body=body,
        document=JsonObject(body),
        request_id=request.trace_id,
        traceparent=(request.traceparent or request.head.get(TRACEPARENT) or b"").decode("latin-1"),
    )


def _grouped(pairs: list[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    grouped: dict[str, tuple[str, ...]] = {}
    for name, value in pairs:
        grouped[name] = (*grouped.get(name, ()), value)
    return grouped


def _is_cancelled() -> bool:
    """Whether somebody wants this call to end; else it was the adapter that lost a task of its own."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def _can_be_told(error: Any) -> bool:
    """Whether the error is one of the port's: anything else in these fields would end in a header of the answer."""
    seconds = error.retry_after
    return (
        isinstance(error.detail, str)
        and type(error.status) is int
        and 400 <= error.status <= 599
        and _ERROR_NAME.fullmatch(error.error) is not None
        and (seconds is None or (type(seconds) is int and seconds >= 0))
    )


def _reply(answer: Answer, *, asked_head: bool) -> Reply:
    """An answer that is none is the adapter's defect: ValueError or TypeError."""
    if not 200 <= answer.status <= 599:
        raise ValueError("an answer's status lies between 200 and 599")
    if not isinstance(answer.body, bytes):
        raise TypeError("an answer's body is bytes")
    bodyless = answer.status in _BODYLESS
    fields = [_field(*field) for field in answer.headers]
    if not bodyless:
        fields.append((b"Content-Length", b"%d" % len(answer.body)))
    head = ResponseHead(answer.status, _PHRASES.get(answer.status, b""), HTTP_1_1, block(fields))
    return Reply(head, Body.whole(b"" if bodyless or asked_head else answer.body))


def _field(name: str, value: str) -> Field:
    if _FIELD_NAME.fullmatch(name) is None or name.lower() in _FRAMING or not value.isprintable():
        raise ValueError("a field that an adapter may not send")
    return name.encode("ascii"), value.encode("latin-1")
