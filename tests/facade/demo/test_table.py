import io
from collections import Counter

import pytest
from rich.console import Console

from facade.demo.sidecar import Running
from facade.demo.table import Row, Screen, failures, rows, sent_back
from facade.demo.tally import Tally
from facade.routing.stage import Side


def tally() -> Tally:
    whole = Tally()
    for caller, side in (("a", Side.LEGACY), ("b", Side.PLATFORM), ("c", Side.LEGACY)):
        whole.begun()
        whole.right("titles.read", caller, side)
    whole.begun()
    whole.wrong("claims.read", "status 502 where 200 is right")
    return whole


def test_a_row_shows_what_runs_who_answered_lately_and_the_totals():
    running = {"titles.read": Running("canary", 0.1)}
    recent = Counter({("titles.read", Side.LEGACY): 9, ("titles.read", Side.PLATFORM): 1})
    assert rows(running, tally(), recent)[1] == Row("titles.read", "canary 10%", 9, 1, 0, 3, 0)


def test_a_route_that_was_called_but_does_not_run_is_shown_with_its_failures():
    assert rows({}, tally(), Counter())[0] == Row("claims.read", "not served", 0, 0, 0, 0, 1)


@pytest.mark.parametrize(
    ("running", "standing"),
    [(Running("gone", None), "gone"), (Running("legacy", 0.0), "legacy"), (Running("canary", 0.0), "canary 0%")],
)
def test_only_a_canary_shows_a_share(running: Running, standing: str):
    assert rows({"old": running}, Tally(), Counter())[0].standing == standing


def test_the_bar_grows_from_the_platforms_end():
    row = Row("titles.read", "canary 50%", 40, 10, 0, 50, 0)
    assert row.bar == "░" * 8 + "█" * 2
    assert Row("titles.read", "gone", 0, 0, 9, 40, 0).bar.strip() == ""


def written(terminal: bool, times: int) -> str:
    file = io.StringIO()
    running = {"titles.read": Running("canary", 0.125), "titles.search-1998": Running("gone", None)}
    with Screen(Console(file=file, force_terminal=terminal, width=80, legacy_windows=False)) as screen:
        for _ in range(times):
            screen.show(rows(running, tally(), Counter()), failures(tally()))
    return file.getvalue()


def test_without_a_terminal_every_fifth_table_is_plain_lines():
    text = written(False, 6)
    assert (
        text.count(
            "titles.read: canary 12.5%; last 5 s: legacy 0, platform 0, facade 0; since the start 3 right, 0 failed"
        )
        == 2
    )
    assert "claims.read: status 502 where 200 is right (1 times)" in text
    assert "\x1b" not in text


def test_a_terminal_gets_a_table_with_the_failures_in_words():
    text = written(True, 1)
    assert "canary 12.5%" in text
    assert "titles.search-1998" in text
    assert "…" not in text
    assert "claims.read: status 502 where 200 is right (1 times)" in text
    assert "\x1b" in text


def test_a_path_longer_than_the_terminal_is_not_broken():
    file = io.StringIO()
    Screen(Console(file=file, width=20)).say("/a/[red]/" + "x" * 100)
    assert file.getvalue() == "/a/[red]/" + "x" * 100 + "\n"


def test_a_route_that_its_guard_took_back_is_told_in_the_guards_sentence():
    why = "titles.read went back to legacy: platform errors 10 % against legacy 0 % over 105 calls (limit +1 point)"
    running = {"titles.read": Running("legacy", 0.0, differs=why), "claims.read": Running("canary", 0.1, "pass")}
    assert sent_back(running) == (why,)
