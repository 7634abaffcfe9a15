"""Guards: what can never be shown must not be waited for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from facade.compare.reach import obstacles
from facade.config.draft import Draft
from facade.config.mistake import Mistake, quote

_LEAVE_OUT: Final = "leave parity out"
_GUARD_OF_ITS_OWN: Final = "give the route a guard of its own without parity"


def guards_can_pass(draft: Draft) -> Iterator[Mistake]:
    """A parity that no number of comparisons shows, or that the guard's own sample is too small for: with the sum."""
    for written in draft.routes:
        route = written.route
        if route is None or route.guard is None or route.guard.parity is None:
            continue
        says = written if written.says("guard") else written.mover
        if route.goes_to_external:
            what = f"guard.parity of route {quote(route.name)} is never measured: an external is asked nothing twice"
            yield Mistake(says.at("guard", "parity"), what, _LEAVE_OUT if says is written else _GUARD_OF_ITS_OWN)
            continue
        samples = route.shadow is not None and route.shadow.sample > 0
        for each in obstacles(route.guard.parity, route.guard.compared, samples=samples):
            what, mend = each.text.split("; ", 1)
            yield Mistake(says.at("guard", each.key), f"guard.{each.key} of route {quote(route.name)} {what}", mend)
