"""Why the demonstration cannot go on, in words for the person who typed the command."""

from __future__ import annotations


class Trouble(Exception):  # noqa: N818 - what is in the way, rarely a defect
    """`place: what is wrong; what to do`. `log` holds the sidecar's last lines, where they help."""

    def __init__(self, what: str, log: tuple[str, ...] = ()) -> None:
        super().__init__(what)
        self.log = log
