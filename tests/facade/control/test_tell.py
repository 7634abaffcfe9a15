from __future__ import annotations

import structlog

from facade.config.mistake import Mistake
from facade.control.changes import Moved
from facade.control.roles import Outcome, ReloadResult
from facade.control.tell import tell
from facade.routing.route import Place

MISTAKE = Mistake(Place("routes/a.yaml", 3), "has no stage", "add one")


def told(files, result: ReloadResult, *moves: Moved) -> list[tuple[str, str]]:
    with structlog.testing.capture_logs() as said:
        tell(result, files.configuration(), "file", moves)
    return [(line["log_level"], line["event"]) for line in said]


def test_a_rejection_is_one_line_with_every_reason(files):
    with structlog.testing.capture_logs() as said:
        tell(ReloadResult(Outcome.REJECTED, "bad", (MISTAKE, MISTAKE)), files.configuration(), "file")
    assert said == [
        {
            "log_level": "error",
            "event": "configuration rejected",
            "cause": "file",
            "revision": "bad",
            "running": files.configuration().revision,
            "routes": 5,
            "reasons": ["routes/a.yaml:3: has no stage; add one"] * 2,
        }
    ]


def test_an_accepted_change_is_followed_by_its_warnings_and_its_moves(files):
    result = ReloadResult(Outcome.ACCEPTED, "good", warnings=(MISTAKE,))
    assert told(files, result, Moved("titles.read", "legacy", "platform")) == [
        ("info", "configuration accepted"),
        ("warning", "configuration warning"),
        ("info", "route moved"),
    ]


def test_a_route_at_stage_shadow_is_told_to_be_compared_with_nothing(files):
    files.change("routes/property.yaml", "stage: legacy\n    canary", "stage: shadow\n    canary")
    with structlog.testing.capture_logs() as said:
        tell(ReloadResult(Outcome.ACCEPTED, "good"), files.configuration(), "start")
    assert "comparison is not built yet" in said[-1]["problem"]


def test_nothing_new_is_one_quiet_line(files):
    result = ReloadResult(Outcome.UNCHANGED, "same", warnings=(MISTAKE,))
    assert told(files, result) == [("info", "configuration unchanged")]
