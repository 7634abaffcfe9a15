"""The checks that compare calls: errors, kinds of answers, latency. Each is a result with its sentence. Pure.

A check fails when its trial has decided, once and for good. It passes when the guard's sample is there and what was
measured is within the limit. Else there is not enough to go by: too few calls, or too many errors to pass and too few
to be sure.
"""

from __future__ import annotations

from facade.control.judge import words
from facade.control.judge.call import Kind
from facade.control.judge.evidence import SHIFT, SHIFTED, Evidence
from facade.control.judge.slowness import SlownessTrial
from facade.control.judge.verdict import CheckResult, Ruling
from facade.control.judge.wager import Counts
from facade.control.judge.wealth import Finding


def errors(evidence: Evidence) -> CheckResult:
    """The platform's errors against legacy's and the margin in points."""
    limit = float(evidence.guard.errors or 0)
    legacy, platform = evidence.legacy, evidence.platform
    counts = Counts(legacy.calls, legacy.kinds[Kind.ERROR], platform.calls, platform.kinds[Kind.ERROR])
    finding = evidence.errors.wealth.finding
    return _result(evidence, "errors", "errors", finding or Finding(counts, whole=True), limit, failed=bool(finding))


def statuses(evidence: Evidence) -> CheckResult:
    """The kind of answer that the platform gives most above legacy. One that answers 404 to all is found here."""
    findings = {kind: trial.wealth.finding for kind, trial in evidence.shifts.items() if trial.wealth.finding}
    shown = findings or {kind: Finding(_answers(evidence, kind), whole=True) for kind in SHIFTED}
    kind = max(shown, key=lambda each: shown[each].counts.rise)
    return _result(evidence, "statuses", f"{kind} answers", shown[kind], SHIFT, failed=bool(findings))


def latency(evidence: Evidence, slowness: SlownessTrial) -> CheckResult:
    """A quantile of the platform's times against legacy's and the margin."""
    part, sample = float(slowness.quantile.value), evidence.platform.times.count
    legacy, platform = (side.times.quantile(part) for side in (evidence.legacy, evidence.platform))
    finding = slowness.trial.wealth.finding
    limit = slowness.margin.above(legacy) - legacy
    ruling = _ruling(evidence, sample, within=legacy > 0 and platform <= legacy + limit, failed=finding is not None)
    if finding is None or (finding.whole and platform > legacy + limit):
        said = (
            f"platform {slowness.quantile} {words.duration(platform)} against legacy {words.duration(legacy)} "
            f"over {words.counted(sample, 'call')} (limit {words.margin(slowness.margin)})"
        )
    else:
        said = _slow_of_late(slowness, finding.counts)
    said += _wanting(evidence, sample, ruling)
    return CheckResult(str(slowness.quantile), platform - legacy, limit, sample, ruling, said)


def _slow_of_late(slowness: SlownessTrial, counts: Counts) -> str:
    """Of a platform that became slow, or whose callers left: the quantiles of all its answers would not show it."""
    return (
        f"{words.percent(counts.platform_rate)} of the platform's last {words.counted(counts.platform_calls, 'call')} "
        f"slower than legacy's {slowness.quantile} {words.margin(slowness.margin)}, "
        f"against {words.percent(counts.legacy_rate)} of legacy's slower than its {slowness.quantile}"
    )


def _answers(evidence: Evidence, kind: Kind) -> Counts:
    legacy, platform = evidence.legacy, evidence.platform
    return Counts(legacy.answers, legacy.kinds[kind], platform.answers, platform.kinds[kind])


def _result(evidence: Evidence, name: str, what: str, shown: Finding, limit: float, *, failed: bool) -> CheckResult:
    """`platform errors 4.1 % against legacy 0.4 % over 612 calls (limit +1 point)`."""
    counts, whole = shown
    sample = counts.platform_calls
    within = counts.rise <= limit and counts.legacy_calls > 0
    ruling = _ruling(evidence, sample, within=within, failed=failed)
    said = (
        f"platform {what} {words.percent(counts.platform_rate)} against legacy {words.percent(counts.legacy_rate)} "
        f"over {'' if whole else 'the last '}{words.counted(sample, 'call')} (limit {words.points(limit)})"
    )
    return CheckResult(name, counts.rise, limit, sample, ruling, said + _wanting(evidence, sample, ruling))


def _ruling(evidence: Evidence, sample: int, *, within: bool, failed: bool) -> Ruling:
    if failed:
        return Ruling.FAIL
    return Ruling.PASS if within and sample >= _wanted(evidence) else Ruling.NOT_ENOUGH


def _wanted(evidence: Evidence) -> int:
    return max(evidence.guard.calls, 1)


def _wanting(evidence: Evidence, sample: int, ruling: Ruling) -> str:
    if ruling is not Ruling.NOT_ENOUGH:
        return ""
    if sample < _wanted(evidence):
        return f", of {_wanted(evidence):,} wanted"
    if not evidence.legacy.calls:
        return ", and legacy answered none to hold them against"
    return ", not within the limit and too few to be sure"
