"""The verdict: every check of a guard that its route's stage has something for, put together. Pure, and cheap enough to
be asked for after every batch.

In `shadow` no caller gets the platform's answer, so only comparisons say anything of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from facade.compare.parity import Agreement
from facade.control.judge.checks import errors, latency, statuses
from facade.control.judge.evidence import Evidence
from facade.control.judge.parity import PARITY, parity
from facade.control.judge.verdict import CheckResult, Ruling, Verdict, together
from facade.routing.stage import Stage


def judge(evidence: Evidence, agreement: Agreement, stage: Stage = Stage.CANARY) -> Verdict:
    """What the evidence says of the route under its guard. `agreement` is that of the same comparisons' tally."""
    return together(tuple(_checks(evidence, agreement, stage)))


def bars(verdict: Verdict, stage: Stage) -> str | None:
    """What keeps a route in this stage from moving forward, in a sentence; None where nothing does.

    Where the platform answers everybody, legacy answers nobody to hold it against: calls may fail it there, but what
    lets it go on is what was compared.
    """
    if verdict.kind in {Ruling.FAIL, Ruling.ERROR} or stage is not Stage.PLATFORM:
        wanting = verdict
    else:
        wanting = together(tuple(check for check in verdict.checks if check.name == PARITY))
    return None if wanting.kind is Ruling.PASS else f"{_SAID[wanting.kind]}: {wanting.sentence}"


_SAID: Final = {
    Ruling.FAIL: "its guard fails it",
    Ruling.ERROR: "its guard could not judge it",
    Ruling.NOT_ENOUGH: "its guard has not enough to go by",
}


def _checks(evidence: Evidence, agreement: Agreement, stage: Stage) -> Iterator[CheckResult]:
    guard = evidence.guard
    if stage is not Stage.SHADOW:
        yield from _calls(evidence)
    if guard.parity is not None:
        yield parity(evidence, agreement)


def _calls(evidence: Evidence) -> Iterator[CheckResult]:
    if evidence.guard.errors is not None:
        yield errors(evidence)
    yield statuses(evidence)
    for slowness in evidence.slowness:
        yield latency(evidence, slowness)
