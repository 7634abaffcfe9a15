"""What starting the sidecar needs from whoever starts it, and the one error that says why it did not start.

A flag beats `FACADE_*` in the environment, which beats the file: so a flag is handed on in the environment under its
own name, and the configuration has one rule to know instead of two.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


class StartError(Exception):
    """The sidecar cannot start. The text is `place: what is wrong; what to do`, a line for each mistake."""


@dataclass(frozen=True, slots=True)
class Flags:
    """The flags of `facade serve`. None is a flag that was not given; addresses are `HOST:PORT` as typed.

    `poll` looks at the files by the clock where the system's file events do not arrive (NFS, some overlay mounts).
    `take_over` takes the listening sockets of the sidecar that runs with the same `state`.
    """

    poll: bool = False
    take_over: bool = False
    listen: str | None = None
    observe: str | None = None
    admin: str | None = None
    state: str | None = None

    def over(self, environment: Mapping[str, str]) -> dict[str, str]:
        """The environment as the configuration is to read it, with every flag that was given."""
        given = {
            "--listen": self.listen,
            "--observe": self.observe,
            "--admin": self.admin,
            "--state": None if self.state is None else str(Path(self.state).absolute()),
        }
        return {**environment, **{name: value for name, value in given.items() if value is not None}}
