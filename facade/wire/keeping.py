"""What waits in memory of all clients together, and who of them holds most of it.

The law of this file: where there is too much, it goes who holds most, and not who came last; else a few who hold it all
would keep everybody out. Holders stand together with those who hold about as much, by powers of two, so that nobody has
to be looked for.
"""

from __future__ import annotations

from typing import Protocol


class Holder(Protocol):
    """Somebody of whom bytes wait."""

    def give_way(self) -> None:
        """Others need the room."""


class Keeping:
    """How many bytes wait in all: `total`."""

    __slots__ = ("_classes", "total")

    def __init__(self) -> None:
        self.total = 0
        self._classes: dict[int, dict[Holder, None]] = {}

    def __repr__(self) -> str:
        return f"<Keeping total={self.total} holders={sum(map(len, self._classes.values()))}>"

    def change(self, holder: Holder, before: int, now: int) -> None:
        """Of this holder so many bytes wait now."""
        self.total += now - before
        was, becomes = before.bit_length(), now.bit_length()
        if was == becomes:
            return
        if before:
            group = self._classes[was]
            del group[holder]
            if not group:
                del self._classes[was]
        if now:
            self._classes.setdefault(becomes, {})[holder] = None

    def most(self, latest: Holder) -> Holder:
        """Who holds most: of several the latest, if it is one of them, else who has held so much for longest."""
        group = self._classes[max(self._classes)]
        return latest if latest in group else next(iter(group))
