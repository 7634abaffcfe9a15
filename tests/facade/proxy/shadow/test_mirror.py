"""The mirror: what is copied, what is dropped, and what the comparisons come to."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from time import monotonic
from typing import Any

import pytest
from calls import request_of
from far_end import settle
from sides import Sides, reply_of

from facade.compare.answer import MAX_BODY
from facade.comparisons import Comparisons
from facade.problem import Refusal
from facade.proxy.shadow.copy import Copy
from facade.proxy.shadow.mirror import Mirror
from facade.routing.stage import Side, Stage
from facade.targets.request import Request
from facade.wire import refusals
from facade.wire.body import Body
from facade.wire.reply import Reply


class Room:
    """A mirror and the sides it compares."""

    def __init__(self, stage: Stage = Stage.SHADOW, draw: float = 0.0, **shadow: Any) -> None:
        self.sides = Sides(stage, **shadow)
        self.drawn = draw
        self.comparisons = Comparisons(lambda: 5.0, bytes(32))
        self.mirror = Mirror(
            self.comparisons, self.sides.metrics, draw=lambda: self.drawn, clock=monotonic, wall=lambda: 7.0
        )

    def sampled(self) -> Copy:
        """A copy of a call that legacy is about to answer."""
        copy = self.mirror.sample(self.sides.served, Side.LEGACY, request_of())
        assert copy is not None
        return copy

    def counted(self, result: str) -> float:
        labels = {"route": "titles.read", "result": result}
        return self.sides.metrics.registry.get_sample_value("facade_shadow_total", labels) or 0

    async def done(self) -> None:
        """Wait until nothing waits any more."""
        async with asyncio.timeout(10):
            while "asking=0" not in repr(self.mirror):  # noqa: ASYNC110 - the mirror tells nobody that it is done
                await asyncio.sleep(0.001)


async def end_all() -> None:
    """End whatever hangs."""
    for task in [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]:
        task.cancel()
    await settle()


async def test_equal_answers_match_and_others_differ() -> None:
    found = Room()
    found.mirror.take(found.sides.copy())
    found.mirror.take(found.sides.copy(b'{"a": 2}'))
    await found.done()
    assert (found.counted("match"), found.counted("differ")) == (1, 1)
    known = found.comparisons.get("titles.read")
    assert known is not None
    assert known.tally.agreement().compared == 2
    assert [(each.path, each.kind, each.raw) for each in known.tally.top(5)] == [("a", "value", 1)]


async def test_legacy_comes_first_whoever_answered_the_caller() -> None:
    found = Room(stage=Stage.PLATFORM)
    found.sides.legacy.body = b'{"a": 1, "gone": 1}'
    found.mirror.take(found.sides.copy(b'{"a": 1}', side=Side.PLATFORM))
    await found.done()
    known = found.comparisons.get("titles.read")
    assert known is not None
    assert [each.kind for each in known.tally.top(5)] == ["missing"]


@pytest.mark.parametrize(
    ("draw", "side", "copied"),
    [
        (0.0, Side.LEGACY, "noise of legacy"),
        (0.2, Side.LEGACY, "platform"),
        (0.2, Side.PLATFORM, "legacy"),
        (0.0, Side.PLATFORM, None),
        (0.4, Side.LEGACY, None),
    ],
)
async def test_a_draw_says_whether_a_call_is_copied_and_for_what(draw: float, side: Side, copied: str | None) -> None:
    found = Room(stage=Stage.CANARY, draw=draw, sample=0.25, noise=0.1)
    copy = found.mirror.sample(found.sides.served, side, request_of())
    if copied is None:
        assert copy is None
        return
    assert copy is not None
    assert copy.target is (found.sides.platform if copied == "platform" else found.sides.legacy)
    assert copy.noise is copied.startswith("noise")


async def test_what_may_not_be_copied_never_is() -> None:
    found = Room()
    assert found.mirror.sample(found.sides.served, Side.LEGACY, request_of(b"POST")) is None


async def test_an_answer_that_was_cut_or_too_large_is_forgotten() -> None:
    found = Room()
    large = found.sides.copy(b"x" * (MAX_BODY + 1))
    found.mirror.take(large)
    await settle()
    assert found.sides.platform.asked == []
    assert found.comparisons.get("titles.read") is None


async def test_a_silent_platform_holds_no_more_than_the_queue_and_those_that_are_asked() -> None:
    found = Room()
    found.sides.platform.body = None
    for _ in range(400):
        found.mirror.take(found.sides.copy())
    await settle()
    assert len(found.sides.platform.asked) == 16
    assert found.counted("dropped") == 400 - 256
    await end_all()


async def test_a_copy_whose_route_went_back_asks_nobody_and_is_evidence_of_nothing() -> None:
    found = Room()
    found.mirror.take(found.sides.copy())
    found.comparisons.keep([replace(found.sides.served.route, stage=Stage.LEGACY)])
    await found.done()
    assert found.sides.platform.asked == []
    assert found.counted("dropped") == 1
    assert found.comparisons.get("titles.read") is None


async def test_an_answer_that_comes_after_its_route_went_back_is_evidence_of_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = Room()
    route = found.sides.served.route
    found.comparisons.keep([route])
    found.mirror.take(found.sides.copy())
    ask = found.sides.platform.ask

    async def asked_meanwhile(request: Request) -> Reply:
        found.comparisons.keep([replace(route, stage=Stage.LEGACY)])
        return await ask(request)

    monkeypatch.setattr(found.sides.platform, "ask", asked_meanwhile)
    await found.done()
    assert len(found.sides.platform.asked) == 1
    assert found.counted("dropped") == 1
    assert found.comparisons.get("titles.read") is None


async def test_a_full_queue_takes_no_copy_and_keeps_nothing_of_the_next_calls() -> None:
    found = Room()
    found.sides.platform.body = None
    for _ in range(256 + 16):
        found.mirror.take(found.sides.copy())
        await settle()
    assert found.mirror.sample(found.sides.served, Side.LEGACY, request_of()) is None
    assert found.counted("dropped") == 1
    await end_all()


async def test_bytes_have_one_bound_from_when_they_pass_to_when_they_are_compared() -> None:
    found = Room()
    found.sides.platform.body = None
    copies = [found.sampled() for _ in range(64)]
    for copy in copies:
        copy.watch(reply_of(b"x" * MAX_BODY))
    assert sum(len(copy.seen.body()) for copy in copies) <= 8 * 1024**2
    for copy in copies:
        found.mirror.take(copy)
    await settle()
    assert found.counted("dropped") == 64 - 31  # beside the bodies there are the calls themselves
    await end_all()


async def test_what_is_over_gives_its_room_back_however_it_ended() -> None:
    found = Room()
    free = repr(found.mirror)
    whole, cut = found.sampled(), found.sampled()
    whole.watch(reply_of(b'{"a": 1}'))
    cut.watch(Reply(reply_of(b"").head, body := Body(9)))
    body.feed(b"half")
    assert repr(found.mirror) != free
    found.mirror.take(cut)
    found.mirror.take(whole)
    await found.done()
    assert found.counted("match") == 1
    assert repr(found.mirror) == free


async def test_a_platform_that_breaks_off_is_an_error_and_a_comparison_that_failed() -> None:
    found = Room()
    found.sides.platform.body = Refusal(refusals.BROKEN)
    found.mirror.take(found.sides.copy())
    await found.done()
    known = found.comparisons.get("titles.read")
    assert known is not None
    assert (found.counted("error"), known.tally.failed) == (1, 1)


async def test_legacy_asked_twice_tells_the_noise_of_its_fields() -> None:
    found = Room(noise=0.5)
    found.sides.legacy.body = b'{"a": 1, "at": 2}'
    copy = found.mirror.sample(found.sides.served, Side.LEGACY, request_of())
    assert copy is not None
    copy.watch(reply_of(b'{"a": 1, "at": 1}'))
    found.mirror.take(copy)
    await found.done()
    known = found.comparisons.get("titles.read")
    assert known is not None
    assert (found.counted("noise"), known.tally.noises, known.tally.compared) == (1, 1, 0)
