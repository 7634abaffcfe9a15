"""Segments that so many different senders have used, at one place, that they tell none of them from the others.

The law of this file is k-anonymity (Sweeney, k-anonymity: a model for protecting privacy, 2002): a segment that the
vocabulary does not know is kept once `SENDERS` senders have used it within a day, and stays unknown for ever if they do
not. An address of IPv6 counts by its first 64 bits, of which a household has one. Besides, a place with more than
`SIBLINGS` segments of letters is one where names stand, and none of them is kept: what is much asked for at such a
place (`/people/...`) may be somebody whom many know.

Until then nothing is held of a segment but a hash, whose key is the process's own (PEP 456). Everything is bounded; a
flood of new segments can delay that one becomes known, and do nothing else.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from facade.ending.vocabulary import is_segment_of_letters

SENDERS: Final = 50
"""Senders that a segment needs within a day. One person has a few addresses a day: home, work, a telephone's."""

SIBLINGS: Final = 32
"""Segments that a place may have for any of them to be kept: an interface has fewer words beside each other."""

_TRIED: Final = 4_096
"""Segments on their way at once, of at most 50 senders each: 20 MiB at the worst."""

_PLACES: Final = 1_024
_LEARNT: Final = 1_024
"""Segments that are kept, as many as there are shapes."""

_NETWORK: Final = 4
"""Groups of an IPv6 address that say whose it is (RFC 4291 section 2.5.4)."""


class Familiar:
    """What is known by use. One sender's calls change nothing, however many they are."""

    __slots__ = ("_learnt", "_siblings", "_tried")

    def __init__(self) -> None:
        self._tried: dict[int, set[int]] = {}
        self._siblings: dict[int, set[int]] = {}
        self._learnt: dict[tuple[str, str], None] = {}

    def __repr__(self) -> str:
        return f"<Familiar learnt={len(self._learnt)} tried={len(self._tried)}>"

    def forget(self) -> None:
        """A new day: what was not known by now begins anew. Where names stand is not forgotten."""
        self._tried.clear()
        self._siblings = {place: found for place, found in self._siblings.items() if len(found) > SIBLINGS}

    def vouches(self, before: str, segment: str, sender: Callable[[], str]) -> bool:
        """Whether `segment` may be kept behind `before`, now that it was used there from the address of `sender`."""
        if not is_segment_of_letters(segment):
            return False
        if self._has_names(before, segment):
            return False
        if (before, segment) in self._learnt:
            return True
        return self._is_learnt(before, segment, sender())

    def _has_names(self, before: str, segment: str) -> bool:
        place = hash(before)
        siblings = self._siblings.get(place)
        if siblings is None:
            if len(self._siblings) >= _PLACES:
                return True  # as long as it is not known how many there are beside it
            siblings = self._siblings[place] = set()
        if len(siblings) <= SIBLINGS:
            siblings.add(hash(segment))
        return len(siblings) > SIBLINGS

    def _is_learnt(self, before: str, segment: str, sender: str) -> bool:
        key = hash((before, segment))
        senders = self._tried.pop(key, None) or set()
        senders.add(hash(_network(sender)))
        if len(senders) >= SENDERS and len(self._learnt) < _LEARNT:
            self._learnt[before, segment] = None
            return True
        self._tried[key] = senders  # behind all others: the first is the one not met for longest
        if len(self._tried) > _TRIED:
            del self._tried[next(iter(self._tried))]
        return False


def _network(address: str) -> str:
    """An address of IPv4 as it is; of IPv6, in its usual spelling, that of its household (RFC 5952)."""
    before, double, _ = address.partition("::")
    groups = before.split(":")
    if len(groups) >= _NETWORK:
        return ":".join(groups[:_NETWORK])
    return before if double else address
