"""A file of the facade's own in `state`, with the SHA-256 of its content in its first line, replaced as a whole.

A damaged one is put aside as `NAME.damaged`, where a person can look at it, and is never used.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeVar

from facade.control.replace import replace

Value = TypeVar("Value")

ASIDE: Final = ".damaged"


class Damaged(Exception):  # noqa: N818 - names the state of the file, not a defect of the program
    """What is kept cannot be trusted. The text is `place: what is wrong; what was done`."""


class SealedFile:
    """One such file, of at most `largest` bytes. Its methods block: call them in a thread.

    `unused` says of a damaged one what does not become of it.
    """

    def __init__(self, path: Path, largest: int, unused: str = "is not used") -> None:
        self.path = path
        self._largest = largest
        self._unused = unused

    def __repr__(self) -> str:
        return f"<SealedFile {self.path}>"

    def save(self, document: bytes) -> None:
        """Keep `document` instead of what was kept. Raises OSError where the folder cannot be written."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        replace(self.path, f"sha256 {_digest(document)}\n".encode() + document)

    def read(self, parse: Callable[[bytes], Value]) -> Value | None:
        """What is kept, or None. `parse` raises ValueError with what is wrong with it.

        Raises `Damaged` once it has put a damaged file aside, OSError if it cannot read.
        """
        try:
            return self._parsed(parse)
        except ValueError as error:
            aside = self.path.with_name(f"{self.path.name}{ASIDE}")
            self.path.replace(aside)
            raise Damaged(f"{self.path}: {error}; it is put aside as {aside.name} and {self._unused}") from error

    def look(self, parse: Callable[[bytes], Value]) -> Value | None:
        """The same for somebody who only looks: a damaged file stays where it is."""
        try:
            return self._parsed(parse)
        except ValueError as error:
            raise Damaged(f"{self.path}: {error}; it {self._unused}") from error

    def was_put_aside(self) -> bool:
        """Whether a damaged one was put aside and nothing has been kept since."""
        return self.path.with_name(f"{self.path.name}{ASIDE}").exists() and not self.path.exists()

    def _parsed(self, parse: Callable[[bytes], Value]) -> Value | None:
        try:
            with self.path.open("rb") as file:
                content = file.read(self._largest + 1)
        except FileNotFoundError:
            return None
        return parse(self._opened(content))

    def _opened(self, content: bytes) -> bytes:
        if len(content) > self._largest:
            raise ValueError(f"is larger than {self._largest} bytes")
        first, _, document = content.partition(b"\n")
        if first != f"sha256 {_digest(document)}".encode():
            raise ValueError("its checksum does not fit its content")
        return document


def _digest(document: bytes) -> str:
    return hashlib.sha256(document).hexdigest()
