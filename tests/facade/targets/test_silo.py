"""A silo behind its adapter: what of a request becomes the call, and what of an answer becomes the reply."""

from __future__ import annotations

import asyncio
import errno
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import pytest
from calls import request_of
from far_end import settle
from structlog.testing import capture_logs

from facade.port import (
    Adapter,
    Answer,
    BadArgument,
    Call,
    SiloClosed,
    SiloError,
    SiloFull,
    SiloLate,
    SiloNonsense,
    SiloSaysNo,
    SiloUnreachable,
)
from facade.problem import Problem, Refusal
from facade.targets.request import Request
from facade.targets.silo import SiloTarget
from facade.telemetry.metrics import Metrics
from facade.wire import refusals
from facade.wire.body import Body
from facade.wire.deadlines import NEVER
from facade.wire.framing import CHUNKED
from facade.wire.message import name
from facade.wire.reply import Reply

Act = Callable[[Call], Awaitable[Answer]]


class Register(Adapter):
    """An adapter that keeps its calls and does as it is told."""

    def __init__(self, act: Act | Answer | BaseException) -> None:
        self.calls: list[Call] = []
        self.cancelled = 0
        self._act = act

    async def call(self, call: Call) -> Answer:
        self.calls.append(call)
        if isinstance(self._act, BaseException):
            raise self._act
        if isinstance(self._act, Answer):
            return self._act
        try:
            return await self._act(call)
        except asyncio.CancelledError:
            self.cancelled += 1
            raise

    async def close(self) -> None: ...


def now() -> float:
    return asyncio.get_running_loop().time()


def target_of(adapter: Adapter, patience: float = 10.0, *, is_external: bool = False) -> SiloTarget:
    in_flight = Metrics("1", []).in_flight("registry")
    return SiloTarget(
        "registry", "get-title", adapter, in_flight, patience=patience, clock=now, is_external=is_external
    )


async def called(request: Request) -> Call:
    register = Register(Answer(200))
    await target_of(register).ask(request)
    (call,) = register.calls
    return call


async def answered(answer: Answer, method: bytes = b"GET") -> Reply:
    return await target_of(Register(answer)).ask(request_of(method))


async def refused(act: Act | Answer | BaseException, request: Request | None = None, **more: Any) -> Problem:
    with pytest.raises(Refusal) as refusal:
        await target_of(Register(act), **more).ask(request or request_of())
    return refusal.value.problem


# The call


async def test_a_call_is_what_was_sent_decoded_once_and_grouped() -> None:
    call = await called(
        request_of(
            b"POST",
            b"/titles/%2541?q=a+b&q=%C3%A9&empty=&flag&a%3D=%26",
            (b"X-One", b"1"),
            (b"x-ONE", b"\xe9"),
            (b"Content-Type", b"application/json"),
            body=Body.whole(b'{"amount": 1}'),
            parameters={"number": "%2541", "rest": "a/%C3%A9"},
            trace_id="abc",
            traceparent=b"00-made",
        )
    )
    assert (call.operation, call.method, call.body) == ("get-title", "POST", b'{"amount": 1}')
    assert call.path == {"number": "%41", "rest": "a/\u00e9"}
    assert call.query == {"q": ("a b", "\u00e9"), "empty": ("",), "flag": ("",), "a=": ("&",)}
    assert call.headers == {"x-one": ("1", "\u00e9"), "content-type": ("application/json",)}
    assert dict(call.document) == {"amount": 1}
    assert (call.request_id, call.traceparent) == ("abc", "00-made")


async def test_the_callers_own_trace_goes_along_where_none_was_made() -> None:
    assert (await called(request_of(b"GET", b"/", (b"Traceparent", b"00-own")))).traceparent == "00-own"
    assert (await called(request_of())).traceparent == ""


async def test_an_external_is_asked_once_and_told_nothing_of_how_the_call_is_followed() -> None:
    register = Register(Answer(200))
    fields = (b"Traceparent", b"00-own")
    await target_of(register, is_external=True).ask(request_of(b"GET", b"/", fields, trace_id="abc"))
    await target_of(register).ask(request_of(b"GET", b"/", fields, trace_id="abc"))
    outside, inside = register.calls
    assert (outside.once, outside.request_id, outside.traceparent) == (True, "", "")
    assert (inside.once, inside.request_id, inside.traceparent) == (False, "abc", "00-own")


async def test_a_calls_deadline_is_the_silos_patience_or_the_routes_end_whichever_is_sooner() -> None:
    before = now()
    call = await called(request_of(until=NEVER))
    assert before + 10 <= call.deadline <= now() + 10
    assert (await called(request_of(until=before + 1))).deadline == before + 1


@pytest.mark.parametrize(
    ("target", "parameters"),
    [(b"/?q=%ff", {}), (b"/?" + b"a&" * 300, {}), (b"/", {"number": "%ff"})],
    ids=["query", "many fields", "path"],
)
async def test_what_cannot_be_decoded_is_the_callers_mistake(target: bytes, parameters: Mapping[str, str]) -> None:
    problem = await refused(Answer(200), request_of(b"GET", target, parameters=parameters))
    assert problem is refusals.BAD_TARGET


async def test_a_body_is_waited_for_and_given_whole() -> None:
    register = Register(Answer(200))
    body = Body(CHUNKED)
    asking = asyncio.ensure_future(target_of(register).ask(request_of(b"POST", body=body)))
    body.feed(b"one ")
    await settle()
    assert register.calls == []
    body.feed(b"two")
    body.end([])
    await asking
    assert register.calls[0].body == b"one two"


async def test_a_body_that_is_too_large_for_an_adapter_is_refused_before_the_silo_is_asked() -> None:
    register = Register(Answer(200))
    with pytest.raises(Refusal) as refusal:
        await target_of(register).ask(request_of(b"POST", body=Body.whole(b"x" * (1024 * 1024 + 1))))
    assert refusal.value.problem is refusals.BODY_TOO_LARGE
    assert register.calls == []


@pytest.mark.parametrize(
    ("expect", "here", "told"),
    [(b"100-continue", False, [100]), (b"100-Continue", False, [100]), (b"100-continue", True, []), (b"", False, [])],
)
async def test_a_caller_that_waits_to_be_asked_for_its_body_is_asked(
    expect: bytes, here: bool, told: list[int]
) -> None:
    seen: list[int] = []
    body = Body.whole(b"data") if here else Body(CHUNKED)
    request = request_of(b"POST", b"/", (b"Expect", expect), body=body, interim=lambda head: seen.append(head.status))
    asking = asyncio.ensure_future(target_of(Register(Answer(200))).ask(request))
    await settle()
    assert seen == told
    if not here:
        body.end([])
    await asking
    assert seen == told


# The answer


async def test_an_answer_is_sent_with_its_fields_and_its_length() -> None:
    reply = await answered(
        Answer(
            200, b'{"a": 1}', (("Content-Type", "application/json"), ("X-Caf\u00e9".replace("\u00e9", "e"), "\u00e9"))
        )
    )
    assert (reply.head.status, reply.head.reason) == (200, b"OK")
    assert reply.head.fields() == [
        (b"Content-Type", b"application/json"),
        (b"X-Cafe", b"\xe9"),
        (b"Content-Length", b"8"),
    ]
    assert await reply.body.collect(100) == b'{"a": 1}'


async def test_head_is_told_the_length_and_gets_nothing() -> None:
    reply = await answered(Answer(200, b"body"), b"HEAD")
    assert reply.head.get(name("content-length")) == b"4"
    assert await reply.body.collect(100) == b""


@pytest.mark.parametrize("status", [204, 304])
async def test_an_answer_without_content_has_neither_body_nor_length(status: int) -> None:
    reply = await answered(Answer(status, b"ignored"))
    assert reply.head.get(name("content-length")) is None
    assert await reply.body.collect(100) == b""


async def test_a_status_without_a_phrase_is_sent_without_one() -> None:
    reply = await answered(Answer(299, b""))
    assert (reply.head.status, reply.head.reason) == (299, b"")


@pytest.mark.parametrize(
    "answer",
    [
        Answer(200, b"", (("X-A\r\nEvil", "x"),)),
        Answer(200, b"", (("X-A", "x\r\nEvil: y"),)),
        Answer(200, b"", (("X A", "x"),)),
        Answer(200, b"", (("", "x"),)),
        Answer(200, b"", (("X-\u00e9", "x"),)),
        Answer(200, b"", (("X-A", "\u20ac"),)),
        Answer(200, b"", (("Content-Length", "5"),)),
        Answer(200, b"", (("transfer-encoding", "chunked"),)),
        Answer(200, b"", (("Connection", "close"),)),
        Answer(99),
        Answer(101),
        Answer(600),
        Answer(200, "text"),  # type: ignore[arg-type]  # what a third party's adapter may do all the same
    ],
)
async def test_an_answer_that_cannot_be_sent_is_nonsense_and_logged_without_its_values(answer: Answer) -> None:
    with capture_logs() as events:
        assert await refused(answer) is refusals.NONSENSE
    (event,) = events
    assert event == {
        "event": "adapter failed",
        "log_level": "error",
        "silo": "registry",
        "operation": "get-title",
        "error": event["error"],
    }
    assert event["error"] in {"ValueError", "UnicodeEncodeError", "TypeError"}


# Errors


@pytest.mark.parametrize(
    ("error", "problem"),
    [
        (SiloUnreachable("down"), refusals.UNREACHABLE),
        (SiloLate("late"), refusals.LATE),
        (SiloFull("full"), refusals.FULL),
        (SiloClosed("closed"), refusals.CLOSED),
        (SiloNonsense("what"), refusals.NONSENSE),
        (SiloNonsense("get-title: what"), refusals.NONSENSE),
    ],
)
async def test_a_silos_error_keeps_its_place_in_the_table_and_its_own_sentence_after_the_silos_name(
    error: SiloError, problem: Problem
) -> None:
    told = await refused(error)
    assert (told.status, told.reason, told.error, told.retry_after) == (
        problem.status,
        problem.reason,
        problem.error,
        problem.retry_after,
    )
    assert told.detail == f"registry.get-title: {error.detail.removeprefix('get-title: ')}"


async def test_a_silo_may_say_when_to_come_again() -> None:
    assert (await refused(SiloFull("full", retry_after=30))).retry_after == 30


async def test_the_silos_own_no_is_told_with_its_status() -> None:
    told = await refused(SiloSaysNo(409, "conflict"))
    assert (told.status, told.reason, told.proxy_status) == (409, "silo_says_no", "facade")
    assert told.detail == "registry.get-title: conflict"


async def test_an_argument_that_does_not_fit_is_the_callers_mistake() -> None:
    told = await refused(BadArgument("{body.amount}", "is missing"))
    assert (told.status, told.reason, told.detail) == (400, "argument", "{body.amount}: is missing")


async def test_an_adapter_that_finds_no_descriptor_is_not_to_blame_and_nor_is_its_silo() -> None:
    failure = SiloUnreachable("register: cannot be reached")
    failure.__context__ = OSError(errno.EMFILE, "Too many open files")
    assert await refused(failure) is refusals.NO_DESCRIPTOR


async def test_whatever_else_leaves_an_adapter_is_nonsense_and_logged_by_its_kind_only() -> None:
    with capture_logs() as events:
        assert await refused(RuntimeError("4711-secret")) is refusals.NONSENSE
    assert events[0]["error"] == "RuntimeError"
    assert "secret" not in str(events)


@pytest.mark.parametrize("error", [SystemExit(3), KeyboardInterrupt(), asyncio.CancelledError()])
async def test_what_would_end_the_sidecar_or_the_callers_task_ends_neither(error: BaseException) -> None:
    with capture_logs() as events:
        assert await refused(error) is refusals.NONSENSE
    assert events[0]["error"] == type(error).__name__


def told_as(status: object = 502, error: object = "destination_unavailable", **more: Any) -> SiloError:
    """An error that an adapter made as it liked."""
    made = SiloError(more.pop("detail", "down"), **more)
    vars(made).update(status=status, error=error)
    return made


@pytest.mark.parametrize(
    "error",
    [
        SiloSaysNo(200, "fine"),
        SiloSaysNo(99, "none"),
        SiloSaysNo(600, "none"),
        told_as(status="404"),
        told_as(error='x"\r\nSet-Cookie: a=b'),
        told_as(retry_after="soon\r\nSet-Cookie: a=b"),
        told_as(retry_after=-1),
        told_as(detail=5),
    ],
)
async def test_an_error_that_is_none_of_the_ports_is_the_adapters_own_defect(error: SiloError) -> None:
    with capture_logs() as events:
        assert await refused(error) is refusals.NONSENSE
    assert events[0]["event"] == "adapter failed"


async def test_an_externals_error_names_the_external() -> None:
    told = await refused(SiloUnreachable("get-title: no connection"), is_external=True)
    assert told.detail == "registry.get-title: no connection"


async def test_an_adapter_that_does_not_keep_its_deadline_is_stopped() -> None:
    async def sleep(call: Call) -> Answer:
        await asyncio.sleep(3600)
        return Answer(200)

    register = Register(sleep)
    with pytest.raises(Refusal) as refusal:
        await target_of(register, patience=0.0).ask(request_of())
    assert refusal.value.problem is refusals.LATE
    assert register.cancelled == 1


async def test_an_adapter_that_keeps_its_deadline_says_why_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("facade.targets.silo._GRACE", 3600.0)

    async def late(call: Call) -> Answer:
        await asyncio.sleep(call.deadline - now())
        raise SiloLate("get-title: no answer in time")

    problem = await refused(late, patience=0.01)
    assert (problem.status, problem.detail) == (504, "registry.get-title: no answer in time")


async def test_a_cancelled_call_reaches_the_adapter() -> None:
    register = Register(lambda call: asyncio.sleep(3600, Answer(200)))
    asking = asyncio.ensure_future(target_of(register).ask(request_of()))
    await settle()
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert register.cancelled == 1


async def test_a_caller_that_leaves_in_mid_body_never_reaches_the_silo() -> None:
    register = Register(Answer(200))
    body = Body(CHUNKED)
    asking = asyncio.ensure_future(target_of(register).ask(request_of(b"POST", body=body)))
    body.feed(b"half")
    await settle()
    body.fail(Refusal(refusals.BAD_FRAMING))
    with pytest.raises(Refusal):
        await asking
    assert register.calls == []


async def test_a_silo_shows_its_operation() -> None:
    target = target_of(Register(Answer(200)))
    assert repr(target) == "<SiloTarget registry.get-title>"
    assert (target.name, target.silo, target.operation) == ("registry", "registry", "get-title")
