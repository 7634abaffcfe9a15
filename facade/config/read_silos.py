"""A file of silos or of externals, read: one document each, settings and operations by the models of its kind."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, TypeVar
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from facade.config.beside import Asked, Beside
from facade.config.check import check, check_foreign
from facade.config.compile import compile_passthrough, compile_silo
from facade.config.compose import compose
from facade.config.draft import DraftSilo
from facade.config.externals import as_external, misfiled
from facade.config.kinds import KindError, Kinds
from facade.config.mistake import Mistake, listed, quote
from facade.config.nodes import MappingNode, canonical, is_spoiled, locate, placed, plain
from facade.config.reading import Reading, as_block
from facade.config.silo_file import (
    EXTERNAL,
    PASSTHROUGH,
    AdaptedSilo,
    ExternalBlock,
    PassthroughSettings,
    PassthroughSilo,
    SiloBlock,
)
from facade.config.substitute import Secrets, misplaced
from facade.config.tls import check_target_tls, tell
from facade.config.unbuilt import KINDS, SILO
from facade.port import AdapterKind, Finding
from facade.targets.definition import Adapted, NamedFiles, Passthrough

Settings = TypeVar("Settings", bound=BaseModel)

_SETTINGS: Final = ("settings",)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a file is read with. `folder` is where it lies, `zone` whose clock hours are written by; what its kinds read
    of other files they read from `beside`.

    It is one of silos, or one of externals.
    """

    folder: Path
    kinds: Kinds
    secrets: Secrets
    zone: ZoneInfo
    serving: bool
    beside: Beside
    is_external: bool = False


def read_silos(file: str, data: bytes, around: Surroundings) -> Reading[DraftSilo]:
    """Read one file of silos or of externals."""
    composed = compose(file, data)
    reading: Reading[DraftSilo] = Reading(list(composed.mistakes), is_whole=bool(composed.documents))
    for document in composed.documents:
        root = as_block(document, reading.mistakes)
        wrong = misfiled(root, is_external=around.is_external) if root is not None else None
        if wrong is not None:
            reading.mistakes.append(wrong)
        if root is None or wrong is not None or reading.is_hopeless:
            reading.is_whole = False
        elif around.is_external:
            reading.written.append(_read_external(root, reading, around))
        else:
            reading.written.append(_read_silo(root, reading, around))
    return reading


def _read_external(root: MappingNode, reading: Reading[DraftSilo], around: Surroundings) -> DraftSilo:
    external = as_external(root, reading.mistakes)
    if external is None:
        return DraftSilo(root, root.text(EXTERNAL), root.text("adapter"), is_external=True)
    return replace(_read_silo(external, reading, around), name=root.text(EXTERNAL), is_external=True)


def _read_silo(root: MappingNode, reading: Reading[DraftSilo], around: Surroundings) -> DraftSilo:
    mistakes = reading.mistakes
    mistakes += misplaced(root, _SETTINGS)
    written = dict(_written(root))
    settings = root.get("settings")
    if settings is not None:
        root = placed(root, _SETTINGS, around.secrets.fill(settings), root.entries["settings"].place)
    adapter = root.text("adapter")
    head = check(_model(adapter, around), root, unbuilt=SILO)
    mistakes += head.mistakes
    reach = _passthrough(root, reading, around) if adapter == PASSTHROUGH else _adapted(root, adapter, reading, around)
    silo = None
    if head.block is not None and reach is not None:
        written |= _named(reach)
        silo = replace(compile_silo(head.block, reach, root.place, around.zone), written=written)
    return DraftSilo(root, root.text("silo"), adapter, _operation_names(root, adapter), silo)


def _model(adapter: str | None, around: Surroundings) -> type[SiloBlock | ExternalBlock]:
    if around.is_external:
        return ExternalBlock
    return PassthroughSilo if adapter == PASSTHROUGH else AdaptedSilo


def _written(root: MappingNode) -> Iterator[tuple[str, str]]:
    """What is said of the silo, by key, before anything is filled in."""
    operations = _block(root, "operations") or MappingNode(root.place)
    yield from ((key, canonical(entry.value)) for key, entry in root.entries.items() if key != "operations")
    yield from ((f"operation {name}", canonical(entry.value)) for name, entry in operations.entries.items())


def _named(reach: Passthrough | Adapted) -> dict[str, str]:
    """The files that the silo names, each by what is in it."""
    files = reach.files.contents if isinstance(reach, Adapted) else {}
    return {f"file {name}": hashlib.sha256(content).hexdigest() for name, content in files.items()}


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
        return Adapted(kind, _as_written(kind.settings, node), operations, around.folder, NamedFiles())
    asked = Asked(around.folder.name, around.beside)
    _examine(root, reading, kind.examine(checked.block, operations, around.folder, asked))
    return Adapted(kind, checked.block, operations, around.folder, asked.answered())


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
