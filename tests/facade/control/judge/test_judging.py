"""What a guard says of a route, from its calls and comparisons."""

from __future__ import annotations

from fractions import Fraction

import pytest
from judged import AGREED, GUARD, answers, check, feed, judged, rulings

from facade.compare.parity import Agreement
from facade.control.judge.call import JudgedCall, Kind
from facade.control.judge.evidence import Evidence
from facade.control.judge.judging import bars
from facade.control.judge.verdict import CheckResult, Ruling, Verdict, together
from facade.routing.guard import Guard, LatencyMargin
from facade.routing.stage import Side, Stage

PASS, FAIL, NOT_ENOUGH, ERROR = Ruling
LEGACY, PLATFORM = Side.LEGACY, Side.PLATFORM


def test_a_platform_as_good_as_legacy_passes_every_check_once_the_sample_is_there() -> None:
    evidence = Evidence(GUARD)
    assert judged(evidence, Agreement()).kind is NOT_ENOUGH
    feed(evidence, 1_000, answers(LEGACY, errors=0.01), answers(PLATFORM, errors=0.01))
    assert set(rulings(judged(evidence)).values()) == {NOT_ENOUGH, PASS}
    feed(evidence, 5_000, answers(LEGACY, errors=0.01), answers(PLATFORM, errors=0.01), seed=2)
    verdict = judged(evidence)
    assert rulings(verdict) == dict.fromkeys(["errors", "statuses", "p99", "parity"], PASS)
    assert (verdict.kind, verdict.telling) == (PASS, verdict.checks)


def test_errors_beyond_the_margin_take_a_route_back_and_the_sentence_says_why() -> None:
    evidence = Evidence(GUARD)
    feed(evidence, 10_000, answers(LEGACY, errors=0.005), answers(PLATFORM, errors=0.05))
    verdict = judged(evidence)
    assert rulings(verdict) == {"errors": FAIL, "statuses": PASS, "p99": PASS, "parity": PASS}
    errors = check(evidence, "errors")
    assert verdict.went_back("titles.read") == (
        "titles.read went back to legacy: platform errors 10 % against legacy 0.53 % over 90 calls (limit +1 point)"
    )
    assert (round(errors.measured, 3), errors.limit, errors.sample) == (0.095, 0.01, 90)


def test_a_dead_platform_is_found_within_twenty_of_its_calls() -> None:
    evidence, calls = Evidence(GUARD), 0
    while judged(evidence).kind is not FAIL:
        feed(evidence, 9, answers(LEGACY), answers(LEGACY), seed=calls)
        evidence.add(JudgedCall(PLATFORM, None, 10.0))
        calls += 1
    assert calls <= 20


def test_a_platform_that_answers_404_to_everything_fails_though_no_answer_is_an_error() -> None:
    evidence = Evidence(Guard(errors=Fraction(1, 100)))
    feed(evidence, 400, answers(LEGACY), answers(PLATFORM, 404))
    verdict = judged(evidence)
    assert rulings(verdict) == {"errors": PASS, "statuses": FAIL}
    assert verdict.sentence.startswith("platform 4xx answers 100 % against legacy 0 % over ")
    assert verdict.sentence.endswith(" calls (limit +5 points)")


@pytest.mark.parametrize(("legacy", "platform", "kind"), [(404, 200, "2xx"), (200, 302, "3xx"), (302, 404, "4xx")])
def test_a_shift_to_any_kind_of_answer_is_found(legacy: int, platform: int, kind: str) -> None:
    evidence = Evidence(Guard())
    feed(evidence, 2_000, answers(LEGACY, legacy), answers(PLATFORM, platform))
    assert judged(evidence).sentence.startswith(f"platform {kind} answers 100 % against legacy 0 %")


def test_a_platform_that_confirms_what_callers_have_is_no_shift() -> None:
    evidence = Evidence(Guard())
    feed(evidence, 2_000, answers(LEGACY, 200), answers(PLATFORM, 304))
    assert judged(evidence).kind is PASS


def test_a_platform_that_answers_while_legacy_fails_is_no_shift() -> None:
    evidence = Evidence(GUARD)
    feed(evidence, 10_000, answers(LEGACY, errors=0.5), answers(PLATFORM))
    assert judged(evidence).kind is PASS


def test_a_dead_platform_answers_nothing_so_its_answers_are_no_shift() -> None:
    evidence = Evidence(GUARD)
    feed(evidence, 1_000, answers(LEGACY), answers(PLATFORM, 500))
    assert rulings(judged(evidence))["statuses"] is NOT_ENOUGH


def test_bad_requests_that_meet_both_sides_fail_neither() -> None:
    evidence = Evidence(GUARD)
    for seed in range(20):
        bad = 404 if seed % 3 == 0 else 200
        feed(evidence, 500, answers(LEGACY, bad), answers(PLATFORM, bad), seed=seed)
    assert judged(evidence).kind is PASS


def test_a_burst_of_errors_that_meets_both_sides_fails_neither() -> None:
    evidence = Evidence(GUARD)
    for seed in range(20):
        errors = 0.8 if seed % 3 == 0 else 0.0
        feed(evidence, 500, answers(LEGACY, errors=errors), answers(PLATFORM, errors=errors), seed=seed)
    assert judged(evidence).kind is not FAIL


def test_callers_that_hang_up_count_against_nobody() -> None:
    evidence = Evidence(GUARD)
    feed(evidence, 3_000, answers(LEGACY), answers(PLATFORM))
    before = check(evidence, "errors").sample
    for _ in range(1_000):
        evidence.add(JudgedCall(PLATFORM, None, 0.01, caller_left=True))
        evidence.add(JudgedCall(LEGACY, 200, 0.1))
    assert evidence.platform.kinds[Kind.LEFT] == 1_000
    assert check(evidence, "errors").sample == before
    assert judged(evidence).kind is PASS


def test_a_platform_that_hangs_until_its_callers_hang_up_is_slow() -> None:
    evidence = Evidence(Guard(p99=LatencyMargin(0.05)))
    for _ in range(400):
        evidence.add(JudgedCall(LEGACY, 200, 0.1))
        evidence.add(JudgedCall(PLATFORM, None, 5.0, caller_left=True))
    verdict = judged(evidence)
    assert rulings(verdict) == {"statuses": NOT_ENOUGH, "p99": FAIL}
    assert verdict.sentence.startswith("100 % of the platform's last ")
    assert verdict.sentence.endswith("slower than legacy's p99 +50 ms, against 0 % of legacy's slower than its p99")


def test_a_platform_twice_as_slow_fails_by_its_quantile() -> None:
    evidence = Evidence(GUARD)
    feed(evidence, 20_000, answers(LEGACY, seconds=0.1), answers(PLATFORM, seconds=0.2))
    verdict = judged(evidence)
    assert rulings(verdict)["p99"] is FAIL
    assert verdict.sentence.startswith("platform p99 299 ms against legacy 151 ms over ")
    assert verdict.sentence.endswith(" calls (limit +50 ms)")


def test_a_platform_slower_by_less_than_the_margin_passes() -> None:
    evidence = Evidence(GUARD)
    feed(evidence, 20_000, answers(LEGACY, seconds=0.1), answers(PLATFORM, seconds=0.12))
    assert judged(evidence).kind is PASS


def test_a_margin_in_per_cent_is_of_legacys_own_time() -> None:
    guard = Guard(p50=LatencyMargin(share=Fraction(1, 2)))
    evidence = Evidence(guard)
    feed(evidence, 20_000, answers(LEGACY, seconds=0.1), answers(PLATFORM, seconds=0.14))
    assert judged(evidence).kind is PASS
    evidence = Evidence(guard)
    feed(evidence, 20_000, answers(LEGACY, seconds=0.1), answers(PLATFORM, seconds=0.2))
    assert judged(evidence).sentence.endswith("(limit +50 %)")


def test_a_platform_that_breaks_after_a_long_good_time_is_told_by_its_last_calls() -> None:
    evidence = Evidence(GUARD)
    feed(evidence, 20_000, answers(LEGACY), answers(PLATFORM))
    feed(evidence, 500, answers(LEGACY), answers(PLATFORM, 500))
    assert judged(evidence).sentence.startswith("platform errors 100 % against legacy 0 % over the last ")
    slow = Evidence(GUARD)
    feed(slow, 20_000, answers(LEGACY), answers(PLATFORM))
    feed(slow, 500, answers(LEGACY), answers(PLATFORM, seconds=1.0))
    assert judged(slow).sentence.startswith("100 % of the platform's last ")


def test_a_failure_is_for_good() -> None:
    evidence = Evidence(GUARD)
    feed(evidence, 500, answers(LEGACY), answers(PLATFORM, 500))
    failed = judged(evidence).sentence
    feed(evidence, 50_000, answers(LEGACY), answers(PLATFORM))
    assert judged(evidence).kind is FAIL
    assert check(evidence, "errors").sentence in failed


def test_a_quiet_route_is_left_in_peace() -> None:
    evidence = Evidence(GUARD)
    for _ in range(4):
        evidence.add(JudgedCall(LEGACY, 200, 0.1))
        evidence.add(JudgedCall(PLATFORM, 500, 0.1))
    verdict = judged(evidence)
    assert verdict.kind is NOT_ENOUGH
    assert check(evidence, "errors").sentence.endswith("over 4 calls (limit +1 point), of 200 wanted")


def test_a_platform_a_little_beyond_its_limit_neither_passes_nor_fails() -> None:
    evidence = Evidence(GUARD)
    feed(evidence, 10_000, answers(LEGACY), answers(PLATFORM, errors=0.014))
    errors = check(evidence, "errors")
    assert errors.verdict is NOT_ENOUGH
    assert errors.measured > errors.limit
    assert errors.sentence.endswith("(limit +1 point), not within the limit and too few to be sure")


def test_a_route_that_legacy_answers_no_more_cannot_pass() -> None:
    evidence = Evidence(Guard(calls=10, errors=Fraction(1, 100), p99=LatencyMargin(0.5)))
    for _ in range(1_000):
        evidence.add(JudgedCall(PLATFORM, 200, 0.1))
    assert set(rulings(judged(evidence)).values()) == {NOT_ENOUGH}
    assert check(evidence, "errors").sentence.endswith(", and legacy answered none to hold them against")


def test_a_route_without_calls_has_not_enough() -> None:
    assert check(Evidence(Guard()), "statuses").sentence.endswith(" over 0 calls (limit +5 points), of 1 wanted")


def test_an_answer_of_the_facades_own_is_neither_sides() -> None:
    evidence = Evidence(GUARD)
    evidence.add(JudgedCall(Side.OWN, 503, 0.1))
    assert (evidence.legacy.calls, evidence.platform.calls) == (0, 0)


def test_only_what_the_guard_names_is_checked_beside_the_kinds_of_answers() -> None:
    assert [each.name for each in judged(Evidence(Guard())).checks] == ["statuses"]
    margin = LatencyMargin(0.05)
    guard = Guard(errors=Fraction(0), p50=margin, p95=margin, p99=margin, parity=Fraction(1))
    assert [each.name for each in judged(Evidence(guard)).checks] == [
        "errors",
        "statuses",
        "p50",
        "p95",
        "p99",
        "parity",
    ]


def test_evidence_shows_what_it_has() -> None:
    evidence = Evidence(GUARD)
    feed(evidence, 100, answers(LEGACY), answers(PLATFORM))
    assert "<SideEvidence 2xx=" in repr(evidence)
    assert AGREED.share == 1.0


def verdict(**checks: Ruling) -> Verdict:
    return together(tuple(CheckResult(name, 0.0, 0.01, 3, kind, f"{name} is so") for name, kind in checks.items()))


@pytest.mark.parametrize("stage", [Stage.SHADOW, Stage.CANARY, Stage.PLATFORM])
def test_only_a_pass_lets_a_route_go_on_and_what_keeps_it_is_a_sentence(stage: Stage) -> None:
    assert bars(verdict(errors=PASS, parity=PASS), stage) is None
    assert bars(verdict(errors=PASS, parity=NOT_ENOUGH), stage) == ("its guard has not enough to go by: parity is so")
    assert bars(verdict(errors=FAIL, parity=PASS), stage) == "its guard fails it: errors is so"
    assert bars(verdict(errors=ERROR, parity=PASS), stage) == "its guard could not judge it: errors is so"


def test_where_the_platform_answers_everybody_only_what_was_compared_has_to_pass() -> None:
    known = verdict(errors=NOT_ENOUGH, statuses=NOT_ENOUGH, parity=PASS)
    assert bars(known, Stage.PLATFORM) is None
    assert bars(known, Stage.CANARY) is not None
    assert bars(verdict(errors=NOT_ENOUGH), Stage.PLATFORM) is None
