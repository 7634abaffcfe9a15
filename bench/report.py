"""The table: what was measured, as Markdown. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bench.cases import Case
from bench.rounds import Measure, Measured, Round, Spread, figures, ratios
from bench.strictness.rows import ROWS, Broken

Taken = Sequence[tuple[Case, Sequence[Round]]]
"""Cases with their rounds."""

_COLUMNS = (
    "contender",
    "CPU a request, us",
    "least",
    "user + system",
    "x nginx",
    "least-most",
    "requests/s",
    "p50, ms",
    "p99, ms",
    "memory, MiB",
)


@dataclass(frozen=True, slots=True)
class Setting:
    """What the figures were taken under; `versions` of each contender by its name."""

    date: str
    machine: str
    python: str
    seconds: int
    connections: int
    baseline: str
    versions: Mapping[str, str]


def render(setting: Setting, taken: Taken, broken: Broken) -> str:
    """The whole document: a table for each case, and one of the targets."""
    count = min((len(rounds) for _, rounds in taken), default=0)
    lines = [
        "# Benchmark results",
        "",
        f"Written by `make bench` on {setting.date}; how to read it: [docs/performance.md](../docs/performance.md).",
        "",
        f"- Machine: {setting.machine}; each contender one worker on core 0, load and upstream on core 1",
        f"- Python: {setting.python}",
        f"- {count} paired rounds of {setting.seconds} s, {setting.connections} connections",
        f"- Medians; ratios to {setting.baseline} in the same round, with the least and the most of all rounds",
        "",
        *(line for case, rounds in taken for line in _section(setting.baseline, case, rounds)),
        "## Targets",
        "",
        *_targets(taken),
        "",
        "## Rows that must hold, and are broken",
        "",
        *_broken(broken),
        "",
        "## Versions",
        "",
        *(f"- {name}: {version}" for name, version in setting.versions.items()),
    ]
    return "\n".join(lines) + "\n"


def _section(baseline: str, case: Case, rounds: Sequence[Round]) -> list[str]:
    return [f"## {case.name}", "", *table([_row(baseline, name, rounds) for name in rounds[0]]), ""]


def _targets(taken: Taken) -> list[str]:
    """What the facade takes by what others take, beside the most that it may."""
    lines = ["| case | the facade's CPU a request by that of | measured | least-most | target | |"]
    lines.append("| --- | --- | ---: | ---: | ---: | --- |")
    for case, rounds in taken:
        for name, target in case.targets.items():
            if case.ours in rounds[0] and name in rounds[0]:
                ratio = ratios(rounds, case.ours, name, lambda each: each.cpu)
                cells = (case.name, name, f"{ratio.median:.2f}", f"{ratio.least:.2f}-{ratio.most:.2f}", f"{target:g}")
                lines.append(f"| {' | '.join(cells)} | {'kept' if ratio.median <= target else 'MISSED'} |")
    return lines


def _broken(broken: Broken) -> list[str]:
    """How many rows each contender breaks, and which; then what they say."""
    lines = ["| contender | broken | which |", "| --- | ---: | --- |"]
    lines += [f"| {name} | {len(rows)} of {len(ROWS)} | {', '.join(rows)} |" for name, rows in broken.items()]
    return [*lines, "", *(f"- {row.name}: {row.what}" for row in ROWS)]


def table(rows: Sequence[Sequence[str]]) -> list[str]:
    """A Markdown table, the first column to the left, figures to the right."""
    rule = ["---", *["---:"] * (len(_COLUMNS) - 1)]
    return [f"| {' | '.join(row)} |" for row in (_COLUMNS, rule, *rows)]


def _row(baseline: str, name: str, rounds: Sequence[Round]) -> list[str]:
    def own(measure: Measure) -> Spread:
        return figures(rounds, name, measure)

    ratio = ratios(rounds, name, baseline, lambda each: each.cpu)
    return [
        name,
        f"{own(lambda each: each.cpu).median * 1e6:.1f}",
        f"{own(lambda each: each.cpu).least * 1e6:.1f}",
        f"{own(lambda each: each.user).median * 1e6:.1f} + {own(lambda each: each.system).median * 1e6:.1f}",
        f"{ratio.median:.2f}",
        f"{ratio.least:.2f}-{ratio.most:.2f}",
        f"{own(lambda each: each.load.rate).median:,.0f}",
        f"{own(lambda each: each.load.p50).median * 1e3:.2f}",
        f"{own(lambda each: each.load.p99).median * 1e3:.2f}",
        f"{own(_resident).median / 2**20:.1f}",
    ]


def _resident(measured: Measured) -> float:
    return float(measured.used.resident)
