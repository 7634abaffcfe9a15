"""Silos and externals: what a route asks is there to be asked, and can be asked with what the route knows."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator
from typing import Final

from facade.config.checks.matches import parameters
from facade.config.draft import Draft, DraftRoute, DraftSilo
from facade.config.mistake import Mistake, listed, quote
from facade.config.nodes import MappingNode, locate, scalars
from facade.config.routes_file import is_reference, parse_reference
from facade.config.silo_file import EXTERNAL, PASSTHROUGH, SILO
from facade.routing.route import SAFE_METHODS, Route, SiloReference
from facade.targets.definition import Adapted

LEGACY, PLATFORM = "legacy", "platform"

_KINDS: Final = {LEGACY: SILO, PLATFORM: EXTERNAL}
"""What a side names."""

_PARAMETER: Final = re.compile(r"path\.([A-Za-z_][A-Za-z0-9_]*)")
"""A path parameter in an operation's templates."""


def silos_are_there(draft: Draft) -> Iterator[Mistake]:
    """A route moves from a silo to an external, never from one external and never to a silo."""
    known = draft.silo_names()
    for route, side, reference in _references(draft):
        kind, silo = _KINDS[side], known.get(reference.silo)
        if silo is None and draft.knows_every_silo:
            what = f"{side} names {quote(reference.silo)}, and there is no such {kind}"
            yield Mistake(route.at(side), what, _nearest_of(kind, reference.silo, draft.silos))
        elif silo is not None and silo.kind != kind:
            what = f"{side} names {quote(reference.silo)}, which is the {silo.kind} at {silo.at(silo.kind)}"
            yield Mistake(route.at(side), what, _nearest_of(kind, reference.silo, draft.silos))


def operations_are_there(draft: Draft) -> Iterator[Mistake]:
    """A silo behind an adapter is asked by operation, one that is passed through is not."""
    known = draft.silo_names()
    for route, side, reference in _references(draft):
        silo = known.get(reference.silo)
        if silo is not None and silo.kind == _KINDS[side] and silo.operations is not None:
            for what, mend in _unfit(side, reference, silo, silo.operations):
                yield Mistake(route.at(side), what, mend)


def unmatched_is_passed_through(draft: Draft) -> Iterator[Mistake]:
    facade = draft.facade
    name, known = facade.node.text("unmatched") if facade else None, draft.silo_names()
    if facade is None or name is None:
        return
    silo = known.get(name)
    if silo is None and draft.knows_every_silo:
        what = f"unmatched names {quote(name)}, and there is no such silo"
        yield Mistake(facade.at("unmatched"), what, _nearest_of(SILO, name, draft.silos))
    if silo is not None and silo.adapter is not None and silo.adapter != PASSTHROUGH:
        what = f"unmatched names {quote(name)}, which is not passed through"
        yield Mistake(facade.at("unmatched"), what, f"name a silo with adapter: {PASSTHROUGH}, or remove the key")


def queues_have_a_budget(draft: Draft) -> Iterator[Mistake]:
    """Without a bound on the calls at once nobody ever waits."""
    for silo in draft.silos:
        protect = silo.node.get("protect")
        if isinstance(protect, MappingNode) and "queue" in protect.entries and "concurrency" not in protect.entries:
            what = "protect.queue stands without protect.concurrency, so nobody would ever wait in it"
            yield Mistake(silo.at("protect", "queue"), what, "add concurrency, or remove queue")


def arguments_are_in_the_path(draft: Draft) -> Iterator[Mistake]:
    """What the kind of an adapter finds wrong with its operations, on their own and for each route that asks them.

    On its own an operation is judged as if every parameter it names were there: it may stand before its route does.
    """
    used = _used(draft)
    for silo in draft.silos:
        if silo.silo is None or not isinstance(silo.silo.reach, Adapted):
            continue
        kind = silo.silo.reach.kind
        for name, operation in silo.silo.reach.operations.items():
            alone = kind.mistakes(operation, _named_in(silo, name))
            yield from told(silo, name, alone, "")
            for route in used.get(SiloReference(silo.silo.name, name), ()):
                found = [each for each in kind.mistakes(operation, parameters(route)) if each not in alone]
                yield from told(silo, name, found, f", for route {quote(route.name)} at {route.place}")


def reads_do_not_write(draft: Draft) -> Iterator[Mistake]:
    """Whoever sends a GET may send it twice (RFC 9110 section 9.2.2)."""
    silos = draft.silo_names()
    for written in draft.routes:
        route = written.route
        if route is None or route.match.method not in SAFE_METHODS:
            continue
        for side, reference in _sides(route):
            silo = silos.get(reference.silo)
            if silo is not None and silo.silo is not None and _writes(silo, reference.operation):
                what = f"route {quote(route.name)} takes {route.match.method}, and {reference} writes"
                yield Mistake(written.at(side), what, "match a method that may write, such as POST")


def _references(draft: Draft) -> Iterator[tuple[DraftRoute, str, SiloReference]]:
    """The silos and externals that routes name, and by which key.

    They are read from the text itself, because a route may be mistaken in other ways.
    """
    for route in draft.routes:
        for side in _KINDS:
            text = route.node.text(side) or ""
            if is_reference(text):
                yield route, side, parse_reference(text)


def _unfit(
    side: str, reference: SiloReference, silo: DraftSilo, operations: frozenset[str]
) -> Iterator[tuple[str, str]]:
    name = f"{silo.kind} {quote(reference.silo)}"
    if silo.adapter == PASSTHROUGH:
        if reference.operation is not None:
            yield f"{name} is passed through and has no operations", f"write {side}: {reference.silo}"
    elif reference.operation is None:
        yield f"{side} names no operation of {name}", f"write {reference.silo}. and one of {listed(sorted(operations))}"
    elif reference.operation not in operations:
        yield f"{name} has no operation {quote(reference.operation)}", _nearest(reference.operation, operations)


def _nearest_of(kind: str, name: str, silos: Iterable[DraftSilo]) -> str:
    """What may be meant by the name of a silo or an external that is none."""
    known = [each.name for each in silos if each.kind == kind and each.name is not None]
    if kind == SILO:
        return _nearest(name, known) if known else "add it, in silos/<silo>.yaml"
    mend = _nearest(name, known) if known else "add it, in externals/<name>.yaml"
    return f"{mend}, or the URL of a service, such as http://{name}:8080"


def _nearest(name: str, known: Iterable[str]) -> str:
    names = sorted(known)
    like = difflib.get_close_matches(name, names, 1)
    return f"write {like[0]}" if like else f"write one of {listed(names)}"


def _used(draft: Draft) -> dict[SiloReference, list[Route]]:
    used: dict[SiloReference, list[Route]] = {}
    for written in draft.routes:
        if written.route is not None:
            for _, reference in _sides(written.route):
                used.setdefault(reference, []).append(written.route)
    return used


def _sides(route: Route) -> Iterator[tuple[str, SiloReference]]:
    """The sides of a route that are a silo's or an external's, by their keys."""
    for side, names in ((LEGACY, route.legacy), (PLATFORM, route.platform)):
        if isinstance(names, SiloReference):
            yield side, names


def _named_in(silo: DraftSilo, operation: str) -> frozenset[str]:
    node = locate(silo.node, ("operations", operation)).node
    return frozenset(name for _, text in scalars(node) for name in _PARAMETER.findall(text.text))


def told(silo: DraftSilo, operation: str, found: Iterable[tuple[str, str]], where: str) -> Iterator[Mistake]:
    """What a kind found wrong with an operation, each at its key; `where` says more of it."""
    for key, sentence in found:
        what, _, mend = sentence.partition("; ")
        steps = ("operations", operation, *key.split("."))
        yield Mistake(silo.at(*steps), f"{'.'.join(steps)}: {what}{where}", mend or "mend it")


def _writes(silo: DraftSilo, operation: str | None) -> bool:
    reach = silo.silo.reach if silo.silo is not None else None
    if operation is None or not isinstance(reach, Adapted) or operation not in reach.operations:
        return False
    return reach.kind.writes(reach.operations[operation])
