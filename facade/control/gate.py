"""The gate before every move: what stands in the way of giving the platform more. Pure.

The law of this file: the way back is never gated. Forward goes one stage at a time, not in a freeze, and only where the
guard of every route that moves says that it may; each of these yields to a person who forces it by name, with a reason.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from facade.control.freezes import InForce
from facade.control.move import Plan
from facade.control.subject import Refused

Gate = Callable[[str], "str | None"]
"""What keeps a guarded route, given by its name, from moving forward now, in a sentence; None where nothing does."""


class Barred(NamedTuple):
    """One thing in the way of a plan, as `place: what`, and what to do about it other than force."""

    what: str
    mend: str = "wait"


def in_the_way(plan: Plan, gate: Gate, frozen: InForce | None) -> Iterator[Barred]:
    """Each thing that keeps a plan from being carried out."""
    if plan.is_safe:
        return
    name = plan.subject.name
    if plan.skips:
        what = f"{name}: {plan.subject.now} -> {plan.to} skips {' and '.join(plan.skips)}"
        yield Barred(what, "move it one stage at a time")
    if frozen is not None:
        yield Barred(f"{name}: {frozen}")
    for route in plan.subject.guarded:
        said = gate(route)
        if said is not None:
            yield Barred(f"{route}: {said}")


def pass_through(plan: Plan, gate: Gate, frozen: InForce | None, *, force: bool) -> tuple[str, ...]:
    """What was in the way of a plan that may be carried out because it is forced; `Refused` where it may not."""
    barred = tuple(in_the_way(plan, gate, frozen))
    if barred and not force:
        raise Refused("\n".join(f"{each.what}; {each.mend}, or force it with a reason" for each in barred))
    return tuple(each.what for each in barred)
