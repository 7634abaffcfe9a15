"""The days of usage in the folder `usage` of `state`: a file a day, a line a stretch of calls. Everything here blocks.

A line is sealed by itself: one that a kill or a disk has damaged is passed over, and the others count. Beside today's
file lies the secret by which its keys are known again, readable by nobody else; on the next day it is removed, and from
then on nobody can tell whether a key is one of those, not even who holds the file.
"""

from __future__ import annotations

import datetime
import os
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from facade.control.replace import replace
from facade.control.usage.sample import LONGEST, Sample, opened, sample_of, sealed
from facade.usage import DAY, Stretch

FOLDER: Final = "usage"

DAYS: Final = 3
"""Days that are kept: today, yesterday, and one more for a sidecar that stood still meanwhile."""

_SECRET: Final = 32
"""Bytes of a day's secret."""

_OURS: Final = 0o600
_DAY: Final = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})\.jsonl")


class UsageBook:
    """The usage of one sidecar. `chance` gives random bytes that nobody can guess."""

    def __init__(self, state: Path, chance: Callable[[int], bytes]) -> None:
        self.folder = state / FOLDER
        self._chance = chance
        self._day: datetime.date | None = None
        self._secret = b""
        self._marks = 0

    def __repr__(self) -> str:
        return f"<UsageBook {self.folder} day={self._day} marks={self._marks}>"

    def add(self, stretch: Stretch, at: datetime.datetime, day: datetime.date) -> None:
        """Keep a stretch of this day, unless the day is full. Raises OSError where the folder cannot be written."""
        if self._day != day:
            self._open(day)
        if self._marks + len(stretch.kept) > DAY:
            return  # each restart is a stretch more than a day has
        line = sealed(sample_of(stretch, at, self._secret))
        descriptor = os.open(self._path(day), os.O_WRONLY | os.O_APPEND | os.O_CREAT, _OURS)
        with os.fdopen(descriptor, "ab") as file:
            file.write(line)
        self._marks += len(stretch.kept)

    def days(self) -> list[datetime.date]:
        """The days there are, in order. Raises OSError."""
        found = []
        with suppress(FileNotFoundError):
            for path in self.folder.iterdir():
                match = _DAY.fullmatch(path.name)
                if match is not None:
                    with suppress(ValueError):  # a name with the form of a day, and no day of the calendar
                        found.append(datetime.date.fromisoformat(match[1]))
        return sorted(found)

    def samples(self, day: datetime.date) -> Iterator[Sample]:
        """What was kept of a day, as far as it can be read. Raises OSError."""
        marks = 0
        with suppress(FileNotFoundError), self._path(day).open("rb") as file:
            while line := file.readline(LONGEST):
                with suppress(ValueError):  # damaged: the others count
                    sample = opened(line.removesuffix(b"\n"))
                    marks += len(sample.marks)
                    if marks > DAY:
                        return
                    yield sample

    def _open(self, day: datetime.date) -> None:
        """Take up a day, and remove what is older than is kept, and the secrets of other days."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for old in self.days()[: -DAYS if day in self.days() else 1 - DAYS]:
            self._path(old).unlink(missing_ok=True)
        for path in self.folder.glob("*.key"):
            if path != self._path(day, ".key"):
                path.unlink(missing_ok=True)
        self._end_half_a_line(day)
        self._secret = self._secret_of(day)
        self._marks = sum(len(sample.marks) for sample in self.samples(day))
        self._day = day

    def _end_half_a_line(self, day: datetime.date) -> None:
        """What a kill left half written must not take the next line with it."""
        with suppress(FileNotFoundError), self._path(day).open("r+b") as file:
            end = file.seek(0, os.SEEK_END)
            file.seek(max(0, end - 1))
            if end and file.read(1) != b"\n":
                file.write(b"\n")

    def _secret_of(self, day: datetime.date) -> bytes:
        """The day's secret, or a new one: keys of before are then counted once more."""
        path = self._path(day, ".key")
        with suppress(FileNotFoundError):
            secret = path.read_bytes()
            if len(secret) == _SECRET:
                return secret
        secret = self._chance(_SECRET)
        replace(path, secret)
        return secret

    def _path(self, day: datetime.date, end: str = ".jsonl") -> Path:
        return self.folder / f"{day.isoformat()}{end}"
