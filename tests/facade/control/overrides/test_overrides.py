"""What a start makes of the overrides that were kept, and of those that cannot be read."""

from __future__ import annotations

import datetime
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any, cast

import pytest
import structlog
from calls import route_of
from house import House

from facade.config.settings import Configuration
from facade.config.standing import Standing
from facade.control.because import Because
from facade.control.ledger.book import Book
from facade.control.overrides.overrides import LEGACY, Overrides
from facade.control.overrides.store import FILE, OverrideStore
from facade.control.overview import why_of
from facade.control.roles import Outcome
from facade.routing.guard import Guard
from facade.routing.route import Canary, Key, KeyKind
from facade.routing.stage import Stage

NOON = datetime.datetime(2026, 11, 23, 12, tzinfo=datetime.UTC)
CANARY = Canary(Fraction(1, 4), (Key(KeyKind.COOKIE, "s"),))
ROUTES = tuple(
    replace(route_of(stage=stage, canary=CANARY), name=name, guard=guard, group=group, written=f"yaml1:{name}")
    for name, stage, guard, group in (
        ("guarded", Stage.CANARY, Guard(), None),
        ("unguarded", Stage.CANARY, None, None),
        ("whole", Stage.PLATFORM, None, None),
        ("of-a-group", Stage.CANARY, None, "journey"),
        ("shadowed", Stage.SHADOW, None, None),
        ("complete", Stage.COMPLETE, None, None),
        ("legacy", Stage.LEGACY, None, None),
    )
)
FILES = Configuration("abc", cast(Any, None), {}, ROUTES, ())


def loaded(state: Path) -> Overrides:
    overrides = Overrides(state, lambda: NOON)
    overrides.load(FILES)
    return overrides


def damage(state: Path) -> None:
    OverrideStore(state).save(())
    (state / FILE).write_bytes(b"sha256 x\n[]")


@pytest.mark.parametrize("how", ["damaged", "put aside and killed"])
def test_where_they_cannot_be_read_all_that_the_platform_answers_goes_back_guarded_or_not(
    tmp_path: Path, how: str
) -> None:
    damage(tmp_path)
    if how == "put aside and killed":
        (tmp_path / FILE).rename(tmp_path / "overrides.json.damaged")
    with structlog.testing.capture_logs() as said:
        overrides = loaded(tmp_path)
    assert {each.subject: each.to for each in overrides.now} == dict.fromkeys(
        ("guarded", "unguarded", "whole", "journey"), LEGACY
    )
    assert all("overrides.json was damaged" in each.because.why for each in overrides.now)
    assert [(line["event"], line["log_level"]) for line in said] == [("overrides lost", "error")]
    runs, _ = overrides.over(FILES)
    assert {route.name for route in runs.routes if route.stage in (Stage.CANARY, Stage.PLATFORM)} == set()
    assert loaded(tmp_path).now == overrides.now


def test_where_nothing_was_ever_kept_the_files_hold(tmp_path: Path) -> None:
    assert loaded(tmp_path).now == ()


def test_those_of_an_older_version_hold_and_are_kept_as_this_version_knows_them(tmp_path: Path) -> None:
    overrides = Overrides(tmp_path, lambda: NOON)
    made = overrides.stand((ROUTES[0],), Standing(Stage.LEGACY), Because("guard", "because"))
    OverrideStore(tmp_path).save((replace(made, written="ab" * 32),))
    with structlog.testing.capture_logs() as said:
        assert loaded(tmp_path).now == (made,)
    assert [line["event"] for line in said] == ["overrides of another version"]
    assert OverrideStore(tmp_path).read() == (made,)


async def test_after_a_restart_on_damaged_ones_the_ledger_and_the_status_say_why(house: House) -> None:
    house.move("platform")
    await house.reloader.reload("file")
    damage(house.files.folder / "state")
    again = house.again(house.files.source())
    await again.start()
    await again.keep()
    assert house.stage("titles.read") == "legacy"
    book = Book(house.files.folder / "state")
    told = {entry.what: entry for entry, _ in book.entries() if entry.cause == "start" and entry.what != "*"}
    assert (told["titles.read"].before, told["titles.read"].after) == ("platform", "legacy")
    assert told["searches.read"].after == "legacy"
    assert "overrides.json was damaged" in told["titles.read"].why
    differs = {each.subject: why_of(each.because) for each in again.overrides.now}
    assert "overrides.json was damaged" in differs["titles.read"]


async def test_what_is_changed_in_other_files_or_besides_the_text_gives_the_platform_nothing_back(house: House) -> None:
    house.move("platform\n    shadow: {sample: 10%}")
    await house.reloader.reload("file")
    await house.reloader.stand({"titles.read": LEGACY, "conveyancing": LEGACY}, Because("guard", "because"))
    house.files.write("callers.yaml", "api_key_header: X-Other-Key\n")
    house.files.change(
        "routes/property.yaml", "    stage: platform", "    # agreed with the team\n    stage:   platform"
    )
    assert (await house.reloader.reload("file")).outcome is Outcome.ACCEPTED
    assert (house.stage("titles.read"), house.stage("searches.read")) == ("legacy", "legacy")
    house.files.change("routes/journey.yaml", "share: 25%", "share: 24%")
    assert (await house.reloader.reload("file")).outcome is Outcome.ACCEPTED
    assert (house.stage("titles.read"), house.stage("searches.read")) == ("legacy", "canary")
