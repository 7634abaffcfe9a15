"""Externals: what leaves for one is named, and it is never asked the same again."""

from __future__ import annotations

from collections.abc import Iterator

from facade.config.checks.silos import told
from facade.config.draft import Draft, DraftRoute
from facade.config.mistake import Mistake, quote
from facade.routing.route import Place, Route
from facade.routing.stage import Stage
from facade.targets.definition import Adapted


def operations_name_what_leaves(draft: Draft) -> Iterator[Mistake]:
    for external in draft.silos:
        reach = external.silo.reach if external.is_external and external.silo is not None else None
        if isinstance(reach, Adapted):
            for name, operation in reach.operations.items():
                yield from told(external, name, reach.kind.unnamed(operation), "")


def externals_are_asked_once(draft: Draft) -> Iterator[Mistake]:
    """Whoever is asked the same again outside sees a second payment, and may take it."""
    for written, route in _to_externals(draft):
        why = (
            f"route {quote(route.name)} goes to the external {route.platform}, which is asked nothing for a comparison"
        )
        if written.says("shadow"):
            yield Mistake(written.at("shadow"), f"shadow is of no use: {why}", "remove it")
        if route.stage is Stage.SHADOW:
            after = Stage.PLATFORM if route.moves_whole else Stage.CANARY
            mend = f"write stage: {Stage.LEGACY}, and move it from there to {after}"
            yield Mistake(written.mover.at("stage"), f"stage shadow is of no use: {why}", mend)


def group_shadows_compare_something(draft: Draft) -> Iterator[Mistake]:
    """A group's shadow is for those of its routes that can be asked twice."""
    only_externals: dict[Place, bool] = {}
    for each in draft.routes:
        if each.group is not None and each.route is not None:
            so_far = only_externals.get(each.group.place, True)
            only_externals[each.group.place] = so_far and each.route.goes_to_external
    for group in draft.groups:
        if group.says("shadow") and only_externals.get(group.place):
            what = f"shadow of group {quote(group.name or '')} compares nothing: its routes go to externals"
            yield Mistake(group.at("shadow"), what, "remove it")


def _to_externals(draft: Draft) -> Iterator[tuple[DraftRoute, Route]]:
    for written in draft.routes:
        if written.route is not None and written.route.goes_to_external:
            yield written, written.route
