"""What is next for a route: the step, the line of YAML that would say it, and what stands in the way of it.

Nothing is changed here. What a step would write is worked out from the files as they are, in a thread.
"""

from __future__ import annotations

import asyncio
import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from facade.config.compose import MAX_FILE_BYTES
from facade.config.settings import Configuration
from facade.control.because import Because
from facade.control.change import changed_lines, edited
from facade.control.freezes import in_force
from facade.control.gate import Barred, Gate, in_the_way
from facade.control.move import Plan
from facade.control.order import Order
from facade.control.steps import Step, next_step, steps
from facade.control.subject import Refused, Subject, Subjects, subjects


@dataclass(frozen=True, slots=True)
class Outlook:
    """What may be done with `subject`: `choices`, of which `step` is the next one forward, None at the end of the way.

    `lines` are `file:line: text` as they would stand there after it. `barred` is what keeps it from being done now;
    `refused` why it cannot be done at all, as `place: what; what to do`.
    """

    subject: Subject
    choices: tuple[Step, ...]
    step: Step | None = None
    lines: tuple[str, ...] = ()
    barred: tuple[Barred, ...] = ()
    refused: str | None = None


class Outlooks:
    """Takes outlooks of what runs. `configuration` is asked for it, `folder` is where its files are.

    `gate` says what bars a guarded route; `clock` tells the time, aware, in UTC.
    """

    def __init__(
        self,
        folder: Path,
        configuration: Callable[[], Configuration],
        gate: Gate,
        clock: Callable[[], datetime.datetime],
    ) -> None:
        self._folder = folder
        self._configuration = configuration
        self._gate = gate
        self._clock = clock
        self._of: Configuration | None = None
        self._known: Subjects = {}

    async def of(self, name: str) -> Outlook:
        """That of the route of this name, which there is."""
        configuration = self._configuration()
        known = await self._subjects(configuration)
        subject = known[name]
        step = next_step(subject)
        if step is None:
            return Outlook(subject, steps(subject))
        try:
            (plan,) = Order(step.verb, subject.name, Because("page"), step.stage, step.share).plans(known)
            places = {route.place.file for route in configuration.routes if route.name in subject.routes}
            lines = await asyncio.to_thread(self._lines, places, plan)
        except Refused as refused:
            return Outlook(subject, steps(subject), step, refused=str(refused))
        frozen = in_force(configuration.settings.freeze, configuration.settings.timezone, self._clock())
        return Outlook(subject, steps(subject), step, lines, tuple(in_the_way(plan, self._gate, frozen)))

    async def _subjects(self, configuration: Configuration) -> Subjects:
        """What there is: worked out in a thread for each configuration, which may have ten thousand routes."""
        if self._of is not configuration:
            known = await asyncio.to_thread(subjects, configuration)
            self._of, self._known = configuration, known
        return self._known

    def _lines(self, places: set[str], plan: Plan) -> tuple[str, ...]:
        """The lines that a plan would change in the files of its routes. Blocks, and may raise `Refused`."""
        files = {name: _read(self._folder / name) for name in sorted(places)}
        changed: Mapping[str, bytes] = edited(files, [plan])
        return tuple(line for name, new in changed.items() for line in changed_lines(name, files[name], new))


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise Refused(f"{path.name}: cannot be read ({error.strerror}); mend that") from error
