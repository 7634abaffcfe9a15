"""How a finished call is counted."""

from __future__ import annotations

import pytest

from facade.outcomes import Outcome
from facade.routing.stage import Side, Stage


@pytest.mark.parametrize(
    ("status", "complete", "code"),
    [
        (200, True, "2xx"),
        (308, True, "3xx"),
        (404, True, "4xx"),
        (599, True, "5xx"),
        (999, True, "9xx"),
        (200, False, "aborted"),
        (None, False, "aborted"),
        (None, True, "aborted"),
    ],
)
def test_a_call_counts_by_its_class_only_if_its_answer_was_whole(status: int | None, complete: bool, code: str) -> None:
    assert Outcome("titles.read", Stage.CANARY, Side.PLATFORM, status, 0.1, "", complete).code == code
