"""The table of the last runs, as Markdown: a section a run, which the next run of that name replaces. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from soak.result import Result

_TITLE: Final = "# Results of the long runs\n\nWhat each run does: [docs/soak.md](../docs/soak.md).\n"
_SECTION: Final = "\n## "
_VERDICTS: Final = {True: "holds", False: "**broken**", None: ""}


@dataclass(frozen=True, slots=True)
class Setting:
    """What a run was made with; `command` repeats it."""

    date: str
    machine: str
    python: str
    command: str


def render(before: str, setting: Setting, results: Sequence[Result], order: Sequence[str]) -> str:
    """The whole document: these results, and those of other runs that stood there before, in this order."""
    sections = {section.partition("\n")[0]: section for section in before.split(_SECTION)[1:]}
    sections |= {result.name: _section(setting, result) for result in results}
    return _TITLE + "".join(_SECTION + sections[name].rstrip("\n") + "\n" for name in order if name in sections)


def _section(setting: Setting, result: Result) -> str:
    lines = [
        result.name,
        "",
        f"{result.extent}. `{setting.command}` on {setting.date}: {setting.machine}, {setting.python}.",
        "",
        "| what | seen | |",
        "| --- | --- | --- |",
        *(f"| {what} | {seen} | {_VERDICTS[holds]} |" for what, seen, holds in result.rows),
        *(f"\n```text\n{detail}\n```" for detail in result.details),
    ]
    return "\n".join(lines)
