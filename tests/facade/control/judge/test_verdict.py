"""All checks put together."""

from __future__ import annotations

import pytest

from facade.control.judge.verdict import CheckResult, Ruling, Verdict, together

PASS, FAIL, NOT_ENOUGH, ERROR = Ruling


def verdict(*rulings: Ruling) -> Verdict:
    return together(
        tuple(CheckResult(f"check{n}", 0.0, 0.0, 1, each, f"{n} says so") for n, each in enumerate(rulings))
    )


@pytest.mark.parametrize(
    ("rulings", "kind", "sentence"),
    [
        ((PASS, PASS), PASS, "0 says so; 1 says so"),
        ((PASS, NOT_ENOUGH), NOT_ENOUGH, "1 says so"),
        ((NOT_ENOUGH, ERROR, PASS), ERROR, "1 says so"),
        ((NOT_ENOUGH, ERROR, FAIL, FAIL), FAIL, "2 says so; 3 says so"),
    ],
)
def test_the_worst_check_decides_and_tells(rulings: tuple[Ruling, ...], kind: Ruling, sentence: str) -> None:
    assert (verdict(*rulings).kind, verdict(*rulings).sentence) == (kind, sentence)


def test_the_verdicts_have_the_names_of_their_metric() -> None:
    assert [str(each) for each in Ruling] == ["pass", "fail", "not_enough", "error"]
