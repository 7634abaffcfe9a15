"""Silos and externals told apart: which document belongs in which folder, and what makes no sense for an external.

An external is somebody else's. What leaves for it has to be named, so it is behind an adapter; and it is not ours to
switch off.
"""

from __future__ import annotations

from typing import Final

from facade.config.mistake import Mistake, printable
from facade.config.nodes import MappingNode, without
from facade.config.silo_file import EXTERNAL, EXTERNALS, PASSTHROUGH, SILO, SILOS

_OF_SILOS: Final = ("switch_off", "after_switch_off")
"""Keys of a silo that an external has not."""


def misfiled(root: MappingNode, *, is_external: bool) -> Mistake | None:
    """What is wrong with a document that says another thing than its folder; None if nothing is."""
    wanted, found, home = (EXTERNAL, SILO, SILOS) if is_external else (SILO, EXTERNAL, EXTERNALS)
    entry = root.entries.get(found)
    if entry is None:
        return None
    if wanted in root.entries:
        return Mistake(entry.place, "one document is said to be a silo and an external", "keep silo: or external:")
    what = f"{'a silo' if is_external else 'an external'} belongs in a file of the folder {home}"
    name = printable(root.text(found) or "NAME")[:100]
    return Mistake(entry.place, what, f"move this document to {home}/{name}.yaml")


def as_external(root: MappingNode, mistakes: list[Mistake]) -> MappingNode | None:
    """The document without what is a silo's alone; None where it can be none of an external."""
    for key in _OF_SILOS:
        if key in root.entries:
            what = f"{key} is a silo's: an external is somebody else's, and is not switched off from here"
            mistakes.append(Mistake(root.entries[key].place, what, "remove it"))
            root = without(root, key)
    if root.text("adapter") != PASSTHROUGH:
        return root
    what = f"adapter {PASSTHROUGH} would pass everything on, and to an external nothing goes but what is named"
    mistakes.append(Mistake(root.entries["adapter"].place, what, "write adapter: rest, and send in its operations"))
    return None
