"""A cheap answer to "has a configuration file changed?": what the file system says of the files, without reading them.

It is the safety net under the file events: whatever an event source misses, the next look finds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from facade.config.callers_file import is_of_keys
from facade.config.files import Look, look
from facade.config.parse import PARTS

_SUFFIXES: Final = frozenset({".yaml", ".yml"})

Fingerprint = frozenset[tuple[str, Look]]
"""Of every file its path, and what the file system says of it."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen of a configuration before it was read: its own files, and those that its silos name."""

    files: Fingerprint
    named: Mapping[Path, Look]


def is_read(path: Path) -> bool:
    """Whether a file of this name may be part of a configuration."""
    return path.suffix in _SUFFIXES or is_of_keys(path.name)


def folders(folder: Path, named: Iterable[Path] = ()) -> tuple[Path, ...]:
    """The folder of a configuration, those in it and those of `named` files, whether they exist or not."""
    return tuple(dict.fromkeys([folder, *(folder / name for name in PARTS), *(path.parent for path in named)]))


def fingerprint(folder: Path) -> Fingerprint:
    """The configuration in `folder` as the file system shows it; blocks. What cannot be looked at is no part of it."""
    return frozenset((str(path), seen) for path in _files(folder) if (seen := look(path)))


def see(folder: Path, named: Iterable[Path] = ()) -> Seen:
    """The configuration in `folder` and the files that its silos name, as they are now; blocks."""
    return Seen(fingerprint(folder), {path: look(path) for path in named})


def identities(folder: Path, named: Iterable[Path] = ()) -> Fingerprint:
    """The folders that exist, by device and inode: it differs once one was replaced, though its name stayed."""
    places = (folder.parent, *folders(folder, named))
    return frozenset((str(path), seen[:2]) for path in places if (seen := look(path)))


def _files(folder: Path) -> Iterator[Path]:
    for place in folders(folder):
        try:
            yield from (path for path in place.iterdir() if is_read(path))
        except OSError:
            continue
