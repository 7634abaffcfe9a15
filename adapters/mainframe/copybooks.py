"""Copybooks as files: the one that an operation names, beside the silo's own, and those that it copies, beside it."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Final

from facade.formats.copybook import Copybook, Library, read_copybook
from facade.port import Files, Unreadable

MAX_BYTES: Final = 1024 * 1024
"""Of one copybook: some tens of thousands of lines."""

_ENDINGS: Final = ("", ".cpy", ".CPY", ".cbl", ".CBL", ".txt")
"""What COPY NAME may be called as a file, in this order, as written and in lower case."""


class FileError(ValueError):
    """A file that is no copybook, as `what; mend`."""


def open_copybook(files: Files, written: str) -> Copybook:
    """Read the copybook at `written`, a path in `files`; raise FileError or CopybookError. Blocking."""
    try:
        raw = files.read(written, MAX_BYTES)
    except Unreadable as unreadable:
        raise _unusable(written, unreadable) from None
    return read_copybook(written, _text(raw), _beside(files, written))


def _beside(files: Files, written: str) -> Library:
    def find(name: str) -> tuple[str, str] | None:
        if PurePosixPath(name).name != name:
            return None
        unusable: FileError | None = None
        for each in (every + ending for every in dict.fromkeys((name, name.lower())) for ending in _ENDINGS):
            copied = str(PurePosixPath(written).with_name(each))
            try:
                return copied, _text(files.read(copied, MAX_BYTES))
            except Unreadable as unreadable:
                if not unreadable.is_absent:  # a folder of this name, say: the copybook may have an ending
                    unusable = unusable or _unusable(copied, unreadable)
        if unusable is not None:
            raise unusable
        return None

    return find


def _unusable(name: str, unreadable: Unreadable) -> FileError:
    return FileError(f"{name} {unreadable.what}; {unreadable.mend}")


def _text(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("latin-1")  # an old comment's letters; COBOL's own are ASCII
