"""The files that silos name, read for their adapters' kinds and remembered with the configuration that they belong to.

The law of this file: a file is read once for a configuration, whoever asks for it, so that all see one generation; what
was read is kept by its path from the configuration's folder, and what the file system said of it before that, so that
whoever watches sees every later change. A configuration that is made of bytes alone reads nothing from the disk.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from facade.config.files import Look, look, read_file
from facade.port import Files, Unreadable
from facade.targets.definition import NamedFiles

MAX_FILES: Final = 2_000
"""Files that all silos name together: a WSDL or a dozen copybooks each, with what they import and copy."""

MAX_LOOKS: Final = 10_000
"""Names that are looked for: what a copybook copies may have a file of several endings. All are watched."""

MAX_BYTES: Final = 32 * 1024 * 1024
"""Bytes of the files together: eight of the largest interfaces that governments publish."""


class Beside:
    """All that lies beside the silos of one configuration in `folder`.

    `contents` is what was read, by path from `folder`, with slashes, and `looks` what the file system said of each name
    before. Where `kept` is given it is all there is, and the disk is let alone.
    """

    def __init__(self, folder: Path, kept: Mapping[str, bytes] | None = None) -> None:
        self._folder = folder
        self._kept = kept
        self.contents: dict[str, bytes] = {}
        self.looks: dict[Path, Look] = {}
        self._size = 0

    def __repr__(self) -> str:
        return f"<Beside {len(self.contents)} files>"

    def read(self, name: str, limit: int) -> bytes:
        """A file's bytes, by path from the configuration's folder. Raises Unreadable."""
        if name not in self.contents:
            self._remember(name, self._found(name, limit))
        if len(self.contents[name]) > limit:
            raise _too_long(limit)
        return self.contents[name]

    def stands(self) -> bool:
        """Whether every file still is what it was when it was read. Blocks."""
        return all(look(path) == seen for path, seen in self.looks.items())

    def _found(self, name: str, limit: int) -> bytes:
        if self._kept is not None:
            if name not in self._kept:
                raise Unreadable("is not among the files that were kept", "mend the files", is_absent=True)
            return self._kept[name]
        path = self._folder / name
        if path not in self.looks:
            if len(self.looks) == MAX_LOOKS:
                raise Unreadable(f"is one too many: {MAX_LOOKS} names are looked for at the most", "name fewer files")
            self.looks[path] = look(path)  # before it is read, so that what changes meanwhile is seen
        content = read_file(path, limit)
        if len(content) > limit:
            raise _too_long(limit)
        return content

    def _remember(self, name: str, content: bytes) -> None:
        if len(self.contents) == MAX_FILES or self._size + len(content) > MAX_BYTES:
            what = f"is one too many: silos name {MAX_FILES} files of {MAX_BYTES} bytes together at the most"
            raise Unreadable(what, "remove what no operation needs")
        self.contents[name] = content
        self._size += len(content)


class Asked(Files):
    """What the kind of one silo asks for, whose own file lies in the configuration's folder `part`."""

    def __init__(self, part: str, beside: Beside) -> None:
        self._part = part
        self._beside = beside
        self._read: dict[str, bytes] = {}

    def __repr__(self) -> str:
        return f"<Asked {len(self._read)} files of {self._part}>"

    def read(self, name: str, limit: int) -> bytes:
        if not name.isprintable():
            raise Unreadable("has a name that cannot be printed", "rename it")
        self._read[name] = self._beside.read(os.path.normpath(os.path.join(self._part, name)), limit)  # noqa: PTH118 - paths have no lexical form of `..`
        return self._read[name]

    def answered(self) -> NamedFiles:
        """What was read up to now."""
        return NamedFiles(dict(self._read))


def _too_long(limit: int) -> Unreadable:
    return Unreadable(f"is larger than {limit} bytes", "divide it")
