"""Orders carried out on a running sidecar, with real files and a real reload."""

from __future__ import annotations

import asyncio
import datetime
from fractions import Fraction
from typing import Any

import pytest
from house import NOW, House

from facade.config.standing import Standing
from facade.control import change as change_module
from facade.control import mover as mover_module
from facade.control.because import Because
from facade.control.done import Done, Scope
from facade.control.judge.verdict import CheckResult, Ruling, Verdict
from facade.control.ledger.book import Book
from facade.control.mover import Conflict, Mover
from facade.control.order import Order, Verb
from facade.control.subject import Refused
from facade.port import SiloUnreachable
from facade.routing.known import Fullness, KnownKeys
from facade.routing.route import Keys
from facade.routing.stage import Stage

ADA = Because("api", "numbers are good", "Ada")
FRIDAY_NIGHT = datetime.datetime(2026, 11, 27, 22, tzinfo=datetime.UTC)
FREEZE = "freeze: [{from: Fri 15:00, to: Mon 09:00}]"


class Guarding:
    """What a mover asks the guards: one sentence for every route, or none."""

    def __init__(self) -> None:
        self.barred: str | None = None
        self.said: Verdict | None = None

    def bars(self, _: str) -> str | None:
        return self.barred

    def verdict(self, _: str) -> Verdict | None:
        return self.said


class Moving:
    """A mover with its house, and orders in short."""

    def __init__(self, house: House, now: datetime.datetime = NOW) -> None:
        self.house = house
        self.guards = Guarding()
        guards: Any = self.guards
        self.mover = Mover(house.files.source(), house.reloader, guards, lambda: now, lambda _: None)

    async def order(self, verb: Verb, name: str | None, stage: Stage | None = None, **rest: Any) -> Done:
        return await self.mover.carry_out(Order(verb, name, rest.pop("because", ADA), stage, **rest))

    async def move(self, name: str, stage: Stage, **rest: Any) -> Done:
        return await self.order(Verb.MOVE, name, stage, **rest)

    async def back(self, name: str | None, **rest: Any) -> Done:
        return await self.order(Verb.BACK, name, **rest)

    def text(self, file: str = "routes/property.yaml") -> str:
        return (self.house.files.folder / file).read_text()

    def last_entry(self) -> Any:
        *_, (entry, _) = Book(self.house.reloader.configuration.settings.state).entries()
        return entry

    def standing(self, route: str) -> tuple[str, Fraction | None, str]:
        found = next(each for each in self.house.reloader.configuration.routes if each.name == route)
        assert self.house.stage(route) == found.stage
        canary = found.canary
        return found.stage, canary and canary.share, canary.keys if canary else ""


@pytest.fixture
def moving(house: House) -> Moving:
    return Moving(house)


@pytest.fixture
def read_only(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(change_module, "replace", refuse)


async def test_a_move_is_written_into_the_file_runs_and_stands_in_the_ledger(moving: Moving):
    done = await moving.move("titles.read", Stage.SHADOW)
    assert (done.scope, done.running, done.problems, done.forced) == (Scope.FILES, True, (), ())
    assert done.lines == ("routes/property.yaml:6: stage: shadow",)
    assert "stage: shadow\n    canary" in moving.text()
    assert moving.standing("titles.read")[0] == "shadow"
    assert moving.house.reloader.overrides.now == ()
    assert done.revision == moving.house.reloader.configuration.revision
    entry = moving.last_entry()
    assert (entry.what, entry.before, entry.after) == ("titles.read", "legacy", "shadow")
    assert (entry.cause, entry.by, entry.why, entry.forced) == ("api", "Ada", "numbers are good", False)


async def test_a_step_that_is_skipped_is_refused_and_forced_by_name_and_told_everywhere(moving: Moving):
    with pytest.raises(
        Refused,
        match=r"^titles.read: legacy -> platform skips shadow and canary; move it one",
    ):
        await moving.move("titles.read", Stage.PLATFORM)
    assert moving.standing("titles.read")[0] == "legacy"
    done = await moving.move("titles.read", Stage.PLATFORM, force=True)
    assert done.forced == ("titles.read: legacy -> platform skips shadow and canary",)
    assert moving.last_entry().forced


async def test_a_guard_without_a_pass_bars_the_way_forward_with_its_sentence(moving: Moving):
    moving.house.files.change(
        "routes/property.yaml", "cookie session}", "cookie session}\n    guard: {errors: +1 point}"
    )
    await moving.house.reloader.reload("file")
    moving.guards.barred = "its guard has not enough to go by: 3 of 200 calls"
    with pytest.raises(Refused, match=r"^titles.read: its guard has not enough to go by: 3 of 200 calls; wait, or"):
        await moving.move("titles.read", Stage.SHADOW)
    moving.guards.barred = None
    check = CheckResult("errors", 0.0, 0.01, 612, Ruling.PASS, "platform errors 0.4 %")
    moving.guards.said = Verdict(Ruling.PASS, (check,))
    await moving.move("titles.read", Stage.SHADOW)
    assert moving.last_entry().evidence == moving.guards.said.sentence


async def test_in_a_freeze_only_back_is_open(house: House):
    house.files.write("facade.yaml", house.files.source().load().files["facade.yaml"].decode() + FREEZE)
    await house.reloader.reload("file")
    moving = Moving(house, FRIDAY_NIGHT)
    with pytest.raises(Refused, match=r"titles.read: the freeze Fri 15:00 to Mon 09:00 is in force until Mon"):
        await moving.move("titles.read", Stage.SHADOW)
    assert (await moving.back("conveyancing")).running
    assert (await moving.move("titles.read", Stage.SHADOW, force=True)).forced != ()
    assert (await Moving(house).move("conveyancing", Stage.SHADOW)).forced == ()


async def test_keys_are_held_and_evicted_in_the_file_and_opened_by_a_move(moving: Moving):
    for verb, keys in ((Verb.HOLD, Keys.HOLD), (Verb.EVICT, Keys.EVICT)):
        done = await moving.order(verb, "conveyancing")
        assert (done.scope, done.running) == (Scope.FILES, True)
        assert f"canary: {{share: 25%, keys: {keys}, by" in moving.text("routes/journey.yaml")
        assert moving.standing("charges.read") == ("canary", Fraction(1, 4), keys)
    await moving.move("conveyancing", Stage.CANARY)
    assert moving.standing("charges.read") == ("canary", Fraction(1, 4), "open")


async def test_what_stands_there_already_changes_nothing(moving: Moving):
    done = await moving.back("titles.read")
    assert (done.scope, done.lines, done.running) == (None, (), True)
    assert moving.last_entry().cause == "start"


async def test_all_goes_back_at_once(moving: Moving):
    await moving.move("titles.read", Stage.PLATFORM, force=True)
    done = await moving.back(None)
    assert {move.name for move in done.moves} == {"titles.read", "conveyancing"}
    assert (done.scope, done.running, len(done.lines)) == (Scope.FILES, True, 2)
    assert {moving.standing(name)[0] for name in ("titles.read", "charges.read", "searches.read")} == {"legacy"}


async def test_a_file_that_cannot_be_written_makes_it_an_overlay_of_this_sidecar_that_says_so(
    moving: Moving, read_only: None
):
    done = await moving.back("conveyancing")
    assert (done.scope, done.running, done.lines) == (Scope.SIDECAR, True, ())
    (problem,) = done.problems
    assert "journey.yaml: cannot be written (read-only file system); change it where it comes from" in problem
    assert problem.endswith("routes/journey.yaml:13: stage: legacy")
    assert moving.standing("charges.read")[0] == "legacy"
    assert "stage: canary" in moving.text("routes/journey.yaml")
    (override,) = moving.house.reloader.overrides.now
    assert (override.subject, override.to) == ("conveyancing", Standing(Stage.LEGACY))
    assert moving.house.figure("facade_route_differs_from_file", route="titles.read") in {None, 0.0}


async def test_forward_is_an_overlay_too_where_the_file_cannot_be_written(moving: Moving, read_only: None):
    done = await moving.move("titles.read", Stage.SHADOW)
    assert (done.scope, done.running) == (Scope.SIDECAR, True)
    assert moving.standing("titles.read")[0] == "shadow"
    assert "stage: shadow" not in moving.text()


async def test_an_overlay_outlives_a_restart_and_ends_with_the_next_change_in_the_file(moving: Moving, read_only: None):
    await moving.order(Verb.EVICT, "conveyancing")
    again = moving.house.again(moving.house.files.source())
    await again.start()
    assert [str(each.to) for each in again.overrides.now] == ["canary 25%, keys evicted"]
    moving.house.files.change("routes/journey.yaml", "share: 25%", "share: 30%")
    await moving.house.reloader.reload("file")
    assert moving.standing("charges.read") == ("canary", Fraction(3, 10), "open")
    assert moving.house.reloader.overrides.now == ()


async def test_an_overlay_ends_with_a_move_to_what_the_file_says(moving: Moving, monkeypatch: pytest.MonkeyPatch):
    await moving.house.reloader.stand({"conveyancing": Standing(Stage.LEGACY)}, Because("guard", "because"))
    assert moving.standing("charges.read")[0] == "legacy"
    done = await moving.move("conveyancing", Stage.CANARY, share=Fraction(1, 4), force=True)
    assert (done.scope, done.running, done.lines, done.problems) == (Scope.SIDECAR, True, (), ())
    assert moving.standing("charges.read") == ("canary", Fraction(1, 4), "open")
    assert moving.house.reloader.overrides.now == ()
    assert moving.last_entry().after == "canary 25%"


async def test_what_a_guard_took_back_is_written_into_the_file_by_a_person_who_takes_it_back_too(moving: Moving):
    await moving.house.reloader.stand({"conveyancing": Standing(Stage.LEGACY)}, Because("guard", "because"))
    done = await moving.back("conveyancing")
    assert (done.scope, done.running) == (Scope.FILES, True)
    assert "stage: legacy" in moving.text("routes/journey.yaml")
    assert moving.house.reloader.overrides.now == ()


async def test_back_runs_while_the_files_are_mistaken(moving: Moving):
    moving.house.files.write("silos/half.yaml", "silo:")
    done = await moving.back("conveyancing")
    assert done.running
    assert done.scope is Scope.FILES
    assert done.problems[0].startswith("silos/half.yaml:1: ")
    assert moving.standing("charges.read")[0] == "legacy"


async def test_back_runs_though_the_routes_own_file_is_no_yaml(moving: Moving):
    moving.house.files.write("routes/journey.yaml", "routes: [")
    done = await moving.back("conveyancing")
    assert (done.running, done.scope, done.lines) == (True, Scope.SIDECAR, ())
    assert "routes/journey.yaml:1: is not YAML" in done.problems[0]
    assert moving.standing("charges.read")[0] == "legacy"


async def test_forward_does_not_run_while_the_files_are_mistaken(moving: Moving):
    moving.house.files.write("silos/half.yaml", "silo:")
    with pytest.raises(Refused, match="until then only back is open"):
        await moving.move("titles.read", Stage.SHADOW)
    assert moving.standing("titles.read")[0] == "legacy"
    assert "stage: shadow" not in moving.text()


async def test_what_the_sidecar_rejects_for_other_reasons_does_not_run_and_says_why(
    moving: Moving, monkeypatch: pytest.MonkeyPatch
):
    async def refuse(*_: object) -> None:
        raise SiloUnreachable("portal: no such folder")

    monkeypatch.setattr(moving.house.catalog, "adopt", refuse)
    done = await moving.move("titles.read", Stage.SHADOW)
    assert (done.running, done.scope) == (False, Scope.FILES)
    assert "a silo cannot be opened: portal: no such folder" in done.problems[0]
    assert moving.standing("titles.read")[0] == "legacy"


async def test_an_order_that_goes_by_another_revision_is_told_which_one_runs(moving: Moving):
    seen = moving.house.reloader.configuration.revision
    await moving.move("titles.read", Stage.SHADOW, revision=seen)
    now = moving.house.reloader.configuration.revision
    with pytest.raises(Conflict, match=rf"^move titles.read canary: revision {now} runs, and no longer {seen}; look"):
        await moving.move("titles.read", Stage.CANARY, revision=seen)
    assert moving.standing("titles.read")[0] == "shadow"


async def test_of_two_moves_at_once_one_wins_and_the_other_is_told(moving: Moving):
    first, second = await asyncio.gather(
        moving.move("titles.read", Stage.SHADOW),
        moving.move("conveyancing", Stage.PLATFORM),
        return_exceptions=True,
    )
    assert isinstance(first, Done)
    assert str(second) == (
        "move conveyancing platform: move titles.read shadow is under way; look at facade status, and try again"
    )
    assert moving.standing("charges.read")[0] == "canary"
    assert (await moving.move("conveyancing", Stage.PLATFORM)).running


async def test_the_way_back_waits_for_nobody_and_what_was_under_way_does_not_undo_it(moving: Moving):
    first, second = await asyncio.gather(
        moving.move("conveyancing", Stage.PLATFORM), moving.back(None), return_exceptions=True
    )
    assert isinstance(second, Done)
    assert second.running
    assert isinstance(first, Done) or "went back meanwhile" in str(first)
    assert moving.standing("charges.read")[0] == "legacy"


async def test_an_order_that_is_refused_makes_room_for_the_next(moving: Moving):
    with pytest.raises(Refused):
        await moving.move("nobody", Stage.PLATFORM)
    assert repr(moving.mover) == "<Mover idle>"
    assert (await moving.move("titles.read", Stage.SHADOW)).running


@pytest.mark.parametrize(("verb", "stood"), [(Verb.BACK, "legacy"), (Verb.MOVE, "canary")])
async def test_the_way_back_runs_before_any_file_is_touched_and_forward_only_after(
    moving: Moving, monkeypatch: pytest.MonkeyPatch, verb: Verb, stood: str
):
    stages: list[str] = []

    def seen(*arguments: Any) -> Any:
        stages.append(moving.house.stage("charges.read"))
        return change_module.change(*arguments)

    monkeypatch.setattr(mover_module, "change", seen)
    done = await moving.order(verb, "conveyancing", Stage.PLATFORM if verb is Verb.MOVE else None)
    assert (stages, done.running) == ([stood], True)


async def test_who_holds_keys_is_told_when_too_many_are_remembered_to_tell_them_apart(
    moving: Moving, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(KnownKeys, "fullness", lambda known, name: Fullness(3_000_000, 0.08))
    (move,) = (await moving.order(Verb.HOLD, "conveyancing")).moves
    assert ["8% of new ones are taken for known" in note for note in move.notes] == [True]
