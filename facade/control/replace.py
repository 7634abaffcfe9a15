"""Replace a file as a whole: whoever reads it meets the old content or the new, never a part, even after a power cut.

The new content is written beside the file, forced to the disk and renamed over it; then the folder is forced to the
disk too, because a rename is an entry of the folder (rename(2), fsync(2)). All of it blocks: call it in a thread.
"""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path
from stat import S_IMODE
from typing import Final

PRIVATE: Final = 0o600
"""Mode of a new file: the facade's own and nobody else's."""


def replace(path: Path, content: bytes) -> None:
    """Put `content` in `path`. An existing file keeps its mode and owner; a new one is private.

    `path` must not be a symbolic link: resolve it first, or the link is what is replaced. Raises OSError; the old
    content is then still there.
    """
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".new", dir=path.parent)
    written = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            _take_after(path, file.fileno())
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        written.rename(path)
    except BaseException:
        with suppress(FileNotFoundError):
            written.unlink()
        raise
    _force(path.parent)


def _take_after(path: Path, descriptor: int) -> None:
    try:
        old = path.stat()
    except FileNotFoundError:
        os.fchmod(descriptor, PRIVATE)
        return
    new = os.fstat(descriptor)
    if (old.st_uid, old.st_gid) != (new.st_uid, new.st_gid):
        os.fchown(descriptor, old.st_uid, old.st_gid)
    os.fchmod(descriptor, S_IMODE(old.st_mode))


def _force(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
