"""Copybooks as files: the one that an operation names, beside the silo's own, and those that it copies, beside it."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from facade.formats.copybook import Copybook, Library, read_copybook

MAX_BYTES: Final = 1024 * 1024
"""Of one copybook: some tens of thousands of lines."""

_ENDINGS: Final = ("", ".cpy", ".CPY", ".cbl", ".CBL", ".txt")
"""What COPY NAME may be called as a file, in this order, as written and in lower case."""


class FileError(ValueError):
    """A file that is no copybook, as `what; mend`."""


def open_copybook(folder: Path, written: str) -> Copybook:
    """Read the copybook at `written`, a path from `folder`; raise FileError or CopybookError. Blocking."""
    path = folder / written
    return read_copybook(written, _text(path, written), _beside(path, written))


def _beside(path: Path, written: str) -> Library:
    def find(name: str) -> tuple[str, str] | None:
        if Path(name).name != name:
            return None
        for each in (name, name.lower()):
            for ending in _ENDINGS:
                copied = path.with_name(each + ending)
                if copied.is_file():
                    shown = str(Path(written).with_name(copied.name))
                    return shown, _text(copied, shown)
        return None

    return find


def _text(path: Path, written: str) -> str:
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except OSError as error:
        what = f"{written} cannot be read ({error.strerror}); write the path of a copybook, from this file's folder"
        raise FileError(what) from None
    if len(raw) > MAX_BYTES:
        raise FileError(f"{written} is larger than {MAX_BYTES} bytes; divide it")
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("latin-1")  # an old comment's letters; COBOL's own are ASCII
