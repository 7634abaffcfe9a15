"""The demonstration's copy of the shipped configuration: where it comes from, and what is looked up in it.

The shipped folder is never written to. What an earlier run left behind in it (`state`, `records`) is not copied. An
existing copy belongs to the person who edited it: it is kept.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import yaml

from facade.demo.trouble import Trouble

NAME: Final = "facade-demo"
_LEFT_BEHIND: Final = ("state", "records")
_PORT: Final = re.compile(r"(?<=127\.0\.0\.1:)\d+|(?<=host: 127\.0\.0\.1, port: )\d+")


def shipped() -> Path:
    """The shipped configuration: inside an installed package, or beside the packages of a clone."""
    package = Path(__file__).parent
    for folder in (package / "config", package.parents[1] / "config"):
        if (folder / "facade.yaml").is_file():
            return folder
    raise Trouble(f"{package / 'config'}: the shipped configuration is missing; install strangler-facade again")


def copy(source: Path, folder: Path) -> bool:
    """Copy `source` to `folder`; False where a configuration is there already, which is kept."""
    if (folder / "facade.yaml").is_file():
        return False
    if folder.exists():
        raise Trouble(f"{folder}: exists, but is no copy of the configuration; move it away and start again")
    shutil.copytree(source, folder, ignore=shutil.ignore_patterns(*_LEFT_BEHIND))
    return True


def ports(text: str) -> frozenset[int]:
    """The ports on 127.0.0.1 that a file names."""
    return frozenset(int(found) for found in _PORT.findall(text))


def with_ports(text: str, new: Mapping[int, int]) -> str:
    """The file with each port of `new` on 127.0.0.1 replaced, everything else as it was."""
    return _PORT.sub(lambda found: str(new.get(int(found[0]), int(found[0]))), text)


def files(folder: Path) -> tuple[Path, ...]:
    """The YAML files of a configuration, sorted."""
    return tuple(sorted(folder.rglob("*.yaml")))


def stage_line(folder: Path, route: str) -> tuple[Path, int]:
    """The file and the line (from 1) of the `stage` of `route`, or of the group that gives it one."""
    for file in sorted((folder / "routes").glob("*.yaml")):
        line = stage_line_of(file.read_text(encoding="utf-8"), route)
        if line is not None:
            return file, line
    raise Trouble(f"{folder / 'routes'}: no route {route} with a stage; move {folder} away and start again")


def stage_line_of(text: str, route: str) -> int | None:
    """The line, from 1, on which `stage` of `route` (or of its group) stands in this file."""
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    entries = [entry for key in ("routes", "groups") for entry in _items(_field(root, key))]
    for entry in entries:
        stage = _field(entry, "stage")
        members = [_text(member) for member in _items(_field(entry, "routes"))]
        if stage is not None and route in (_text(_field(entry, "name")), *members):
            return int(stage.start_mark.line) + 1
    return None


def _field(node: yaml.Node | None, name: str) -> yaml.Node | None:
    pairs = node.value if isinstance(node, yaml.MappingNode) else ()
    return next((value for key, value in pairs if key.value == name), None)


def _items(node: yaml.Node | None) -> list[yaml.Node]:
    return node.value if isinstance(node, yaml.SequenceNode) else []


def _text(node: yaml.Node | None) -> str | None:
    return node.value if isinstance(node, yaml.ScalarNode) else None
