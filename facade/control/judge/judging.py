"""The verdict: every check of a guard, put together. Pure, and cheap enough to be asked for after every batch."""

from __future__ import annotations

from collections.abc import Iterator

from facade.compare.parity import Agreement
from facade.control.judge.checks import errors, latency, statuses
from facade.control.judge.evidence import Evidence
from facade.control.judge.parity import parity
from facade.control.judge.verdict import CheckResult, Verdict, together


def judge(evidence: Evidence, agreement: Agreement) -> Verdict:
    """What the evidence says of the route under its guard. `agreement` is that of the same comparisons' tally."""
    return together(tuple(_checks(evidence, agreement)))


def _checks(evidence: Evidence, agreement: Agreement) -> Iterator[CheckResult]:
    guard = evidence.guard
    if guard.errors is not None:
        yield errors(evidence)
    yield statuses(evidence)
    for slowness in evidence.slowness:
        yield latency(evidence, slowness)
    if guard.parity is not None:
        yield parity(evidence, agreement)
