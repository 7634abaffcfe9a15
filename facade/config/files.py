"""Reading a file that an operator names: a regular file, of bounded size, never waiting for anybody."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from facade.port import Unreadable
from facade.wire.descriptors import is_shortage

Look = tuple[int, ...]
"""Device, inode, size, time of change of the content and of the inode (ns), links followed; empty without a file."""


def read_file(path: Path, limit: int) -> bytes:
    """The bytes of a regular file, `limit` + 1 of them at the most: who asks sees that it is too long.

    Symbolic links are followed: a Kubernetes ConfigMap is made of them. Raises Unreadable, and OSError where this
    process may open no more files.
    """
    try:
        # Not blocking: a named pipe would hold us until somebody writes to it.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise _unreadable(error) from None
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise Unreadable("is not a file", "put a file in its place")
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            return file.read(limit + 1)
    except OSError as error:
        raise _unreadable(error) from None
    finally:
        os.close(descriptor)


def look(path: Path) -> Look:
    """What the file system says of one file, without reading it; empty where it cannot be looked at. Blocks."""
    try:
        seen = path.stat()
    except OSError:
        return ()
    return seen.st_dev, seen.st_ino, seen.st_size, seen.st_mtime_ns, seen.st_ctime_ns


def _unreadable(error: OSError) -> Unreadable:
    """What is wrong with the file; what is wrong with us is raised."""
    if is_shortage(error):
        raise error
    if isinstance(error, FileNotFoundError):
        return Unreadable("does not exist", "create it, or mend what points to it", is_absent=True)
    if isinstance(error, PermissionError):
        return Unreadable("may not be read", "let the user that runs the facade read it")
    return Unreadable(f"cannot be read ({error.strerror or 'input error'})", "put a readable file in its place")
