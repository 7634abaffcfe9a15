"""The Unix socket in `state` at which a successor finds the sidecar that runs. All of it blocks.

It is this user's alone, twice over: the file's mode lets nobody else connect, and both ends ask the system who the
other one is (SO_PEERCRED, unix(7)). It keeps packets apart (SOCK_SEQPACKET), so that a message is never half a message.
"""

from __future__ import annotations

import os
import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

FILE: Final = "successor.sock"

_OURS_ALONE: Final = 0o600
_WAITING: Final = 4
"""Successors in the backlog: one is served after the other, and there is hardly ever one."""

_LONGEST_PATH: Final = 107
"""Bytes of a path that a Unix socket's address has room for, without its NUL (unix(7))."""

_CREDENTIALS: Final = struct.Struct("iII")
"""`struct ucred`: process, user, group."""


def listen(state: Path) -> tuple[socket.socket, int]:
    """Listen in `state`, in place of whatever is there; the socket, and the inode of its file. Raises OSError."""
    state.mkdir(parents=True, exist_ok=True)
    new = f".{FILE}.{os.getpid()}"
    (state / new).unlink(missing_ok=True)
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    try:
        with _short(state, new) as path:
            listening.bind(path)
        (state / new).chmod(_OURS_ALONE)
        listening.listen(_WAITING)
        listening.setblocking(False)
        inode = (state / new).stat().st_ino
        (state / new).rename(state / FILE)
    except OSError:
        listening.close()
        with suppress(OSError):
            (state / new).unlink(missing_ok=True)
        raise
    return listening, inode


def leave(state: Path, inode: int) -> None:
    """Take our file away, unless a successor's is there by now."""
    with suppress(OSError):  # gone, or not ours to remove: whoever connects to it finds nobody
        if (state / FILE).stat().st_ino == inode:
            (state / FILE).unlink()


def connect(state: Path, patience: float) -> socket.socket:
    """Connect to whoever listens in `state`; no call on it takes more than `patience` seconds. Raises OSError."""
    connected = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    connected.settimeout(patience)
    try:
        with _short(state, FILE) as path:
            connected.connect(path)
    except OSError:
        connected.close()
        raise
    return connected


def is_ours(connected: socket.socket) -> bool:
    """Whether the other end is a process of the same user."""
    said = connected.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    _, user, _ = _CREDENTIALS.unpack(said)
    return bool(user == os.geteuid())


@contextmanager
def _short(folder: Path, name: str) -> Iterator[str]:
    """A path to `name` in `folder` that fits into an address, however deep the folder lies."""
    path = str(folder / name)
    if len(os.fsencode(path)) <= _LONGEST_PATH:
        yield path
        return
    opened = os.open(folder, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{opened}/{name}"
    finally:
        os.close(opened)
