"""Listeners: three of them, on three addresses."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import Final

from facade.config.draft import Draft
from facade.config.mistake import Mistake
from facade.config.settings import Listener

_EVERYWHERE: Final = frozenset({"0.0.0.0", "::"})  # noqa: S104 - compared with, not bound to


def addresses_differ(draft: Draft) -> Iterator[Mistake]:
    """Two on one port would be told by the system as `address in use`, of the facade's own making."""
    if draft.facade is None or draft.facade.settings is None:
        return
    settings = draft.facade.settings
    listeners = {"listen": settings.listen, "observe": settings.observe, "admin": settings.admin}
    for (first, one), (second, other) in combinations(listeners.items(), 2):
        if _clash(one, other):
            place = draft.facade.at(second if draft.facade.says(second) else first)
            yield Mistake(place, f"{first} and {second} both listen on port {one.port}", "give each a port of its own")


def _clash(one: Listener, other: Listener) -> bool:
    same_host = one.host == other.host or not _EVERYWHERE.isdisjoint({one.host, other.host})
    return one.port == other.port != 0 and same_host
