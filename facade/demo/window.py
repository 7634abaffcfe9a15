"""Who answered lately: the difference between two looks at a count that only grows. Pure."""

from __future__ import annotations

from collections import Counter, deque
from typing import Final

from facade.routing.stage import Side

LOOKS: Final = 5
"""Looks that "lately" covers; at one a second, five seconds."""

Answered = Counter[tuple[str, Side]]


class Window:
    """The last looks at the answers by route and side."""

    def __init__(self) -> None:
        self._looks: deque[Answered] = deque([Counter()], maxlen=LOOKS + 1)

    def look(self, answered: Answered) -> None:
        """Remember the counts as they are now."""
        self._looks.append(answered.copy())

    def recent(self) -> Answered:
        """The answers of the last `LOOKS` looks."""
        return self._looks[-1] - self._looks[0]
