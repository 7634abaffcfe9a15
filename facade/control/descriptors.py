"""Descriptors: every connection is one, and the system allows a process only so many."""

from __future__ import annotations

import resource
from contextlib import suppress
from typing import Final

from facade.config.mistake import Mistake
from facade.routing.route import Place

OTHERS: Final = 2304
"""Descriptors beside the clients' own: of the two other listeners 256 each, 1,024 of people who watch the status page,
256 of clients without a place who are just being told so, files, and connections to targets. Those of a few hundred
calls at the same time are in it; where every client calls at once, as many again are needed."""


def raise_limit() -> None:
    """Take as many as this user may have: what a shell gives by default, 1,024, is a fraction of it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        with suppress(OSError, ValueError):  # a sandbox may forbid it; `too_few` says so where it matters
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def too_few(connections: int) -> tuple[Mistake, ...]:
    """A warning where `limits.connections` is more than this process can hold."""
    allowed, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if allowed == resource.RLIM_INFINITY or connections + OTHERS <= allowed:
        return ()
    what = f"limits.connections is {connections}, and this process may have {allowed} files and sockets open in all"
    mend = f"raise that (LimitNOFILE, ulimit -Hn) to {connections + OTHERS} or more, or lower limits.connections"
    return (Mistake(Place("facade.yaml", 0), what, mend),)
