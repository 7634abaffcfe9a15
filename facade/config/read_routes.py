"""A file of routes and groups, read: each on its own, so that a mistake in one hides no other's."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from facade.config.check import check
from facade.config.compile import compile_group
from facade.config.compose import compose
from facade.config.draft import DraftGroup, DraftRoute
from facade.config.identity import identity
from facade.config.mistake import Mistake, listed, quote
from facade.config.nodes import MappingNode, ScalarNode, SequenceNode
from facade.config.reading import Reading, as_block, items
from facade.config.routes_file import GroupBlock, PlatformBlock, RouteBlock, RoutesFile
from facade.config.substitute import misplaced
from facade.config.tls import check_target_tls, tell
from facade.config.unbuilt import GROUP, ROUTE

_KEYS: Final = tuple(RoutesFile.model_fields)


def read_routes(
    file: str, data: bytes, folder: Path, *, serving: bool
) -> tuple[Reading[DraftRoute], Reading[DraftGroup]]:
    """Read one file of routes, which lies in `folder`: its routes, and its groups.

    What is wrong with the file stands with its routes.
    """
    composed = compose(file, data)
    is_whole = bool(composed.documents)
    routes: Reading[DraftRoute] = Reading(list(composed.mistakes), is_whole=is_whole)
    groups: Reading[DraftGroup] = Reading(is_whole=is_whole)
    for document in composed.documents:
        root = as_block(document, routes.mistakes)
        if root is None:
            routes.is_whole = groups.is_whole = False
            continue
        routes.mistakes += [*misplaced(root, ()), *_unknown_keys(root)]
        for node in items(root, "routes", routes):
            _read_route(node, routes, folder, serving=serving)
        for node in items(root, "groups", groups):
            _read_group(node, groups)
    return routes, groups


def _read_route(node: MappingNode, reading: Reading[DraftRoute], folder: Path, *, serving: bool) -> None:
    checked = check(RouteBlock, node, unbuilt=ROUTE)
    reading.mistakes += checked.mistakes
    reading.written.append(DraftRoute(node, node.text("name"), checked.block, folder=folder))
    platform = checked.block.platform if checked.block is not None else None
    if isinstance(platform, PlatformBlock) and platform.tls is not None:
        findings = check_target_tls(node, ("platform", "tls"), platform.tls, folder)
        tell(findings, reading.mistakes, reading.warnings, serving=serving)


def _read_group(node: MappingNode, reading: Reading[DraftGroup]) -> None:
    checked = check(GroupBlock, node, unbuilt=GROUP)
    reading.mistakes += checked.mistakes
    group = compile_group(checked.block) if checked.block is not None else None
    reading.written.append(DraftGroup(node, node.text("name"), _members(node), identity(node), checked.block, group))


def _members(node: MappingNode) -> tuple[str, ...]:
    routes = node.get("routes")
    items = routes.items if isinstance(routes, SequenceNode) else ()
    return tuple(item.text for item in items if isinstance(item, ScalarNode))


def _unknown_keys(root: MappingNode) -> Iterator[Mistake]:
    for key, entry in root.entries.items():
        if key not in _KEYS:
            yield Mistake(
                entry.place, f"{quote(key)} is not a known key", f"remove it, or write one of {listed(_KEYS)}"
            )
