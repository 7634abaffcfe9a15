"""What a process has used, from the operating system's own accounting: the figure that holds on a noisy machine.

`/proc/PID/stat` counts every thread of the process. Linux scales user and system time so that their sum is what the
scheduler measured, to the nanosecond and shown in ticks; the split between the two is sampled, and coarser.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

TICKS: Final = os.sysconf("SC_CLK_TCK")
PAGE: Final = os.sysconf("SC_PAGE_SIZE")

# Fields of /proc/PID/stat behind the command's name, counted from the state (proc_pid_stat(5) calls it field 3).
_USER: Final = 14 - 3
_SYSTEM: Final = 15 - 3
_RESIDENT: Final = 24 - 3


@dataclass(frozen=True, slots=True)
class Used:
    """CPU time in seconds, in the process and in the kernel for it, and resident memory in bytes."""

    user: float
    system: float
    resident: int

    @property
    def cpu(self) -> float:
        return self.user + self.system

    def since(self, before: Used) -> Used:
        """What was used between two looks; memory as it is now."""
        return Used(self.user - before.user, self.system - before.system, self.resident)


def parse_stat(text: str, ticks: int = TICKS, page: int = PAGE) -> Used:
    """Read /proc/PID/stat. The command's name, in parentheses, may itself hold spaces and parentheses."""
    fields = text.rpartition(")")[2].split()
    return Used(int(fields[_USER]) / ticks, int(fields[_SYSTEM]) / ticks, int(fields[_RESIDENT]) * page)


def used(pid: int) -> Used:
    """What a process of one's own has used so far."""
    return parse_stat(Path(f"/proc/{pid}/stat").read_text())
