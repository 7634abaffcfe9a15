"""A cheap answer to "has a configuration file changed?": what the file system says of the files, without reading them.

It is the safety net under the file events: whatever an event source misses, the next look finds.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from facade.config.callers_file import is_of_keys
from facade.config.parse import SILOS
from facade.config.standing import ROUTES

_SUFFIXES: Final = frozenset({".yaml", ".yml"})

Fingerprint = frozenset[tuple[str, tuple[int, ...]]]
"""Path, and device, inode, size, time of change of the content and of the inode (ns), links followed."""


def is_read(path: Path) -> bool:
    """Whether a file of this name may be part of a configuration."""
    return path.suffix in _SUFFIXES or is_of_keys(path.name)


def folders(folder: Path) -> tuple[Path, ...]:
    """The folder of a configuration and those in it, whether they exist or not."""
    return folder, *(folder / name for name in (SILOS, ROUTES))


def fingerprint(folder: Path) -> Fingerprint:
    """The configuration in `folder` as the file system shows it; blocks. What cannot be looked at is no part of it."""
    return frozenset((str(path), seen) for path in _files(folder) if (seen := look(path)))


def identities(folder: Path) -> Fingerprint:
    """The folders that exist, by device and inode: it differs once one was replaced, though its name stayed."""
    places = (folder.parent, *folders(folder))
    return frozenset((str(path), seen[:2]) for path in places if (seen := look(path)))


def look(path: Path) -> tuple[int, ...]:
    """What the file system says of one file, links followed; empty where it cannot be looked at. Blocks."""
    try:
        seen = path.stat()
    except OSError:
        return ()
    return seen.st_dev, seen.st_ino, seen.st_size, seen.st_mtime_ns, seen.st_ctime_ns


def _files(folder: Path) -> Iterator[Path]:
    for place in folders(folder):
        try:
            yield from (path for path in place.iterdir() if is_read(path))
        except OSError:
            continue
