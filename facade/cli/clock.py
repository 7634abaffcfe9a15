"""The clock of the commands: each is a process of its own, without an event loop and with nobody to hand it one."""

from __future__ import annotations

from time import monotonic, sleep, time  # noqa: TID251 - see above; no other module of this package imports `time`

__all__ = ["monotonic", "sleep", "time"]
