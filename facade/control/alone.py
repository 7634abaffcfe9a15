"""One change of a configuration at a time: a lock on its folder, held by the kernel, gone with the process (flock(2)).

The folder itself is locked, so no lock file is left behind in it. A file system without such locks (some NFS mounts)
gives none; a change then still compares the file before it replaces it.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from facade.control.subject import Busy, Refused

PAUSE: Final = 0.05
"""Seconds between two tries."""

PATIENCE: Final = 5.0
"""Seconds until it is given up: a change holds the lock for as long as checking the files takes."""


@contextmanager
def alone(folder: Path, pause: Callable[[float], None], patience: float = PATIENCE) -> Iterator[None]:
    """Keep other changes of `folder` out; `pause` sleeps, in seconds. Raises `Busy` while another one goes on."""
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        raise Refused(
            f"{folder}: {(error.strerror or '').lower()}; name the configuration's folder by --config"
        ) from error
    try:
        _lock(folder, descriptor, pause, patience)
        yield
    finally:
        os.close(descriptor)


def _lock(folder: Path, descriptor: int, pause: Callable[[float], None], patience: float) -> None:
    for _ in range(round(patience / PAUSE)):
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            pause(PAUSE)
        except OSError:
            return
        else:
            return
    raise Busy(f"{folder}: another command is changing it; wait for it to end, or end it, and try again")
