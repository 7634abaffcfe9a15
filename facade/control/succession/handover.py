"""What a running sidecar does for a successor: it hands over its listening sockets, and learns when it may go."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import structlog

from facade.control.binding import address
from facade.control.succession import meeting, messages
from facade.control.succession.doors import Door
from facade.control.succession.messages import Line
from facade.tasks import spawn

ASK_WITHIN: Final = 5.0
"""Seconds from a successor's connection to its question: it has nothing else to say."""

SERVE_WITHIN: Final = 30.0
"""Seconds a successor gets from the sockets to the word that it serves. It has read its files before it asks."""

TELL_WITHIN: Final = 1.0
"""Seconds a successor that serves gets to say which sockets it took; one that does not say it hangs up at once."""

AGAIN_AFTER: Final = 1.0
"""Seconds until the next one is served after one that failed: trouble that lasts must not become a busy loop."""

_log = structlog.get_logger("facade.control.succession")


class Handover:
    """Waits in `state` for a successor. `taken` is set once one serves. `shared` are the listeners from whose sockets
    somebody else may accept too, so that they must be left as they are.
    """

    def __init__(self, state: Path, doors: Sequence[Door]) -> None:
        self._state = state
        self._doors = doors
        self._listening: socket.socket | None = None
        self._inode = 0
        self._serving: asyncio.Task[None] | None = None
        self.shared: frozenset[str] = frozenset()
        self.taken = asyncio.Event()

    def __repr__(self) -> str:
        return f"<Handover shared={sorted(self.shared)} taken={self.taken.is_set()}>"

    @property
    def succeeded(self) -> frozenset[str]:
        """The listeners at whose sockets a successor answers in our place; none before one serves."""
        return self.shared if self.taken.is_set() else frozenset()

    async def open(self) -> None:
        """Wait for successors from now on. Where that cannot be, the log says so: it is a comfort, not a need."""
        try:
            listening, self._inode = await asyncio.to_thread(meeting.listen, self._state)
        except OSError as error:
            problem = (
                f"{self._state / meeting.FILE}: cannot be opened ({error.strerror or error}); make `state` a folder "
                "that this user may write, or no sidecar can take over from this one"
            )
            _log.warning("no successor can be served", problem=problem)
        else:
            self._listening = listening
            self._serving = spawn(self._serve(listening), "serve successors")

    def close(self) -> None:
        """Wait for nobody any more."""
        if self._serving is not None:
            self._serving.cancel()
        self._shut()

    async def _serve(self, listening: socket.socket) -> None:
        while not self.taken.is_set():
            try:
                connected, _ = await asyncio.get_running_loop().sock_accept(listening)
                with connected:
                    await self._meet(connected)
            except OSError as error:
                _log.warning("successor went away", error=type(error).__name__)
                await asyncio.sleep(AGAIN_AFTER)

    async def _meet(self, connected: socket.socket) -> None:
        """One successor, from its question to the word that it serves. Raises OSError, of which TimeoutError is one."""
        loop = asyncio.get_running_loop()
        connected.setblocking(False)
        if not meeting.is_ours(connected):
            place = self._state / meeting.FILE
            _log.warning("successor refused", problem=f"{place}: another user asked to take over and was given nothing")
            return
        async with asyncio.timeout(ASK_WITHIN):
            asked = await loop.sock_recv(connected, messages.LONGEST)
        if asked != messages.ASK:
            await loop.sock_sendall(connected, messages.SPEAKS)
            return
        before = self.shared
        self._hand_over(connected)
        async with asyncio.timeout(SERVE_WITHIN):  # who is silent for longer may serve all the same, with our sockets
            said = await _heard(connected)
        if said == messages.SERVING:
            self._shut()  # before the answer: the successor puts its own in this place
            await self._give_way(connected)
            return
        if not said:
            self.shared = before  # it is gone, and with it what it held
        _log.warning("successor did not start", place=str(self._state / meeting.FILE))

    async def _give_way(self, connected: socket.socket) -> None:
        """It serves, whatever becomes of this conversation."""
        try:
            await asyncio.get_running_loop().sock_sendall(connected, messages.DRAINING)
            async with asyncio.timeout(TELL_WITHIN):
                self.shared = messages.read_taken(await _heard(connected), self.shared)
        finally:
            self.taken.set()

    def _hand_over(self, connected: socket.socket) -> None:
        sockets = [(door, each) for door in self._doors for each in door.sockets]
        lines = [Line(door.name, address(door.listener.host, door.listener.port)) for door, _ in sockets]
        self.shared = frozenset(line.listener for line in lines)
        # A first message of this size always fits into an empty socket, so this neither waits nor sends a part of it.
        socket.send_fds(connected, [messages.offer(lines)], [each.fileno() for _, each in sockets])

    def _shut(self) -> None:
        if self._listening is not None:
            self._listening.close()
            self._listening = None
            meeting.leave(self._state, self._inode)


async def _heard(connected: socket.socket) -> bytes:
    """What the other one says; nothing if it has hung up."""
    try:
        return await asyncio.get_running_loop().sock_recv(connected, messages.LONGEST)
    except ConnectionError:
        return b""
