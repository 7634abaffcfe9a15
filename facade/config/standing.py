"""Where routes and groups stand, read from the text of their files alone, however mistaken the rest of it is.

The law of this file: the way back must be found at any time. So nothing is judged here: whatever is YAML is looked
through for blocks that have a name and a stage, and what cannot be read is left out. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType
from typing import Final

from facade.config.compose import BYTE_ORDER_MARK, compose, compose_text
from facade.config.nodes import MappingNode, Node, ScalarNode, SequenceNode
from facade.config.types import Unfit, format_share, parse_share
from facade.routing.route import Canary, Keys, Place
from facade.routing.stage import Stage

ROUTES: Final = "routes"
"""The folder of the files in which stages are written, and in these the key of their routes."""

GROUPS: Final = "groups"

KEYS: Final[Mapping[str, str]] = MappingProxyType({Keys.HOLD: "keys on hold", Keys.EVICT: "keys evicted"})
"""What is said of a canary whose keys are not all open."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A stage, and in a canary its share, 0 to 1, and which of its keys the platform answers."""

    stage: Stage
    share: Fraction | None = None
    keys: Keys = Keys.OPEN

    def __str__(self) -> str:
        """As an operator says it.

        >>> str(Standing(Stage.CANARY, Fraction(1, 4))), str(Standing(Stage.CANARY, Fraction(1, 4), Keys.HOLD))
        ('canary 25%', 'canary 25%, keys on hold')
        """
        share = "" if self.share is None else f" {format_share(self.share)}"
        keys = f", {KEYS[self.keys]}" if self.keys in KEYS else ""
        return f"{self.stage}{share}{keys}"


def standing_of(stage: Stage, canary: Canary | None) -> Standing:
    """Where a route or a group with this stage and canary stands; a canary without a share stands at none."""
    if stage is not Stage.CANARY:
        return Standing(stage)
    return Standing(stage, Fraction(0)) if canary is None else Standing(stage, canary.share, canary.keys)


@dataclass(frozen=True, slots=True)
class Mover:
    """What says a stage: a route, or a group for its `members`. `share` and `keys` are its canary's in any stage.

    `stage` and `share` are None where they cannot be read, and so is `keys` where something is written that is none.
    """

    name: str
    place: Place
    stage: Stage | None
    share: Fraction | None
    keys: Keys | None = Keys.OPEN
    members: tuple[str, ...] = ()
    is_group: bool = False

    @property
    def standing(self) -> Standing | None:
        """Where it stands; None where that cannot be read."""
        if self.stage is not Stage.CANARY:
            return None if self.stage is None else Standing(self.stage)
        return None if self.share is None or self.keys is None else Standing(self.stage, self.share, self.keys)


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
        keys=_keys(canary.text("keys")) if isinstance(canary, MappingNode) else Keys.OPEN,
        members=tuple(each.text for each in members.items if isinstance(each, ScalarNode))
        if isinstance(members, SequenceNode)
        else (),
        is_group=key == GROUPS,
    )


def _keys(text: str | None) -> Keys | None:
    """What is written of a canary's keys; those of one that says nothing are open."""
    if text is None:
        return Keys.OPEN
    return Keys(text) if text in set(Keys) else None


def _share(text: str | None) -> Fraction | None:
    try:
        return None if text is None else parse_share(text)
    except Unfit:
        return None
