"""Calls by caller, route and target since the last turn; and those that no route covers, by the shape of their paths.

Both planes share it: the data plane counts, the control plane takes what was counted every few seconds. The law of this
file: a count costs one look-up and cannot fail; names come from the operator's files, so there are no more of them than
these name; and of a path nothing is kept but its shape (`facade.ending.shape`), which can tell nobody.

A call is counted under the target that it was decided for, before that is asked: a caller of a silo that is closed,
broken or refusing is still its caller. Where legacy answers because the platform failed, it is moved there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

from facade.ending.familiar import Familiar
from facade.ending.heavy import Shaped
from facade.ending.shape import ANYTHING, method_of, shape
from facade.ending.vocabulary import WORDS

TURN: Final = 4.0
"""Seconds between two turns: with a second to write them in, no kill loses more than five."""

_SHAPES: Final = 10_000
"""Shapes of one turn; those beyond count as `ANYTHING`. Only a flood has so many."""

ABORTED: Final = "aborted"
_CODES: Final = tuple(f"{first}xx" for first in range(10))


Key = tuple[str, str, str]
"""Caller, route and target, which `facade.ending.counts` explains. A plain tuple: one is made for each call."""


class Turn(NamedTuple):
    """What was counted between two turns: calls, less than none where they were moved, and orphans by class."""

    calls: Mapping[Key, int]
    orphans: Mapping[Shaped, Mapping[str, int]]


class Calls:
    """The counts since the last turn. `words` are those that a shape may hold."""

    __slots__ = ("_calls", "_familiar", "_orphans", "words")

    def __init__(self) -> None:
        self._calls: defaultdict[Key, int] = defaultdict(int)
        self._orphans: dict[Shaped, dict[str, int]] = {}
        self._familiar = Familiar()
        self.words = WORDS

    def __repr__(self) -> str:
        return f"<Calls calls={sum(self._calls.values())} orphans={len(self._orphans)} {self._familiar}>"

    def seen(self, caller: str, route: str, target: str) -> None:
        """A caller called a route, and this target is to answer."""
        self._calls[caller, route, target] += 1

    def moved(self, caller: str, route: str, before: str, target: str) -> None:
        """A call that was counted under one target is answered by another."""
        self._calls[caller, route, before] -= 1
        self._calls[caller, route, target] += 1

    def orphan(self, method: str, path: str, status: int | None, sender: Callable[[], str]) -> None:
        """No route covered this call. `status` is None where no answer was whole; `sender` gives the address."""
        familiar = self._familiar
        found = shape(path, self.words, lambda before, segment: familiar.vouches(before, segment, sender))
        shaped = Shaped(method_of(method), found)
        answers = self._orphans.get(shaped)
        if answers is None:
            if len(self._orphans) >= _SHAPES:
                shaped = Shaped(shaped.method, ANYTHING)
            answers = self._orphans.setdefault(shaped, {})
        code = ABORTED if status is None else _CODES[status // 100]
        answers[code] = answers.get(code, 0) + 1

    def forget(self) -> None:
        """A new day: what is known of senders was yesterday's."""
        self._familiar.forget()

    def turn(self) -> Turn:
        """End this turn and begin the next."""
        ended = Turn(self._calls, self._orphans)
        self._calls = defaultdict(int)
        self._orphans = {}
        return ended
