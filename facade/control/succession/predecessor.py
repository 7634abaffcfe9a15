"""The sidecar that runs, as the one sees it that is to take over from it."""

from __future__ import annotations

import asyncio
import socket
from contextlib import suppress
from pathlib import Path
from typing import Final

import structlog

from facade.config.settings import Listener
from facade.control.binding import address
from facade.control.start import StartError
from facade.control.succession import meeting, messages
from facade.control.succession.messages import Line, NotOffered

PATIENCE: Final = 5.0
"""Seconds in which a sidecar that is alive answers: its loop is never held for longer than milliseconds."""

_log = structlog.get_logger("facade.control.succession")


class Predecessor:
    """A running sidecar that has handed over its listening sockets. It serves on until it is relieved."""

    def __init__(self, place: Path, connected: socket.socket, sockets: dict[Line, list[socket.socket]]) -> None:
        self._place = place
        self._connected = connected
        self._sockets = sockets
        self._taken: list[str] = []

    def __repr__(self) -> str:
        return f"<Predecessor {self._place} sockets={sum(map(len, self._sockets.values()))}>"

    def take(self, name: str, listener: Listener) -> tuple[socket.socket, ...]:
        """The sockets of listener `name`; none where it listened elsewhere."""
        taken = tuple(self._sockets.pop(Line(name, address(listener.host, listener.port)), ()))
        if taken:
            self._taken.append(name)
        return taken

    def leave_the_rest(self) -> None:
        """Close what was not taken: nobody accepts from it here."""
        for each in [each for sockets in self._sockets.values() for each in sockets]:
            each.close()
        self._sockets.clear()

    async def relieve(self) -> None:
        """Say that we serve, so that it drains. Where it does not hear, both serve, and the log says what to do."""
        try:
            heard = await asyncio.to_thread(self._say_serving)
        except OSError:
            heard = False
        finally:
            self._connected.close()
        if heard:
            _log.info("taken over", place=str(self._place))
        else:
            problem = f"{self._place}: the sidecar that ran before did not hear that this one serves; end it by SIGTERM"
            _log.error("not relieved", problem=problem)

    def _say_serving(self) -> bool:
        self._connected.send(messages.SERVING)
        heard = self._connected.recv(messages.LONGEST) == messages.DRAINING
        if heard:
            with suppress(OSError):  # an older one does not wait for this
                self._connected.send(messages.taken(self._taken))
        return heard


def meet(state: Path) -> Predecessor | None:
    """Ask the sidecar that runs with this `state` for its sockets; None where there is none. Blocks.

    Raises `StartError` where there is one and it hands over nothing.
    """
    place = state / meeting.FILE
    try:
        connected = meeting.connect(state, PATIENCE)
    except (FileNotFoundError, ConnectionRefusedError, NotADirectoryError):
        _log.warning(
            "nobody to take over from",
            problem=f"{place}: no running sidecar answers; this one opens its own listeners. Start it with the state "
            "folder of the one that runs if there is one",
        )
        return None
    except OSError as error:
        raise _refused(place, f"cannot be connected to ({error.strerror or error})") from error
    try:
        return Predecessor(place, connected, _ask(connected))
    except BaseException as error:
        connected.close()
        if isinstance(error, NotOffered | OSError):
            raise _refused(place, _why(error)) from error
        raise


def _ask(connected: socket.socket) -> dict[Line, list[socket.socket]]:
    if not meeting.is_ours(connected):
        raise NotOffered("the sidecar that runs is another user's")
    connected.send(messages.ASK)
    answer, descriptors, flags, _ = socket.recv_fds(
        connected, messages.LONGEST, messages.SOCKETS, socket.MSG_CMSG_CLOEXEC
    )
    sockets = [socket.socket(fileno=descriptor) for descriptor in descriptors]
    try:
        if not answer:
            raise NotOffered("the sidecar that runs hung up")
        lines = messages.read_offer(answer)
        fit = len(lines) == len(sockets) and not flags & (socket.MSG_CTRUNC | socket.MSG_TRUNC)
        if not fit or not all(map(_listens, sockets)):
            raise NotOffered("what it handed over are not the sockets that it names")
    except BaseException:
        for each in sockets:
            each.close()
        raise
    found: dict[Line, list[socket.socket]] = {}
    for line, each in zip(lines, sockets, strict=True):
        found.setdefault(line, []).append(each)
    return found


def _listens(each: socket.socket) -> bool:
    with suppress(OSError):
        return bool(each.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN))
    return False


def _why(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return f"the sidecar that runs does not answer within {PATIENCE:g} s"
    return str(error)


def _refused(place: Path, what: str) -> StartError:
    return StartError(f"{place}: {what}; end the sidecar that runs by SIGTERM and start without --take-over")
