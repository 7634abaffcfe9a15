"""The sockets that the three listeners accept from: a predecessor's, or our own."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from dataclasses import dataclass, field

from facade.config.settings import Listener
from facade.control.binding import bind
from facade.control.start import StartError
from facade.control.succession.predecessor import Predecessor


@dataclass(frozen=True, slots=True)
class Door:
    """The listening sockets of listener `name`, which is its key in facade.yaml."""

    name: str
    listener: Listener
    sockets: tuple[socket.socket, ...] = field(repr=False)

    @property
    def port(self) -> int:
        """The port that was really taken."""
        port: int = self.sockets[0].getsockname()[1]
        return port


def open_doors(listeners: Mapping[str, Listener], predecessor: Predecessor | None) -> dict[str, Door]:
    """A door for each listener. Resolves names, so it blocks. Raises `StartError`, and leaves nothing open then."""
    doors: dict[str, Door] = {}
    try:
        for name, listener in listeners.items():
            taken = predecessor.take(name, listener) if predecessor is not None else ()
            doors[name] = Door(name, listener, taken or bind(name, listener))
    except StartError:
        for each in [each for door in doors.values() for each in door.sockets]:
            each.close()
        raise
    finally:
        if predecessor is not None:
            predecessor.leave_the_rest()
    return doors
