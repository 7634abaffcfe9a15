from __future__ import annotations

import asyncio

import structlog

from facade.config.mistake import Mistake
from facade.control.changes import Moved
from facade.control.roles import Outcome, ReloadResult
from facade.control.tell import tell, tell_moves
from facade.routing.route import Place
from facade.tasks import spawn

MISTAKE = Mistake(Place("routes/a.yaml", 3), "has no stage", "add one")


def told(files, result: ReloadResult) -> list[tuple[str, str]]:
    with structlog.testing.capture_logs() as said:
        tell(result, files.configuration(), "file")
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


def test_an_accepted_change_is_followed_by_its_warnings(files):
    result = ReloadResult(Outcome.ACCEPTED, "good", warnings=(MISTAKE,))
    assert told(files, result) == [("info", "configuration accepted"), ("warning", "configuration warning")]


async def test_each_move_is_a_line_and_a_thousand_of_them_let_others_have_their_turn():
    turns = 0

    async def others() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    waiting = spawn(others(), "others")
    with structlog.testing.capture_logs() as said:
        await tell_moves(Moved(f"titles.{number}", "legacy", "platform") for number in range(1000))
    waiting.cancel()
    assert turns >= 50
    assert [line["route"] for line in said] == [f"titles.{number}" for number in range(1000)]
    assert said[0] == {
        "log_level": "info",
        "event": "route moved",
        "route": "titles.0",
        "before": "legacy",
        "after": "platform",
        "cause": "file",
    }


def test_nothing_new_is_one_quiet_line(files):
    result = ReloadResult(Outcome.UNCHANGED, "same", warnings=(MISTAKE,))
    assert told(files, result) == [("info", "configuration unchanged")]
