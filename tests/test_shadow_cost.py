"""What a shadow costs: how it is measured and written. `python -m bench.shadow_cost` makes the table."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.cases import SMALL_JSON
from bench.shadow_cost import LARGE, SCENARIOS, Scenario, added, grown, main, one_call, row, staged
from facade.compare.answer import MAX_BODY

TABLE = (Path(__file__).parent.parent / "bench/shadow.md").read_text()


def rows(text: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.split("|")[1:-1]] for line in text.splitlines() if line.startswith("| ")]


def test_a_row_tells_the_median_the_spread_and_the_memory() -> None:
    told = row(Scenario("hangs", None, 0.1), [1e-6, 3e-6, 2e-6], 5 * 2**20)
    assert told == "| hangs | 10% | 2.00 | 1.00-3.00 | 5.0 |"


async def test_a_call_is_sampled_where_there_is_a_shadow_and_only_there() -> None:
    ground = staged(Scenario("hangs", None, 1.0), SMALL_JSON.answer)
    one_call(ground.mirror, ground.plain, SMALL_JSON.answer)
    assert "waiting=0" in repr(ground.mirror)
    one_call(ground.mirror, ground.shadowed, SMALL_JSON.answer)
    assert "waiting=1" in repr(ground.mirror)


def test_the_large_answers_are_such_as_are_compared() -> None:
    assert MAX_BODY * 0.9 < len(LARGE) < MAX_BODY


@pytest.mark.parametrize("column", [2, 4], ids=["CPU", "memory"])
def test_the_bounds_are_held_in_the_table_that_is_kept(column: int) -> None:
    bound = {2: 3.0, 4: 32.0}[column]
    kept = rows(TABLE)[2:]
    assert [(name, sample) for name, sample, *_ in kept] == [(each.name, f"{each.sample:.0%}") for each in SCENARIOS]
    assert all(float(cells[column]) <= bound for cells in kept)


async def test_a_few_calls_can_be_measured() -> None:
    hangs = SCENARIOS[0]
    assert len(await added(hangs, rounds=2, calls=50)) == 2
    assert await grown(hangs, calls=50) < 32 * 2**20


def test_the_command_writes_the_table(tmp_path: Path) -> None:
    output = tmp_path / "shadow.md"
    assert main(["--rounds", "1", "--calls", "25", "--large", "25", "--output", str(output)]) == 0
    assert len(rows(output.read_text())) == len(rows(TABLE))
