"""What the sidecar says of itself while it runs: an exception anywhere is a defect, whatever its caller got."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Final

from harness.sidecar import Sidecar

_KEPT: Final = 20
"""Defects that are kept in full; one is enough to fail a run."""


class Defects:
    """Reads the sidecar's log away, so that a long run keeps none of it. `found` are the lines that are defects."""

    def __init__(self, sidecar: Sidecar) -> None:
        self._sidecar = sidecar
        self.found: list[str] = []

    def look(self) -> None:
        """Read what it has written since the last look."""
        output = self._sidecar.output
        end = output.rfind(b"\n") + 1
        lines = bytes(output[:end]).splitlines()
        del output[:end]
        self._keep(line.decode() for line in lines if is_defect(line))
        if self._sidecar.errors:
            self._keep([bytes(self._sidecar.errors).decode()])
            self._sidecar.errors.clear()
        if self._sidecar.process.poll() is not None:
            self._keep([f"the sidecar ended with {self._sidecar.process.returncode}"])

    def _keep(self, lines: Iterable[str]) -> None:
        for line in lines:
            if len(self.found) < _KEPT:
                self.found.append(line)


def is_defect(line: bytes) -> bool:
    """Whether a log line tells of an exception, or of an error beside the requests' own."""
    if b'"event":"request"' in line and b'"exception"' not in line:
        return False
    written = json.loads(line)
    return written["level"] in {"error", "critical"} or "exception" in written
