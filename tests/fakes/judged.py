"""Calls for a guard to judge, drawn by chance from a seed."""

from __future__ import annotations

import random
from collections.abc import Callable
from fractions import Fraction

from facade.compare.parity import Agreement
from facade.control.judge.call import JudgedCall
from facade.control.judge.evidence import Evidence
from facade.control.judge.judging import judge
from facade.control.judge.verdict import CheckResult, Ruling, Verdict
from facade.routing.guard import Guard, LatencyMargin
from facade.routing.stage import Side

GUARD = Guard(calls=200, compared=100, errors=Fraction(1, 100), p99=LatencyMargin(0.05), parity=Fraction(95, 100))
"""One of each check."""

AGREED = Agreement(compared=1000, equal=1000)

Answer = Callable[[random.Random], JudgedCall]


def answers(side: Side, status: int | None = 200, *, seconds: float = 0.1, errors: float = 0.0) -> Answer:
    """Calls of a side that answer so; a part of them are errors instead."""

    def draw(chance: random.Random) -> JudgedCall:
        failed = chance.random() < errors
        return JudgedCall(side, 500 if failed else status, seconds * chance.uniform(0.5, 1.5))

    return draw


def feed(
    evidence: Evidence, calls: int, legacy: Answer, platform: Answer, *, share: float = 0.1, seed: int = 1
) -> None:
    """So many calls of both sides, at the platform's share."""
    chance = random.Random(seed)
    for _ in range(calls):
        evidence.add((platform if chance.random() < share else legacy)(chance))


def judged(evidence: Evidence, agreement: Agreement = AGREED) -> Verdict:
    return judge(evidence, agreement)


def check(evidence: Evidence, name: str, agreement: Agreement = AGREED) -> CheckResult:
    (found,) = (each for each in judged(evidence, agreement).checks if each.name == name)
    return found


def rulings(verdict: Verdict) -> dict[str, Ruling]:
    return {each.name: each.verdict for each in verdict.checks}
