"""One silo's protection: who is let in, what counts as the silo's failure, and that every slot comes back."""

from __future__ import annotations

import asyncio
from fractions import Fraction
from typing import Any, cast
from zoneinfo import ZoneInfo

import pytest
from far_end import settle
from structlog.testing import capture_logs

from facade.config.calendar import parse_open_window
from facade.problem import Problem, Refusal
from facade.targets.definition import BreakerRules, Protect
from facade.targets.protect.breaker import PROBES, State
from facade.targets.protect.hours import Hours
from facade.targets.protect.problems import BEING_TRIED
from facade.targets.protect.protection import Protection
from facade.targets.request import Request
from facade.wire import refusals
from facade.wire.body import Body
from facade.wire.deadlines import NEVER

BREAKER = BreakerRules(errors=Fraction(1, 2), window=30.0, calls=4, pause=10.0)
OFFICE = Hours((parse_open_window("Mon-Fri 07:00-22:00"),), ZoneInfo("Europe/London"))
HOUR = 3600.0


@pytest.fixture
def protect(time):
    """Makes the protection of a silo."""
    return lambda **rules: Protection("portal", Protect(**rules), time.wheel, time.clock, time.wall)


def request(until: float = NEVER, body: Body | None = None) -> Request:
    made = Request(cast(Any, None), body or Body.whole(b""), "/", b"", cast(Any, None), lambda _: None)
    made.until = until
    return made


async def refused(protection: Protection, until: float = NEVER) -> Problem:
    with pytest.raises(Refusal) as caught:
        await protection.admit(request(until))
    return caught.value.problem


async def call(protection: Protection, *, status: int = 200, error: BaseException | None = None) -> None:
    """One call: answered with a status, or ended by an error before or, with a status, after the answer's head."""
    with await protection.admit(request()) as admission:
        if status:
            admission.answered(status)
        if error is not None:
            raise error


async def failing(protection: Protection, problem: Problem = refusals.REFUSED, *, status: int = 0) -> None:
    with pytest.raises(Refusal):
        await call(protection, status=status, error=Refusal(problem))


async def opened(protection: Protection) -> None:
    for _ in range(BREAKER.calls):
        await failing(protection)
    assert protection.breaker is not None
    assert protection.breaker.state is State.OPEN


# Slots


async def test_a_slot_is_held_for_as_long_as_the_call_takes(protect) -> None:
    protection = protect(concurrency=1, queue=0)
    with await protection.admit(request()) as admission:
        admission.answered(200)
        assert await refused(protection) is refusals.FULL
    await call(protection)
    assert protection.budget.taken == 0


@pytest.mark.parametrize(
    "error",
    [Refusal(refusals.LATE), Refusal(refusals.BAD_ARGUMENT), asyncio.CancelledError(), ValueError("a defect")],
    ids=["late", "argument", "hang-up", "defect"],
)
@pytest.mark.parametrize("status", [0, 200])
async def test_every_slot_comes_back_however_the_call_ends(protect, error: BaseException, status: int) -> None:
    protection = protect(concurrency=1, breaker=BREAKER)
    with pytest.raises(type(error)):
        await call(protection, status=status, error=error)
    assert protection.budget.taken == 0


async def test_a_call_waits_no_longer_than_the_silos_timeout(protect, time) -> None:
    protection = protect(concurrency=1, timeout=2.0)
    with await protection.admit(request()):
        waiting = asyncio.get_running_loop().create_task(refused(protection))
        await settle()
        time.passes(1.9)
        await settle()
        assert not waiting.done()
        time.passes(0.3)
        problem = await waiting
    assert (problem.status, problem.reason, problem.retry_after) == (503, "target_full", 1)
    assert "it was not asked" in problem.detail


async def test_a_call_waits_no_longer_than_its_routes_timeout(protect, time) -> None:
    protection = protect(concurrency=1, timeout=100.0)
    with await protection.admit(request()):
        waiting = asyncio.get_running_loop().create_task(refused(protection, until=time.clock() + 1.0))
        await settle()
        time.passes(1.2)
        assert (await waiting).reason == "target_full"


async def test_who_comes_empty_handed_is_not_let_in_while_others_are_turned_away(protect, time) -> None:
    protection, empty = protect(concurrency=1, queue=0), Body(10)
    with await protection.admit(request()):
        await refused(protection)
    with pytest.raises(Refusal) as caught:
        await protection.admit(request(body=empty))
    assert caught.value.problem is refusals.FULL
    await call(protection)
    time.passes(2.5)
    with await protection.admit(request(body=empty)):
        await refused(protection)


async def test_an_answer_that_is_passed_on_can_be_asked_whether_it_holds_somebody_up(protect) -> None:
    protection = protect(concurrency=1, queue=0)
    answer, empty = Body.whole(b"much"), Body.whole(b"")
    with await protection.admit(request()) as admission:
        admission.passes_on(answer)
        admission.passes_on(empty)
        assert answer.holds_up is not None
        assert not answer.holds_up()
        await refused(protection)
        assert answer.holds_up()
    assert empty.holds_up is None  # the one body of all messages without one


async def test_a_call_that_waits_is_let_in_when_a_slot_is_free(protect) -> None:
    protection = protect(concurrency=1)
    with await protection.admit(request()):
        waiting = asyncio.get_running_loop().create_task(call(protection))
        await settle()
        assert protection.budget.waiting == 1
    await waiting
    assert protection.budget.taken == 0


# What counts


@pytest.mark.parametrize(
    "problem", [refusals.UNREACHABLE, refusals.REFUSED, refusals.BROKEN, refusals.NONSENSE, refusals.LATE]
)
async def test_a_silo_that_cannot_be_asked_or_does_not_answer_fails(protect, problem: Problem) -> None:
    protection = protect(breaker=BREAKER)
    for _ in range(BREAKER.calls):
        await failing(protection, problem)
    assert protection.breaker.state is State.OPEN


@pytest.mark.parametrize("status", [502, 503, 504])
async def test_a_silo_that_says_so_itself_fails_too(protect, status: int) -> None:
    protection = protect(breaker=BREAKER)
    for _ in range(BREAKER.calls):
        await call(protection, status=status)
    assert protection.breaker.state is State.OPEN


@pytest.mark.parametrize("status", [200, 304, 404, 429, 500, 501, 505])
async def test_any_other_answer_is_an_answer(protect, status: int) -> None:
    protection = protect(breaker=BREAKER)
    for _ in range(20):
        await call(protection, status=status)
    assert protection.breaker.state is State.CLOSED


async def test_an_answer_that_breaks_off_is_a_failure(protect) -> None:
    protection = protect(breaker=BREAKER)
    for _ in range(BREAKER.calls):
        await failing(protection, refusals.BROKEN, status=200)
    assert protection.breaker.state is State.OPEN


async def test_a_503_that_breaks_off_is_one_failure(protect) -> None:
    protection = protect(breaker=BREAKER)
    for _ in range(BREAKER.calls - 1):
        await failing(protection, refusals.BROKEN, status=503)
    assert protection.breaker.state is State.CLOSED


@pytest.mark.parametrize("problem", [refusals.BAD_ARGUMENT, refusals.BODY_TOO_LARGE, refusals.SLOW_REQUEST])
async def test_a_callers_mistake_counts_for_nobody(protect, problem: Problem) -> None:
    protection = protect(breaker=BREAKER)
    for _ in range(20):
        await failing(protection, problem)
    for _ in range(BREAKER.calls - 1):
        await failing(protection)
    assert protection.breaker.state is State.CLOSED


async def test_a_hang_up_counts_for_nobody(protect) -> None:
    protection = protect(breaker=BREAKER)
    for _ in range(20):
        with pytest.raises(asyncio.CancelledError):
            await call(protection, status=0, error=asyncio.CancelledError())
    for _ in range(BREAKER.calls - 1):
        await failing(protection)
    assert protection.breaker.state is State.CLOSED


async def late(protection: Protection, asked: Request, problem: Problem = refusals.LATE, *, status: int = 0) -> None:
    with pytest.raises(Refusal), await protection.admit(asked) as admission:
        if status:
            admission.answered(status)
        raise Refusal(problem)


async def test_a_silo_that_used_up_the_routes_time_alone_fails(protect, time) -> None:
    protection = protect(breaker=BREAKER)
    for _ in range(BREAKER.calls):
        await late(protection, request(until=time.clock()))
    assert protection.breaker.state is State.OPEN


async def test_a_caller_who_sends_or_takes_too_slowly_uses_the_time_up_and_not_the_silo(protect, time) -> None:
    protection = protect(breaker=BREAKER)
    for _ in range(20):
        await late(protection, request(until=time.clock(), body=Body(100)))
        await late(protection, request(until=time.clock()), status=200)
    assert protection.breaker.state is State.CLOSED


async def test_a_silo_that_takes_no_upload_or_stalls_in_an_answer_fails_while_there_is_time(protect, time) -> None:
    protection = protect(breaker=BREAKER)
    for _ in range(BREAKER.calls):
        await late(protection, request(until=time.clock() + 1, body=Body(100)))
    assert protection.breaker.state is State.OPEN
    protection = protect(breaker=BREAKER)
    for _ in range(BREAKER.calls):
        await late(protection, request(until=time.clock() + 1), status=200)
    assert protection.breaker.state is State.OPEN


async def test_a_silo_that_takes_no_connection_fails_even_before_the_upload(protect, time) -> None:
    protection = protect(breaker=BREAKER)
    for _ in range(BREAKER.calls):
        await late(protection, request(until=time.clock(), body=Body(100)), refusals.CONNECT_LATE)
    assert protection.breaker.state is State.OPEN


async def test_a_call_that_waited_until_its_time_was_nearly_over_is_not_the_silos_failure(protect, time) -> None:
    protection = protect(concurrency=1, breaker=BREAKER)
    for _ in range(20):
        holding = await protection.admit(request())
        waiting = asyncio.get_running_loop().create_task(protection.admit(request(until=time.clock() + 1)))
        await settle()
        with holding:
            holding.answered(200)
        with pytest.raises(Refusal), await waiting:
            time.passes(1.0)
            raise Refusal(refusals.LATE)
    for _ in range(BREAKER.calls // 2):
        await failing(protection)
    assert protection.breaker.state is State.CLOSED


# The breaker


async def test_while_it_is_open_callers_are_told_when_to_come_back(protect, time) -> None:
    protection = protect(breaker=BREAKER)
    with capture_logs() as logs:
        await opened(protection)
    assert logs == [{"event": "breaker opened", "silo": "portal", "log_level": "warning"}]
    time.passes(2.5)
    problem = await refused(protection)
    assert (problem.status, problem.reason, problem.retry_after) == (503, "target_closed", 8)
    assert "not asked again for 8 s" in problem.detail
    assert problem.error == "destination_unavailable"


async def test_when_it_opens_whoever_waits_is_told_at_once(protect) -> None:
    protection = protect(concurrency=1, breaker=BREAKER)
    holding = [await protection.admit(request())]
    waiting = [asyncio.get_running_loop().create_task(refused(protection)) for _ in range(3)]
    await settle()
    for _ in range(BREAKER.calls):
        protection.failed(protection.breaker.begin(), began=False)
    assert {problem.reason for problem in await asyncio.gather(*waiting)} == {"target_closed"}
    with holding[0]:
        pass
    assert protection.budget.taken == 0


async def test_whoever_gets_a_slot_just_as_it_opens_is_not_let_in(protect) -> None:
    protection = protect(concurrency=1, breaker=BREAKER)
    holding = await protection.admit(request())
    waiting = asyncio.get_running_loop().create_task(refused(protection))
    await settle()
    with holding:
        pass
    for _ in range(BREAKER.calls):
        protection.failed(protection.breaker.begin(), began=False)
    assert (await waiting).reason == "target_closed"
    assert protection.budget.taken == 0


async def test_uploads_on_the_way_keep_nobody_from_trying_whether_the_silo_is_back(protect, time) -> None:
    protection = protect(breaker=BREAKER)
    await opened(protection)
    time.passes(BREAKER.pause)
    uploads = [await protection.admit(request(body=Body(10**9))) for _ in range(PROBES)]
    with pytest.raises(Refusal) as caught:
        await protection.admit(request(body=Body(10**9)))
    assert caught.value.problem == BEING_TRIED
    for _ in range(PROBES):
        await call(protection)
    assert protection.breaker.state is State.CLOSED
    for upload in uploads:
        with upload:
            upload.answered(200)


async def test_after_the_pause_a_few_try_and_the_others_come_back_soon(protect, time) -> None:
    protection = protect(breaker=BREAKER)
    await opened(protection)
    time.passes(10.0)
    probes = [await protection.admit(request()) for _ in range(PROBES)]
    assert await refused(protection) is BEING_TRIED
    assert BEING_TRIED.retry_after == 1
    with capture_logs() as logs:
        for probe in probes:
            with probe:
                probe.answered(200)
    assert [line["event"] for line in logs] == ["breaker closed"]
    await call(protection)


async def test_a_probe_counts_as_soon_as_its_answer_begins(protect, time) -> None:
    protection = protect(breaker=BREAKER)
    await opened(protection)
    time.passes(10.0)
    probes = [await protection.admit(request()) for _ in range(PROBES)]
    for probe in probes:
        probe.answered(200)  # a stream of events goes on for hours
    assert protection.breaker.state is State.CLOSED
    for probe in probes:
        with probe:
            pass


async def test_when_it_closes_the_budget_opens_gently(protect, time) -> None:
    protection = protect(concurrency=20, breaker=BREAKER)
    protection.budget.widen(20)
    await opened(protection)
    time.passes(10.0)
    for _ in range(PROBES):
        await call(protection)
    assert protection.budget.room < 6


async def test_each_good_answer_widens_a_budget_that_opens(protect) -> None:
    protection = protect(concurrency=5)
    await call(protection, status=500)
    assert protection.budget.room == 4
    await call(protection, status=503)
    assert protection.budget.room == 4
    for _ in range(9):
        await call(protection)
    assert protection.budget.room == 5


# Hours


async def test_outside_its_hours_callers_are_told_the_day_and_the_time(protect, time) -> None:
    protection = protect(hours=OFFICE)
    await call(protection)
    time.passes(11 * HOUR + 1)
    problem = await refused(protection)
    assert (problem.status, problem.reason, problem.retry_after) == (503, "target_closed", 9 * 3600 - 1)
    assert problem.detail == (
        "The system behind this route is closed now; it opens on Tuesday 24 November 2026 at 07:00 (Europe/London)."
    )
    assert str(protection.opens) == "2026-11-24 07:00:00+00:00"
    time.passes(9 * HOUR - 1)
    await call(protection)
    assert protection.opens is None


async def test_the_hours_are_those_of_the_walls_clock_even_when_it_is_set_back(protect, time) -> None:
    protection = protect(hours=OFFICE)
    time.unix += 12 * HOUR
    assert (await refused(protection)).reason == "target_closed"
    time.unix -= 12 * HOUR
    await call(protection)


async def test_when_the_hours_begin_the_budget_opens_gently(protect, time) -> None:
    protection = protect(hours=OFFICE, concurrency=20)
    protection.budget.widen(20)
    time.passes(11 * HOUR)
    await refused(protection)
    time.passes(9 * HOUR)
    holding = await protection.admit(request())
    assert protection.budget.room == 3
    with holding:
        pass


async def test_whoever_waits_when_the_hours_end_is_not_let_in(protect, time) -> None:
    protection = protect(hours=OFFICE, concurrency=1, timeout=100 * HOUR)
    holding = await protection.admit(request())
    waiting = asyncio.get_running_loop().create_task(refused(protection))
    await settle()
    time.unix += 12 * HOUR
    with holding:
        pass
    assert (await waiting).reason == "target_closed"
    assert protection.budget.taken == 0


# Reloads


async def test_other_rules_hold_at_once_and_nothing_is_lost(protect, time) -> None:
    protection = protect(concurrency=1, breaker=BREAKER)
    await opened(protection)
    protection.adjust(Protect(concurrency=2, breaker=BreakerRules(pause=99.0)))
    assert (await refused(protection)).retry_after == 10
    protection.adjust(Protect(concurrency=2))
    assert protection.breaker is None
    with await protection.admit(request()), await protection.admit(request()):
        protection.adjust(Protect(concurrency=2, queue=0, breaker=BREAKER))
        assert await refused(protection) is refusals.FULL
    protection.adjust(Protect(hours=Hours((parse_open_window("Sun 10:00-11:00"),), ZoneInfo("UTC"))))
    assert (await refused(protection)).reason == "target_closed"


async def test_other_hours_hold_at_once(protect) -> None:
    protection = protect(hours=OFFICE)
    await call(protection)
    protection.adjust(Protect(hours=Hours((parse_open_window("Sun 10:00-11:00"),), ZoneInfo("UTC"))))
    assert (await refused(protection)).retry_after == 6 * 86_400 - HOUR


async def test_without_limits_nobody_waits_and_failures_have_no_consequence(protect) -> None:
    protection = protect(hours=OFFICE)
    for _ in range(20):
        await failing(protection)
    holding = [await protection.admit(request()) for _ in range(100)]
    assert protection.budget.taken == 100
    for each in holding:
        with each:
            pass


def test_it_shows_what_it_is(protect) -> None:
    shown = repr(protect(concurrency=20, breaker=BREAKER, hours=OFFICE))
    assert shown == (
        "<Protection portal <Budget taken=0 room=3 limit=20 waiting=0> "
        "<Breaker closed <FailureRate 0 of 0 in 30 s> probing=0> hours=Mon-Fri 07:00-22:00>"
    )


async def test_a_slot_is_lent_only_where_a_caller_would_be_let_in_and_says_nothing_of_the_silo(protect, time) -> None:
    protection = protect(concurrency=2, breaker=BREAKER)
    loan = protection.lend(lambda: None)
    assert loan is not None
    with loan:
        assert protection.budget.taken == 1
    assert protection.budget.taken == 0
    for _ in range(BREAKER.calls):
        await failing(protection)
    assert protection.lend(lambda: None) is None


@pytest.mark.parametrize("problem", sorted(refusals.OURS, key=lambda problem: problem.reason))
async def test_what_the_facade_lacks_itself_is_not_the_silos_failure(protect, problem: Problem) -> None:
    protection = protect(breaker=BREAKER)
    for _ in range(BREAKER.calls * 2):
        await failing(protection, problem)
        await failing(protection, problem, status=200)
    assert protection.breaker.state is State.CLOSED
