"""facade.yaml, read: with the environment laid over it, its token filled in and its certificates looked at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from facade.config.check import check
from facade.config.compile import compile_settings
from facade.config.compose import compose
from facade.config.draft import DraftFacade
from facade.config.environment import overlay
from facade.config.facade_file import FacadeFile
from facade.config.mistake import Mistake
from facade.config.network import HostPort, parse_address
from facade.config.nodes import MappingNode, ScalarNode, is_spoiled, locate, placed, without
from facade.config.reading import Reading, as_block
from facade.config.settings import Listeners, Settings
from facade.config.substitute import Secrets, misplaced
from facade.config.tls import check_tls, tell
from facade.config.types import Unfit
from facade.config.unbuilt import FACADE
from facade.routing.route import Place

NAME: Final = "facade.yaml"

_BESIDE: Final = "state"

_TOKEN: Final = ("admin", "token")
_LISTENERS: Final = ("listen", "observe", "admin")

DEFAULT_ADMIN: Final = HostPort(Settings().admin.host, Settings().admin.port)


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
    reading.mistakes += [*misplaced(root, _TOKEN), *_written_out(root)]
    root = overlay(_with_token(root, secrets), environment)
    checked = check(FacadeFile, root, unbuilt=FACADE)
    reading.mistakes += checked.mistakes
    settings = compile_settings(checked.block, folder) if checked.block and not checked.mistakes else None
    listeners = None if composed.mistakes else _listeners(root, checked.block, folder)
    if checked.block is not None and not _has_good_certificates(root, checked.block, reading, folder, serving=serving):
        listeners = None
    reading.written.append(DraftFacade(root, None, checked.block, settings, listeners))
    return reading


def state_folder(root: MappingNode | None, folder: Path, environment: Mapping[str, str]) -> Path:
    """Where `state` is, as well as can be told from a facade.yaml that may be mistaken.

    One that is missing, or no YAML, says nothing of it: then it is where the shipped one has it, if that is there.
    """
    overlaid = overlay(root or MappingNode(Place(NAME, 1)), environment)
    written = overlaid.text("state")
    if written:
        return folder / written
    beside = folder / _BESIDE
    return beside if root is None and beside.is_dir() else Settings().state


def admin_address(root: MappingNode) -> HostPort | None:
    """Where `admin` listens, as well as can be told from a facade.yaml that may be mistaken; `root` is overlaid."""
    key = ("admin", "address") if isinstance(root.get("admin"), MappingNode) else ("admin",)
    written = locate(root, key)
    if written.missing is not None:
        return DEFAULT_ADMIN
    try:
        return parse_address(written.node.text) if isinstance(written.node, ScalarNode) else None
    except Unfit:
        return None


def _listeners(root: MappingNode, block: FacadeFile | None, folder: Path) -> Listeners | None:
    """Where it listens; None where one of the keys that say so is mistaken, for the block then lacks it."""
    if block is None or any(key in root.entries and getattr(block, key) is None for key in _LISTENERS):
        return None
    return compile_settings(block, folder).listeners


def _written_out(root: MappingNode) -> Iterator[Mistake]:
    """A token that stands in the file itself, for all to read who read the file."""
    token = locate(root, _TOKEN)
    if token.missing is None and isinstance(token.node, ScalarNode) and not token.node.text.startswith("${"):
        mend = "write ${file:/run/secrets/admin} or ${env:NAME}, and put it there"
        yield Mistake(token.place, "admin.token is written out in the file", mend)


def _with_token(root: MappingNode, secrets: Secrets) -> MappingNode:
    """The token filled in. One that is not there is left out: what stands in its place is nobody's token."""
    admin, token = root.get("admin"), locate(root, _TOKEN)
    if not isinstance(admin, MappingNode) or token.missing is not None:
        return root
    filled = secrets.fill(token.node)
    if is_spoiled(filled):
        return placed(root, ("admin",), without(admin, "token"), admin.place)
    return placed(root, _TOKEN, filled, token.place)


def _has_good_certificates(
    root: MappingNode, block: FacadeFile, reading: Reading[DraftFacade], folder: Path, *, serving: bool
) -> bool:
    """Whether the listener's PEM files, where it names any, can be used."""
    if block.listen is None or block.listen.tls is None:
        return True
    before = len(reading.mistakes)
    tell(check_tls(root, block.listen.tls, folder), reading.mistakes, reading.warnings, serving=serving)
    return len(reading.mistakes) == before
