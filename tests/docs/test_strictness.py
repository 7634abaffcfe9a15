"""Every row of the page on strictness is tried, and every row that is tried is on the page."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from facade.wire import refusals

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = (ROOT / "docs/strictness.md").read_text()
ROWS = re.findall(r"^\| ([FTHRS]\d+) \|(.*)$", PAGE, re.MULTILINE)
LAST = {"F": 24, "T": 14, "H": 20, "R": 18}


def tried() -> set[str]:
    """The rows that the scenarios name: in the name of a case, or in the docstring of a test that is one."""
    sources = [path.read_text() for path in (ROOT / "tests/scenarios").glob("test_*.py")]
    return {row for source in sources for row in re.findall(r'"([FTHRS]\d+)[-:"]', source)}


def test_every_row_is_tried_and_every_row_that_is_tried_is_described() -> None:
    named = [row for row, _ in ROWS]
    assert len(named) == len(set(named))
    assert set(named) == tried()


@pytest.mark.parametrize("letter", LAST)
def test_no_row_is_left_out(letter: str) -> None:
    numbers = [int(row[1:]) for row, _ in ROWS if row[0] == letter]
    assert numbers == list(range(1, LAST[letter] + 1))


@pytest.mark.parametrize(("row", "text"), ROWS, ids=[row for row, _ in ROWS])
def test_a_status_stands_beside_its_own_reason(row: str, text: str) -> None:
    known = {(problem.status, problem.reason) for problem in refusals.ALL}
    for status, reason in re.findall(r"\b([45]\d\d) `(\w+)`", text):
        assert (int(status), reason) in known, row
