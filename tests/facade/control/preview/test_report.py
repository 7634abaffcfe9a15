"""The preview as a whole: what runs and a day of its calls, held against files."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from fractions import Fraction

import msgspec
from counted import NOON, QUARTER, TODAY, a_route, a_sample, calls

from facade.callers.register import Caller, Identity, IdentityKind, Register
from facade.config.settings import Configuration, Freeze, Settings
from facade.config.standing import Standing
from facade.control.because import Because
from facade.control.overrides.override import Override, written
from facade.control.preview.report import Meeting, Report, changes_of, report
from facade.control.preview.view import PreviewView, answer
from facade.control.usage.keep import Day
from facade.control.usage.tally import tally
from facade.routing.route import Keys, Route
from facade.routing.stage import Side, Stage
from facade.routing.template import parse_condition, parse_match

ALWAYS = Freeze("2026-01-01 00:00", "2027-01-01 00:00", "a test")
PAUSES: list[None] = []


async def pause() -> None:
    PAUSES.append(None)


def a_configuration(*routes: Route, freeze: tuple[Freeze, ...] = ()) -> Configuration:
    return Configuration("abc", Settings(freeze=freeze), {}, routes, ())


async def asked(
    configuration: Configuration, day: Day | None = None, overrides: Iterable[Override] = ()
) -> PreviewView:
    """What the sidecar answers, as a command reads it."""
    text = b"".join([piece async for piece in answer(configuration, overrides, day, NOON, pause)])
    return msgspec.convert(msgspec.json.decode(text), PreviewView, strict=False)


def a_day(*routes: Route) -> Day:
    kept = [call for route in routes for call in calls(route, 100)]
    return Day(TODAY, True, tally([a_sample(*kept, calls=10 * len(kept))]))


def told(running: PreviewView, *routes: Route, freeze: tuple[Freeze, ...] = (), allow_loss: bool = False) -> Report:
    files = a_configuration(*routes, freeze=freeze)
    changes = changes_of(running, files)
    return report(running, files, changes, {"gone": Meeting("by nobody", Side.OWN)}, allow_loss=allow_loss)


async def test_files_that_say_what_runs_move_nothing() -> None:
    running = await asked(a_configuration(a_route()))
    assert told(running, a_route()) == Report((), ())


async def test_a_route_that_moves_is_told_with_its_calls_and_keys() -> None:
    shadow = a_route(stage=Stage.SHADOW)
    running = await asked(a_configuration(shadow), a_day(shadow))
    (told_of,) = (found := told(running, a_route(stage=Stage.CANARY))).routes
    assert told_of.kinds == ("shadow -> canary 25%",)
    assert told_of.calls is not None
    assert told_of.keys is not None
    assert (told_of.calls.all, told_of.keys.all) == (1000, 100)
    assert told_of.calls.to == {Side.PLATFORM: 10 * told_of.keys.to[Side.PLATFORM]}
    assert found.calls_that_move == told_of.calls.to[Side.PLATFORM]
    assert found.refused == ()


async def test_without_a_day_the_routes_are_told_all_the_same() -> None:
    running = await asked(a_configuration(a_route()))
    (told_of,) = told(running, a_route(stage=Stage.SHADOW)).routes
    assert (told_of.kinds, told_of.calls) == (("legacy -> shadow",), None)


async def test_a_freeze_of_what_runs_or_of_the_files_refuses_a_move_forward() -> None:
    now, then = a_route(), a_route(stage=Stage.SHADOW)
    frozen = await asked(a_configuration(now, freeze=(ALWAYS,)))
    assert "a test" in told(frozen, then).refused[0]
    free = await asked(a_configuration(now))
    assert "a test" in told(free, then, freeze=(ALWAYS,)).refused[0]
    assert told(free, then).refused == ()


async def test_a_loss_is_refused_unless_it_is_allowed() -> None:
    running = await asked(a_configuration(a_route("gone"), a_route("stays")), a_day(a_route("gone")))
    found = told(running, a_route("stays"))
    assert [sentence.partition(" ")[0] for sentence in found.refused] == ["routes:"]
    assert told(running, a_route("stays"), allow_loss=True).refused == ()
    (gone,) = found.routes
    assert gone.meets == "by nobody"
    assert gone.calls is not None
    assert gone.calls.to == {Side.OWN: 1000}


async def test_what_stands_elsewhere_than_its_file_says_is_no_change_until_its_file_changes() -> None:
    as_written = a_route(stage=Stage.CANARY)
    override = Override(
        "titles.read", written([as_written]), Standing(Stage.LEGACY), NOON, Because("guard", "too many errors")
    )
    running = await asked(a_configuration(a_route()), overrides=[override])
    assert told(running, as_written).routes == ()
    half = dataclasses.replace(as_written, canary=dataclasses.replace(QUARTER, share=Fraction(1, 2)), written="half")
    (told_of,) = told(running, half).routes
    assert told_of.kinds == ("legacy -> canary 50%",)


def a_register(*, written: str) -> Register:
    return Register((Caller("intake", (Identity(IdentityKind.HEADER, b"intake", "x-caller"),), written),))


async def test_a_caller_that_is_defined_otherwise_is_told_also_where_a_route_stands_elsewhere_than_its_file() -> None:
    rule = parse_condition("caller intake")
    route = a_route(stage=Stage.CANARY, canary=dataclasses.replace(QUARTER, platform_for=(rule,)))
    before, after = (dataclasses.replace(a_configuration(route), callers=a_register(written=text)) for text in "ab")
    guard = Override("titles.read", written([route]), Standing(Stage.LEGACY), NOON, Because("guard", "too many errors"))
    for overrides in ((), (guard,)):
        running = await asked(before, a_day(route), overrides)
        assert changes_of(running, before) == ()
        (told_of,) = report(running, after, changes_of(running, after), {}, allow_loss=False).routes
        assert told_of.kinds == ("its rules change: caller intake is defined otherwise",)
        assert told_of.notes == ("whom its rules mean now was not looked for: counted as if they meant the same calls",)


async def test_what_the_numbers_do_not_know_is_noted() -> None:
    before = a_route(stage=Stage.CANARY)
    held = dataclasses.replace(
        before,
        match=parse_match("GET /titles"),
        group="titles",
        canary=dataclasses.replace(QUARTER, keys=Keys.HOLD, platform_for=(parse_condition("header X-Cohort=staff"),)),
    )
    running = await asked(a_configuration(before), a_day(before))
    (told_of,) = told(running, held).routes
    assert [note.partition(":")[0] for note in told_of.notes] == [
        "its keys are read otherwise or get new places",
        "which of these calls it still matches was not kept",
        "who meets its new rules was not looked for",
        "keys are held",
    ]


async def test_a_long_answer_gives_the_loop_back_again_and_again() -> None:
    PAUSES.clear()
    routes = [a_route(f"route{number}") for number in range(2_000)]
    running = await asked(a_configuration(*routes), a_day(*routes[:3]))
    assert len(running.routes) == 2_000
    assert len(PAUSES) >= 2_000 // 500 + len(running.bands) // 500
