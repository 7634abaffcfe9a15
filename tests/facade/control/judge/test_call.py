"""What of a call counts for whom."""

from __future__ import annotations

import pytest

from facade.control.judge.call import JudgedCall, Kind
from facade.routing.stage import Side


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (101, Kind.SUCCESS),
        (200, Kind.SUCCESS),
        (304, Kind.SUCCESS),
        (301, Kind.REDIRECT),
        (404, Kind.REFUSED),
        (429, Kind.REFUSED),
        (500, Kind.ERROR),
        (503, Kind.ERROR),
        (None, Kind.ERROR),
    ],
)
def test_an_answer_is_of_its_kind(status: int | None, kind: Kind) -> None:
    assert JudgedCall(Side.PLATFORM, status, 0.1).kind is kind


def test_an_answer_that_was_cut_short_is_an_error() -> None:
    assert JudgedCall(Side.PLATFORM, 200, 0.1, whole=False).kind is Kind.ERROR


@pytest.mark.parametrize("status", [None, 200, 500])
def test_a_call_whose_caller_hung_up_is_nobodys(status: int | None) -> None:
    assert JudgedCall(Side.PLATFORM, status, 0.1, whole=False, caller_left=True).kind is Kind.LEFT


def test_kinds_are_told_as_operators_know_them() -> None:
    assert [str(kind) for kind in Kind] == ["2xx", "3xx", "4xx", "errors", "left"]
