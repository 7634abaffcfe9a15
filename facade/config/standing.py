"""Where routes and groups stand, read from the text of their files alone, however mistaken the rest of it is.

The law of this file: the way back must be found at any time. So nothing is judged here: whatever is YAML is looked
through for blocks that have a name and a stage, and what cannot be read is left out. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from facade.config.compose import BYTE_ORDER_MARK, compose, compose_text
from facade.config.nodes import MappingNode, Node, ScalarNode, SequenceNode
from facade.config.types import Unfit, format_share, parse_share
from facade.routing.route import Place
from facade.routing.stage import Stage

ROUTES: Final = "routes"
"""The folder of the files in which stages are written, and in these the key of their routes."""

GROUPS: Final = "groups"


@dataclass(frozen=True, slots=True)
class Standing:
    """A stage, and in a canary its share, 0 to 1."""

    stage: Stage
    share: Fraction | None = None

    def __str__(self) -> str:
        return str(self.stage) if self.share is None else f"{self.stage} {format_share(self.share)}"


@dataclass(frozen=True, slots=True)
class Mover:
    """What says a stage: a route, or a group for its `members`. `share` is that of its canary, whatever its stage.

    `stage` and `share` are None where they cannot be read.
    """

    name: str
    place: Place
    stage: Stage | None
    share: Fraction | None
    members: tuple[str, ...] = ()
    is_group: bool = False

    @property
    def standing(self) -> Standing | None:
        """Where it stands; None where that cannot be read."""
        if self.stage is None or (self.stage is Stage.CANARY and self.share is None):
            return None
        return Standing(self.stage, self.share if self.stage is Stage.CANARY else None)


def movers(files: Mapping[str, bytes]) -> list[Mover]:
    """Everything that says a stage in these files, which are named by their path in the configuration's folder."""
    return [
        _mover(key, block)
        for file, content in files.items()
        if is_of_routes(file)
        for key, block in blocks(compose(file, content).documents)
        if block.text("name") is not None and "stage" in block.entries
    ]


def is_of_routes(file: str) -> bool:
    """Whether stages are written in a file of this name."""
    return file.startswith(f"{ROUTES}/")


def documents(text: str) -> tuple[Node, ...]:
    """The documents of a file's text, which may begin with a byte order mark; none where it is not YAML."""
    return compose_text(ROUTES, text.removeprefix(BYTE_ORDER_MARK)).documents


def blocks(found: Iterable[Node]) -> Iterator[tuple[str, MappingNode]]:
    """Every route and group of these documents, with the key of its list."""
    for document in found:
        for key in (ROUTES, GROUPS):
            listing = document.get(key) if isinstance(document, MappingNode) else None
            items = listing.items if isinstance(listing, SequenceNode) else ()
            yield from ((key, item) for item in items if isinstance(item, MappingNode))


def _mover(key: str, block: MappingNode) -> Mover:
    canary, members = block.get("canary"), block.get("routes")
    stage = block.text("stage")
    return Mover(
        name=block.text("name") or "",
        place=block.place,
        stage=Stage(stage) if stage in set(Stage) else None,
        share=_share(canary.text("share")) if isinstance(canary, MappingNode) else None,
        members=tuple(each.text for each in members.items if isinstance(each, ScalarNode))
        if isinstance(members, SequenceNode)
        else (),
        is_group=key == GROUPS,
    )


def _share(text: str | None) -> Fraction | None:
    try:
        return None if text is None else parse_share(text)
    except Unfit:
        return None
