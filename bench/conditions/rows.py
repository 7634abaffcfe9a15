"""The table of conditions. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """One figure beside its target, which is empty where it is only reported; `kept` is None then."""

    condition: str
    measured: str
    target: str = ""
    kept: bool | None = None


def table(rows: Sequence[Row]) -> str:
    """The rows in Markdown, with what was kept and what was missed."""
    lines = ["| condition | measured | target | |", "| --- | --- | --- | --- |"]
    said = {None: "", True: "kept", False: "MISSED"}
    lines += [f"| {row.condition} | {row.measured} | {row.target} | {said[row.kept]} |" for row in rows]
    return "\n".join(lines) + "\n"


def percentile(times: Sequence[float], share: float) -> float:
    """The time that so great a share of the calls did not exceed; `times` need no order, and are not none."""
    return sorted(times)[min(int(len(times) * share), len(times) - 1)]
