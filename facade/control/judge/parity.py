"""The check of comparisons: how many of the platform's answers are legacy's. Pure.

It passes when the lower bound of parity (Wilson) reaches the limit, and fails when an anytime-valid test has decided
that parity is below it, which takes longer than a bound that is looked at once and is never wrong by looking often.
"""

from __future__ import annotations

from typing import Final

from facade.compare.parity import Agreement
from facade.control.judge import words
from facade.control.judge.evidence import Evidence
from facade.control.judge.verdict import CheckResult, Ruling

PARITY: Final = "parity"
"""The name of this check."""

_FAILED: Final = 30
"""Comparisons that came to nothing before that is an error worth a word: fewer may be one bad minute."""


def parity(evidence: Evidence, agreement: Agreement) -> CheckResult:
    """Parity's lower bound against the guard's limit."""
    limit = float(evidence.guard.parity or 0)
    ruling = _ruling(evidence, agreement, limit)
    said = _said(evidence, agreement, ruling) + f" (limit {words.percent(limit)})"
    return CheckResult(PARITY, agreement.at_least, limit, agreement.compared, ruling, said)


def _ruling(evidence: Evidence, agreement: Agreement, limit: float) -> Ruling:
    if evidence.differences.wealth.finding is not None:
        return Ruling.FAIL
    if agreement.failed >= _FAILED and agreement.failed > agreement.compared:
        return Ruling.ERROR
    enough = agreement.compared >= evidence.guard.compared and agreement.at_least >= limit
    return Ruling.PASS if enough else Ruling.NOT_ENOUGH


def _said(evidence: Evidence, agreement: Agreement, ruling: Ruling) -> str:
    finding = evidence.differences.wealth.finding
    if finding is not None and not finding.whole:
        differing, over = finding.counts.platform_rate, finding.counts.platform_calls
        return f"{words.percent(differing)} of the last {words.counted(over, 'comparison')} differ"
    compared = words.counted(agreement.compared, "comparison")
    if ruling is Ruling.ERROR:
        return f"{words.counted(agreement.failed, 'answer')} could not be compared, against {compared} that were made"
    said = f"parity {words.percent(agreement.share)}, surely {words.percent(agreement.at_least)}, over {compared}"
    if ruling is Ruling.NOT_ENOUGH and agreement.compared < evidence.guard.compared:
        return f"{said}, of {evidence.guard.compared:,} wanted"
    return said
