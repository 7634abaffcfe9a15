"""What a guard says of a route: one of four verdicts; each check has its value, limit, sample and sentence."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Ruling(enum.StrEnum):
    """The verdicts: of a check, and of all of them together.

    `fail` is certain enough to move callers for. `not_enough` is no failure: a quiet route at night is left in peace.
    `error` says that what was to be judged could not be measured.
    """

    PASS = "pass"  # noqa: S105 - a verdict, no password
    FAIL = "fail"
    NOT_ENOUGH = "not_enough"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One check. `name` is `errors`, `statuses`, `p50`, `p95`, `p99` or `parity`.

    `measured` and `limit` have one unit: parts of 1, or seconds for a quantile. `measured` is how much the platform
    is worse than legacy, and for parity the lower bound of the equal answers. `sample` is calls of the platform, or
    comparisons. `sentence` has no full stop.
    """

    name: str
    measured: float
    limit: float
    sample: int
    verdict: Ruling
    sentence: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """All checks of a route, in their order."""

    kind: Ruling
    checks: tuple[CheckResult, ...]

    @property
    def telling(self) -> tuple[CheckResult, ...]:
        """The checks that made the verdict what it is."""
        return tuple(check for check in self.checks if check.verdict is self.kind)

    @property
    def sentence(self) -> str:
        """Why: what the telling checks say."""
        return "; ".join(check.sentence for check in self.telling)

    def went_back(self, route: str) -> str:
        """The sentence of a rollback, for the log, the ledger, the status page and `facade status`."""
        return f"{route} went back to legacy: {self.sentence}"


_FIRST_TO_LAST = (Ruling.FAIL, Ruling.ERROR, Ruling.NOT_ENOUGH)


def together(checks: tuple[CheckResult, ...]) -> Verdict:
    """One failure fails; else one error, else one check without enough to go by, keeps all of them from passing."""
    rulings = {check.verdict for check in checks}
    return Verdict(next((kind for kind in _FIRST_TO_LAST if kind in rulings), Ruling.PASS), checks)
