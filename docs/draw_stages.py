"""The diagrams of stages.md, drawn from the tables that `facade.routing.stage` decides by.

Run, this draws them into the page anew. A test fails when they are stale.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from facade.routing.stage import MOVES, WHOLE_MOVES, Direction, Stage

PAGE: Final = Path(__file__).parent / "stages.md"

TABLES: Final[Mapping[str, Mapping[Stage, Mapping[Stage, Direction]]]] = {"MOVES": MOVES, "WHOLE_MOVES": WHOLE_MOVES}


def diagram(moves: Mapping[Stage, Mapping[Stage, Direction]]) -> str:
    """One arrow a move, as a Mermaid state diagram."""
    arrows = [f"    {now} --> {to} : {meaning}" for now, targets in moves.items() for to, meaning in targets.items()]
    lines = [
        "```mermaid",
        "stateDiagram-v2",
        f"    [*] --> {Stage.LEGACY}",
        *arrows,
        f"    {Stage.GONE} --> [*]",
        "```",
    ]
    return "\n".join(lines)


def drawn(page: str) -> str:
    """The page with the diagram behind each `<!-- drawn from NAME -->` drawn anew."""
    for name, moves in TABLES.items():
        old = re.compile(rf"(<!-- drawn from {name} -->\n).*?(<!-- end -->)", re.DOTALL)
        picture = diagram(moves)
        page = old.sub(lambda found, picture=picture: f"{found[1]}{picture}\n{found[2]}", page)
    return page


if __name__ == "__main__":
    PAGE.write_text(drawn(PAGE.read_text()))
