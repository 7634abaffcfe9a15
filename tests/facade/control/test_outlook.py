"""What is next for a route: the line that would say it, and what stands in the way."""

from __future__ import annotations

import datetime
from typing import Any

from facade.control.outlook import Outlooks

NOW = datetime.datetime(2026, 11, 23, 9, tzinfo=datetime.UTC)


def outlooks(files: Any, bars: str | None = None) -> Outlooks:
    configuration = files.configuration()
    return Outlooks(files.folder, lambda: configuration, lambda _: bars, lambda: NOW)


async def test_the_line_is_the_one_that_the_order_would_write(files) -> None:
    outlook = await outlooks(files).of("titles.read")
    assert outlook.step is not None
    assert outlook.refused is None
    (line,) = outlook.lines
    assert line.startswith("routes/")
    assert "stage: " in line or "share: " in line


async def test_a_route_of_a_journey_moves_with_it(files) -> None:
    outlook = await outlooks(files).of("searches.read")
    assert outlook.subject.is_group
    assert outlook.step is not None
    assert outlook.step.command.split()[2] == outlook.subject.name
    assert outlook.lines


async def test_a_freeze_stands_in_the_way(files) -> None:
    files.change("facade.yaml", "version: 1", "version: 1\nfreeze: [{from: 2026-11-23 00:00, to: 2026-11-24 00:00}]")
    outlook = await outlooks(files).of("titles.read")
    assert any("freeze" in each.what for each in outlook.barred)


async def test_files_that_cannot_be_read_are_told_of(files) -> None:
    made = outlooks(files)
    (files.folder / "routes").rename(files.folder / "elsewhere")
    outlook = await made.of("titles.read")
    assert outlook.refused is not None
    assert "cannot be read" in outlook.refused
    assert outlook.choices


async def test_the_end_of_the_way_has_no_step(files) -> None:
    outlook = await outlooks(files).of("old.search")
    assert (outlook.step, outlook.lines, outlook.choices) == (None, (), ())
