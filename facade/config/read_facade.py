"""facade.yaml, read: with the environment laid over it, its token filled in and its certificates looked at."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from facade.config.check import check
from facade.config.compile import compile_settings
from facade.config.compose import compose
from facade.config.draft import DraftFacade
from facade.config.environment import overlay
from facade.config.facade_file import FacadeFile
from facade.config.mistake import Mistake
from facade.config.nodes import MappingNode, is_spoiled, locate, placed, without
from facade.config.reading import Reading, as_block
from facade.config.settings import Settings
from facade.config.substitute import Secrets, misplaced
from facade.config.tls import check_tls, tell
from facade.config.unbuilt import FACADE
from facade.routing.route import Place

NAME: Final = "facade.yaml"

_TOKEN: Final = ("admin", "token")


def read_facade(
    data: bytes, folder: Path, environment: Mapping[str, str], secrets: Secrets, *, serving: bool
) -> Reading[DraftFacade]:
    """Read facade.yaml. What is written in it, and what is wrong with it."""
    composed = compose(NAME, data)
    reading: Reading[DraftFacade] = Reading(list(composed.mistakes))
    for document in composed.documents[1:]:
        reading.mistakes.append(Mistake(document.place, "holds a second document", "remove it, and the --- above it"))
    root = as_block(composed.documents[0], reading.mistakes) if composed.documents else None
    if root is None:
        reading.is_whole = False
        return reading
    reading.mistakes += misplaced(root, _TOKEN)
    root = overlay(_with_token(root, secrets), environment)
    checked = check(FacadeFile, root, unbuilt=FACADE)
    reading.mistakes += checked.mistakes
    settings = compile_settings(checked.block, folder) if checked.block and not checked.mistakes else None
    reading.written.append(DraftFacade(root, None, checked.block, settings))
    _look_at_certificates(reading, folder, serving=serving)
    return reading


def state_folder(root: MappingNode | None, folder: Path, environment: Mapping[str, str]) -> Path:
    """Where `state` is, as well as can be told from a facade.yaml that may be mistaken."""
    overlaid = overlay(root or MappingNode(Place(NAME, 1)), environment)
    written = overlaid.text("state")
    return folder / written if written else Settings().state


def _with_token(root: MappingNode, secrets: Secrets) -> MappingNode:
    """The token filled in. One that is not there is left out: what stands in its place is nobody's token."""
    admin, token = root.get("admin"), locate(root, _TOKEN)
    if not isinstance(admin, MappingNode) or token.missing is not None:
        return root
    filled = secrets.fill(token.node)
    if is_spoiled(filled):
        return placed(root, ("admin",), without(admin, "token"), admin.place)
    return placed(root, _TOKEN, filled, token.place)


def _look_at_certificates(reading: Reading[DraftFacade], folder: Path, *, serving: bool) -> None:
    for facade in reading.written:
        if facade.block is None or facade.block.listen is None or facade.block.listen.tls is None:
            continue
        findings = check_tls(facade.node, facade.block.listen.tls, folder)
        tell(findings, reading.mistakes, reading.warnings, serving=serving)
