"""A file of silos, read: one document a silo, its settings and operations by the models of its adapter's kind."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, TypeVar
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from facade.config.check import check, check_foreign
from facade.config.compile import compile_passthrough, compile_silo
from facade.config.compose import compose
from facade.config.draft import DraftSilo
from facade.config.kinds import KindError, Kinds
from facade.config.mistake import Mistake, listed, quote
from facade.config.nodes import MappingNode, canonical, is_spoiled, locate, placed, plain
from facade.config.reading import Reading, as_block
from facade.config.silo_file import PASSTHROUGH, AdaptedSilo, PassthroughSettings, PassthroughSilo
from facade.config.substitute import Secrets, misplaced
from facade.config.tls import check_target_tls, tell
from facade.config.unbuilt import KINDS, SILO
from facade.port import AdapterKind, Finding
from facade.targets.definition import Adapted, Passthrough

Settings = TypeVar("Settings", bound=BaseModel)

_SETTINGS: Final = ("settings",)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a silo is read with. `folder` is where its file lies, `zone` whose clock its hours are written by."""

    folder: Path
    kinds: Kinds
    secrets: Secrets
    zone: ZoneInfo
    serving: bool


def read_silos(file: str, data: bytes, around: Surroundings) -> Reading[DraftSilo]:
    """Read one file of silos."""
    composed = compose(file, data)
    reading: Reading[DraftSilo] = Reading(list(composed.mistakes), is_whole=bool(composed.documents))
    for document in composed.documents:
        root = as_block(document, reading.mistakes)
        if root is None or reading.is_hopeless:
            reading.is_whole = False
        elif "external" in root.entries:
            reading.mistakes.append(Mistake(root.place, "an external is not built yet", "remove this document"))
        else:
            reading.written.append(_read_silo(root, reading, around))
    return reading


def _read_silo(root: MappingNode, reading: Reading[DraftSilo], around: Surroundings) -> DraftSilo:
    mistakes = reading.mistakes
    mistakes += misplaced(root, _SETTINGS)
    written = dict(_written(root))
    settings = root.get("settings")
    if settings is not None:
        root = placed(root, _SETTINGS, around.secrets.fill(settings), root.entries["settings"].place)
    adapter = root.text("adapter")
    head = check(PassthroughSilo if adapter == PASSTHROUGH else AdaptedSilo, root, unbuilt=SILO)
    mistakes += head.mistakes
    reach = _passthrough(root, reading, around) if adapter == PASSTHROUGH else _adapted(root, adapter, reading, around)
    silo = None
    if head.block is not None and reach is not None:
        silo = replace(compile_silo(head.block, reach, root.place, around.zone), written=written)
    return DraftSilo(root, root.text("silo"), adapter, _operation_names(root, adapter), silo)


def _written(root: MappingNode) -> Iterator[tuple[str, str]]:
    """What is said of the silo, by key, before anything is filled in."""
    operations = _block(root, "operations") or MappingNode(root.place)
    yield from ((key, canonical(entry.value)) for key, entry in root.entries.items() if key != "operations")
    yield from ((f"operation {name}", canonical(entry.value)) for name, entry in operations.entries.items())


def _passthrough(root: MappingNode, reading: Reading[DraftSilo], around: Surroundings) -> Passthrough | None:
    node = _block(root, "settings")
    if node is None:
        return None
    checked = check(PassthroughSettings, node, _SETTINGS, SILO)
    reading.mistakes += checked.mistakes
    if checked.mistakes:
        return None
    if checked.block is None or is_spoiled(node):
        return Passthrough(node.text("url") or "")  # a secret is not there: this explains itself, and serves nobody
    if checked.block.tls is not None:
        findings = check_target_tls(root, (*_SETTINGS, "tls"), checked.block.tls, around.folder)
        tell(findings, reading.mistakes, reading.warnings, serving=around.serving)
    return compile_passthrough(checked.block, around.folder)


def _adapted(
    root: MappingNode, adapter: str | None, reading: Reading[DraftSilo], around: Surroundings
) -> Adapted | None:
    mistakes = reading.mistakes
    kind = _kind(root, adapter, mistakes, around.kinds) if adapter is not None else None
    node = _block(root, "settings") or MappingNode(root.place)
    if kind is None:
        return None
    checked = check_foreign(kind.settings, node, _SETTINGS, around.secrets)
    mistakes += checked.mistakes
    operations = dict(_operations(root, kind, mistakes, around.secrets))
    if checked.block is None or checked.mistakes or is_spoiled(node):
        return Adapted(kind, _as_written(kind.settings, node), operations, around.folder)
    _examine(root, reading, kind.examine(checked.block, operations, around.folder))
    return Adapted(kind, checked.block, operations, around.folder)


def _as_written(model: type[Settings], node: MappingNode) -> Settings:
    """Settings with which something is wrong, or whose secret is not there.

    Nobody is served by them: there is a mistake, or the configuration is only checked.
    """
    written = plain(node)
    return model.model_construct(**(written if isinstance(written, dict) else {}))


def _examine(root: MappingNode, reading: Reading[DraftSilo], findings: Iterable[Finding]) -> None:
    """Tell what the kind found, each at its own key."""
    for finding in findings:
        what, _, mend = finding.text.partition("; ")
        place = locate(root, tuple(finding.key.split("."))).place
        told = reading.warnings if finding.warns else reading.mistakes
        told.append(Mistake(place, f"{finding.key}: {what}", mend or "mend it"))


def _operations(
    root: MappingNode, kind: AdapterKind[Any, Any], mistakes: list[Mistake], secrets: Secrets
) -> Iterator[tuple[str, BaseModel]]:
    operations = _block(root, "operations") or MappingNode(root.place)
    for name, (_, node) in operations.entries.items():
        checked = check_foreign(kind.operation, node, ("operations", name), secrets)
        mistakes += checked.mistakes
        if checked.block is not None and not checked.mistakes:
            yield name, checked.block


def _kind(root: MappingNode, adapter: str, mistakes: list[Mistake], kinds: Kinds) -> AdapterKind[Any, Any] | None:
    place = locate(root, ("adapter",)).place
    try:
        kind = kinds.get(adapter)
    except KindError as error:
        mistakes.append(Mistake(place, f"adapter {quote(adapter)} cannot be used: {error.what}", error.mend))
        return None
    if kind is None:
        what = "is not built yet" if adapter in KINDS else "is no kind of adapter"
        known = listed((PASSTHROUGH, *kinds.names()))
        mistakes.append(Mistake(place, f"adapter {quote(adapter)} {what}", f"write one of {known}"))
    return kind


def _block(root: MappingNode, key: str) -> MappingNode | None:
    value = root.get(key)
    return value if isinstance(value, MappingNode) else None


def _operation_names(root: MappingNode, adapter: str | None) -> frozenset[str] | None:
    if adapter == PASSTHROUGH:
        return frozenset()
    operations = _block(root, "operations")
    return None if operations is None else frozenset(operations.entries)
