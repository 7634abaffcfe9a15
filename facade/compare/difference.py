"""What a comparison finds: fields that differ, in which way, and a token by which a difference is known again."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final

_TOKEN: Final = 8
"""Bytes of a token: among a million differences of a route, two have the same by chance once in 37 million routes."""

MAX_DIFFERENCES: Final = 100
"""Fields of one comparison that are told: answers that differ in more are other answers altogether."""


class DifferenceKind(enum.StrEnum):
    """In which way a field differs. A field that is not there is missing or extra; one that is null has a type."""

    MISSING = "missing"
    EXTRA = "extra"
    TYPE = "type"
    VALUE = "value"
    ORDER = "order"
    LENGTH = "length"


@dataclass(frozen=True, slots=True)
class Difference:
    """One field and way. `token` is a keyed hash of both values of it: nobody without the key learns them from it."""

    path: str
    kind: DifferenceKind
    token: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two answers, compared.

    `compared_fields` counts the fields that were looked at, a body of equal bytes as one; `capped` says what kept the
    comparison from its end (`size`, `coding`, `steps`, `time` or `differences`), None if nothing did.
    """

    differences: tuple[Difference, ...]
    compared_fields: int
    capped: str | None = None

    @property
    def made(self) -> bool:
        """Whether it says anything: differences that were found stand, however far it came."""
        return self.capped is None or bool(self.differences)


class Found:
    """Differences as they are found. `key` is 16 to 64 secret bytes, the same for as long as tokens are compared."""

    __slots__ = ("_hashes", "_key", "capped")

    def __init__(self, key: bytes) -> None:
        self.capped = False
        self._key = key
        self._hashes: dict[tuple[str, DifferenceKind], list[str]] = {}

    def __bool__(self) -> bool:
        return bool(self._hashes)

    def note(self, path: str, kind: DifferenceKind, legacy: str, platform: str) -> None:
        """A field differs; it may do so several times, in the elements of an array."""
        hashes = self._hashes.get((path, kind))
        if hashes is None:
            if len(self._hashes) >= MAX_DIFFERENCES:
                self.capped = True
                return
            hashes = self._hashes[path, kind] = []
        hashes.append(self._hash(f"{path}\0{kind}\0{legacy}\0{platform}"))

    def take(self, other: Found) -> None:
        """What another has found counts here."""
        for (path, kind), hashes in other._hashes.items():
            if (path, kind) in self._hashes or len(self._hashes) < MAX_DIFFERENCES:
                self._hashes.setdefault((path, kind), []).extend(hashes)
            else:
                self.capped = True
        self.capped |= other.capped

    def differences(self) -> tuple[Difference, ...]:
        return tuple(
            Difference(path, kind, self._hash("".join(hashes))) for (path, kind), hashes in self._hashes.items()
        )

    def _hash(self, text: str) -> str:
        return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=_TOKEN, key=self._key).hexdigest()
