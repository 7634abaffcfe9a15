from __future__ import annotations

import datetime
from dataclasses import replace
from typing import Any

import pytest
from ended import DAY, NOW, TODAY, before, burnt, called

from facade.ending.burndown import burn_downs
from facade.ending.candidates import Candidate
from facade.ending.evidence import DAYS, Evidence, Found, LedgerState, OpenDifference, Unresolved, evidence
from facade.ending.refusing import Confirmation
from facade.ending.silo import EndingSilo
from facade.routing.stage import Stage

SILO = EndingSilo("portal", "sql", "Licensing", TODAY + DAY, routes=(("a", Stage.COMPLETE), ("b", Stage.GONE)))
LEDGER = LedgerState(12, "ab" * 32)
FINE = Found(SILO, NOW, TODAY, burnt([0.2] * 5 + [0.0] * DAYS), (), (), Unresolved(takes_unmatched=False), LEDGER)
SHAPE = Candidate("GET /a/{x}", "GET", "/a/{x}", 7, before(3), before(1), (("2xx", 7),))
WORD = Confirmation("portal", TODAY + DAY, "Kim", "done", NOW, "digest", "all is well")


def judged(days: int = DAYS, **changed: Any) -> Evidence:
    return evidence(replace(FINE, **changed), days)


def against(found: Evidence) -> list[str]:
    return [reason.text for reason in found.reasons if not reason.holds]


def test_a_silent_silo_without_routes_may_be_switched_off():
    found = judged()
    assert found.may
    assert found.sentence == "portal may be switched off: all 6 reasons speak for it"
    assert [reason.text for reason in found.reasons] == [
        "its routes are all complete or gone: a, b",
        "nobody called it in the last 30 days",
        "30 whole days without a call since the last one, from 24 October 2026 on",
        "no route's two sides are known to differ",
        "what no route covers does not go to it",
        f"the ledger is as it was written, up to entry 12:{'ab' * 32}",
    ]
    assert (found.zero_days, found.observed_days) == (30, 30)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        (
            {"silo": replace(SILO, routes=(("a", Stage.PLATFORM), ("b", Stage.GONE)))},
            "1 of its 2 routes not yet complete or gone: a (platform)",
        ),
        (
            {"callers": tuple(called("bailiffs", calls=1204))},
            "1 caller called it in the last 30 days: bailiffs (1,204 calls, last 2026-11-22)",
        ),
        (
            {"burn_down": burnt([0.2] * 5 + [0.0] * 29)},
            "29 whole days without a call since the last one, and 30 are asked for; "
            "30 of the last 30 days were watched whole",
        ),
        (
            {"differences": (OpenDifference("a", 1000, 3),)},
            "1 route's two sides differ: a (3 of 1,000 answers)",
        ),
        (
            {"unresolved": Unresolved(True, (SHAPE,), 4)},
            "what no route covers goes to it (unmatched: portal); calls of 5 shapes came: GET /a/{x}",
        ),
        (
            {"unresolved": Unresolved(True)},
            "what no route covers goes to it (unmatched: portal), if anything comes",
        ),
        (
            {"ledger": replace(LEDGER, findings=("line 3: was edited",))},
            "the ledger is not as it was written: line 3: was edited; see facade ledger verify",
        ),
        (
            {"ledger": LedgerState(0, "", problem="ledger.jsonl: gone")},
            "the ledger could not be verified: ledger.jsonl: gone",
        ),
    ],
)
def test_one_reason_against_it_is_enough(changed: dict[str, Any], told: str):
    found = judged(**changed)
    assert not found.may
    assert against(found) == [told]
    assert found.sentence == "portal may not be switched off: 1 of 6 reasons speaks against it"


def test_calls_that_are_not_known_are_no_reason_for_it():
    found = judged(problem="calls.sqlite: is damaged; mend it")
    assert against(found) == [
        "who calls it is not known: calls.sqlite: is damaged; mend it",
        "how long it has been silent is not known",
    ]


def test_days_that_nobody_watched_whole_count_for_no_silence():
    watched = [before(number) for number in range(1, 31)]
    partly = burn_downs(["portal"], [], watched, frozenset(watched[:12]))["portal"]
    found = judged(burn_down=partly)
    assert (found.zero_days, found.observed_days, found.may) == (12, 12, False)


def test_an_unwatched_day_puts_the_end_off_by_a_day_and_no_more():
    assert judged(burn_down=burnt([0.2, *[0.0] * 10, None, *[0.0] * 20])).may
    assert not judged(burn_down=burnt([0.2, *[0.0] * 9, None, *[0.0] * 20])).may


def test_as_many_days_are_asked_for_as_are_named():
    assert judged(7, burn_down=burnt([0.2, *[0.0] * 7])).may
    assert not judged(8, burn_down=burnt([0.2, *[0.0] * 7])).may


def test_a_silo_that_no_route_names_has_none_left():
    assert judged(silo=replace(SILO, routes=())).reasons[0].text == "no route names it"


COUNTED: dict[str, Any] = {
    "callers": tuple(called("courts", calls=3)),
    "differences": (OpenDifference("a", 1000, 3),),
    "unresolved": Unresolved(True, (SHAPE,), 4),
    "burn_down": burnt([0.2] * 30),
}


@pytest.mark.parametrize(
    "ticked",
    [
        {"at": NOW + datetime.timedelta(seconds=1)},
        {"confirmations": (WORD,)},
        {"ledger": LedgerState(13, "cd" * 32)},
        {"callers": tuple(called("courts", calls=4))},
        {"differences": (OpenDifference("a", 1001, 4),)},
        {"unresolved": Unresolved(True, (replace(SHAPE, calls=8),), 5)},
        {"burn_down": burnt([0.2] * 28 + [0.1] * 2)},
    ],
)
def test_the_digest_stands_while_numbers_tick(ticked: dict[str, Any]):
    digest = judged(**COUNTED).digest
    assert len(digest) == 64
    assert judged(**{**COUNTED, **ticked}).digest == digest


@pytest.mark.parametrize(
    "changed",
    [
        {"silo": replace(SILO, name="other")},
        {"silo": replace(SILO, switch_off=TODAY)},
        {"silo": replace(SILO, routes=(("a", Stage.COMPLETE), ("b", Stage.LEGACY)))},
        {"silo": replace(SILO, routes=(("a", Stage.COMPLETE), ("b", Stage.COMPLETE)))},
        {"silo": replace(SILO, routes=(("a", Stage.COMPLETE),))},
        {"callers": tuple(called("bailiffs", calls=3))},
        {"callers": (*called("courts", calls=3), *called("bailiffs", calls=3))},
        {"differences": (OpenDifference("b", 1000, 3),)},
        {"unresolved": Unresolved(takes_unmatched=False)},
        {"burn_down": burnt([0.2] * 5 + [0.0] * DAYS)},
        {"ledger": replace(LEDGER, findings=("line 3: was edited",))},
        {"ledger": LedgerState(0, "", problem="ledger.jsonl: gone")},
        {"problem": "calls.sqlite: is damaged; mend it", "callers": ()},
    ],
)
def test_the_digest_is_another_one_where_there_is_something_else_to_agree_to(changed: dict[str, Any]):
    assert judged(**{**COUNTED, **changed}).digest != judged(**COUNTED).digest


def test_the_digest_says_for_how_many_days_it_is():
    assert judged(7).digest != judged(8).digest


def test_a_confirmation_changes_no_reason():
    assert judged(confirmations=(WORD,)).reasons == judged().reasons
