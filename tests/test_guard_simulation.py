"""The simulation of the guard: what it draws and what it writes. `python -m bench.guard_simulation` makes the table."""

from __future__ import annotations

import random
from pathlib import Path

from bench.guard_simulation import BAD, GOOD, Burst, Scenario, canary, happening, main, render, row

DEAD = next(each for each in BAD if each.name == "dead platform")


def test_a_row_tells_how_many_went_back_and_how_soon() -> None:
    found = [*range(1, 100), None]
    assert row(Scenario("bad", "soon"), found) == "| bad | 99.0% | 50 | 90 | 99 | never | soon |"


def test_a_dead_platforms_canary_goes_back_at_once() -> None:
    calls = canary(DEAD, random.Random(1))
    assert calls is not None
    assert calls <= 20


def test_the_calls_before_a_platform_went_bad_are_not_counted() -> None:
    late = canary(Scenario("late", "", errors=1.0, good_calls=1_000), random.Random(1))
    assert late is not None
    assert late <= 20


def test_a_canary_that_ends_well_never_goes_back() -> None:
    assert canary(Scenario("good", "", calls=500), random.Random(1)) is None


def test_bursts_come_and_go() -> None:
    happens = happening(Scenario("bursts", "", bursts=True), random.Random(1))
    calm = sum(next(happens) == Burst() for _ in range(50_000))
    assert 40_000 < calm < 49_000
    quiet = happening(GOOD[0], random.Random(1))
    assert {next(quiet) for _ in range(50_000)} == {Burst()}


def test_the_document_names_its_figures_and_its_seed() -> None:
    text = render(["| a row |"], 1_000, 7)
    assert "1,000 canaries a row, seed 7" in text
    assert text.endswith("| a row |\n")
    assert all(len(line) <= 120 for line in text.splitlines())


def test_every_target_is_held_in_the_table_that_is_kept() -> None:
    table = (Path(__file__).parent.parent / "bench/guard.md").read_text()
    rows = {
        cells[1]: cells[2:] for line in table.splitlines() if len(cells := [c.strip() for c in line.split("|")]) == 9
    }
    assert {each.name for each in (*GOOD, *BAD)} <= rows.keys()
    for scenario in GOOD:
        assert float(rows[scenario.name][0].removesuffix("%")) <= 1
    half, late = (int(rows["5 % errors against 0.5 %"][column].replace(",", "")) for column in (1, 3))
    assert (half <= 300, late <= 1_500) == (True, True)
    assert int(rows[DEAD.name][4]) <= 20
    assert int(rows["every latency doubled"][4].replace(",", "")) <= 3_000


def test_the_command_writes_the_table(tmp_path: Path) -> None:
    assert main(["--canaries", "1", "--processes", "1", "--output", str(tmp_path / "guard.md")]) == 0
    assert "| dead platform | 100.0% |" in (tmp_path / "guard.md").read_text()
