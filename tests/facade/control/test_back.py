"""Of mistaken files the way back holds, and nothing else."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as some

from facade.config.settings import Configuration
from facade.config.standing import Standing
from facade.control.back import load_further_back, ways_back
from facade.routing.route import Canary, Group, Match, Place, PlatformService, Route, SiloReference
from facade.routing.stage import Direction, Stage, judge_move

AT_PLATFORM = ("routes/property.yaml", "stage: legacy\n    canary", "stage: platform\n    canary")


def bytes_of(files) -> dict[str, bytes]:
    found = [files.folder / "facade.yaml", *files.folder.glob("*/*.yaml")]
    return {str(path.relative_to(files.folder)): path.read_bytes() for path in found}


@pytest.fixture
def running(files) -> Configuration:
    """What runs: titles.read is at platform, conveyancing in a canary of 25 %."""
    files.change(*AT_PLATFORM)
    return files.configuration()


def back(running: Configuration, files) -> dict[str, str]:
    """What goes back when the files are found mistaken as they are now."""
    return {plan.subject.name: str(plan.to) for plan in ways_back(running, bytes_of(files))}


def test_files_that_put_nothing_further_back_move_nothing(running, files):
    assert back(running, files) == {}


def test_what_stands_further_back_goes_back_whatever_else_is_wrong(running, files):
    files.write("routes/half.yaml", "routes: [")
    files.change("routes/property.yaml", "stage: platform", "stage: legacy")
    files.change("routes/property.yaml", "match: GET /titles/{number}", "macth: GET titles")
    files.change("routes/journey.yaml", "stage: canary", "stage: shadow")
    assert back(running, files) == {"titles.read": "legacy", "conveyancing": "shadow"}


def test_a_smaller_share_is_further_back_and_a_larger_one_is_not(running, files):
    files.change("routes/journey.yaml", "share: 25%", "share: 5%")
    assert back(running, files) == {"conveyancing": "canary 5%"}
    files.change("routes/journey.yaml", "share: 5%", "share: 50%")
    assert back(running, files) == {}


def test_what_moves_forward_waits_until_the_files_are_mended(running, files):
    files.change("routes/property.yaml", "stage: platform", "stage: complete")
    files.change("routes/journey.yaml", "stage: canary", "stage: platform")
    assert back(running, files) == {}


def test_from_complete_and_gone_there_is_no_way_back(running, files):
    files.change("routes/property.yaml", "stage: platform", "stage: complete")
    complete = files.configuration()
    files.change("routes/property.yaml", "stage: complete", "stage: legacy")
    files.change("routes/property.yaml", "stage: gone", "stage: legacy")
    assert back(complete, files) == {}


@pytest.mark.parametrize(
    "twice",
    ["routes: [{name: titles.read, stage: platform}]", "routes: [{name: titles.read, stage: legcay}]"],
    ids=["stands elsewhere", "cannot be read"],
)
def test_a_name_that_stands_twice_goes_back_only_where_both_say_so(running, files, twice: str):
    files.change("routes/property.yaml", "stage: platform", "stage: legacy")
    files.write("routes/copy.yaml", twice)
    assert back(running, files) == {}
    files.write("routes/copy.yaml", (files.folder / "routes/property.yaml").read_text())
    assert back(running, files) == {"titles.read": "legacy"}


def test_a_name_that_means_something_else_now_moves_nothing(running, files):
    """A route that runs on its own, and is called as a group in the mistaken files; and one that runs in a group."""
    files.write(
        "routes/half.yaml",
        "groups: [{name: titles.read, stage: legacy}]\nroutes: [{name: charges.read, stage: legacy}]",
    )
    assert back(running, files) == {}


def test_what_goes_back_is_loaded_as_a_whole_good_configuration(running, files):
    before = bytes_of(files)
    files.write("routes/half.yaml", "routes: [")
    files.change("routes/property.yaml", "stage: platform", "stage: legacy")
    found = load_further_back(files.source(), running, before, bytes_of(files))
    assert found is not None
    configuration, written = found
    assert {route.name: str(route.stage) for route in configuration.routes}["titles.read"] == "legacy"
    assert "routes/half.yaml" not in written
    assert written["routes/property.yaml"] == (files.folder / "routes/property.yaml").read_bytes()
    assert load_further_back(files.source(), configuration, written, bytes_of(files)) is None


SHARES = some.sampled_from([Fraction(0), Fraction(1, 10), Fraction(1, 2), Fraction(1)])


@given(some.sampled_from(Stage), SHARES, some.sampled_from(Stage), SHARES, some.booleans(), some.booleans())
def test_nothing_ever_gives_the_platform_more(now, share, wanted, other, unsafe: bool, grouped: bool):
    match = Match("/a", (), None if unsafe else "GET")
    canary = Canary(share, ())
    sides = (SiloReference("portal"), PlatformService("http://127.0.0.1:1"))
    route = Route("a", match, now, *sides, canary, group="g" if grouped else None, place=Place("routes/a.yaml", 1))
    running = Configuration("r", None, {}, (route,), (Group("g", ("a",), now, canary),) * grouped)  # type: ignore[arg-type] - no settings are asked
    says = f"stage: {wanted}, canary: {{share: {other.numerator * 100 // other.denominator}%}}"
    key, name, more = ("groups", "g", ", routes: [a]") if grouped else ("routes", "a", "")
    plans = list(ways_back(running, {"routes/a.yaml": f"{key}: [{{name: {name}, {says}{more}}}]".encode()}))
    smaller = now is wanted is Stage.CANARY and other < share
    assert bool(plans) is (smaller or judge_move(now, wanted, whole=unsafe) is Direction.BACK)
    assert [plan.to for plan in plans] == [Standing(wanted, other if wanted is Stage.CANARY else None)] * len(plans)
