"""Carries plans out: a line of YAML changed in place, checked before it is written, never over another's change.

In this order: the folder is locked, the files are read and must be good, the edited files must be good too, each file
must still be what was read, then it is replaced as a whole. What fails leaves the files as they were. All of it blocks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from facade.config.edit import EditRefused, names, set_stage
from facade.config.load import Loaded
from facade.config.parse import ROUTES
from facade.config.settings import Configuration
from facade.control.alone import alone
from facade.control.move import Plan, Refused, Subject
from facade.control.replace import replace
from facade.control.source import Source


@dataclass(frozen=True, slots=True)
class Changed:
    """What was changed. `revision` is that of the files now; `lines` are `file:line: new text` of each changed line."""

    plans: tuple[Plan, ...]
    revision: str
    lines: tuple[str, ...]


def change(source: Source, wish: Callable[[Configuration], Sequence[Plan]], pause: Callable[[float], None]) -> Changed:
    """Carry out what `wish` plans for the configuration as it is. Raises `Refused`; `pause` sleeps, in seconds."""
    with alone(source.folder, pause):
        loaded = source.load()
        plans = tuple(wish(_good(loaded, "the files are mistaken as they are, so nothing was changed")))
        edited = _edited(loaded.files, [plan for plan in plans if not plan.stays])
        checked = source.load({**loaded.files, **edited}) if edited else loaded
        _good(checked, "with this change the files would be mistaken, so nothing was changed")
        for name, content in edited.items():
            _write(source.folder / name, loaded.files[name], content)
    lines = [line for name, content in edited.items() for line in changed_lines(name, loaded.files[name], content)]
    return Changed(plans, checked.revision, tuple(lines))


def changed_lines(name: str, old: bytes, new: bytes) -> list[str]:
    """The lines of `new` that are not those of `old`, as `file:line: text`, for a person who checks or repeats it."""
    pairs = zip(old.decode().splitlines(), new.decode().splitlines(), strict=True)
    return [f"{name}:{line}: {now.strip()}" for line, (was, now) in enumerate(pairs, start=1) if was != now]


def _good(loaded: Loaded, otherwise: str) -> Configuration:
    if loaded.configuration is None:
        raise Refused("\n".join([*map(str, loaded.mistakes), otherwise]))
    return loaded.configuration


def _edited(files: Mapping[str, bytes], plans: Sequence[Plan]) -> dict[str, bytes]:
    """The files that change, with every plan carried out."""
    edited: dict[str, bytes] = {}
    for plan in plans:
        name, text = _written_in({**files, **edited}, plan.subject)
        try:
            edited[name] = set_stage(text, plan.subject.name, plan.to.stage, plan.share).encode()
        except EditRefused as refused:
            raise Refused(f"{name}: {refused}") from refused
    return edited


def _written_in(files: Mapping[str, bytes], subject: Subject) -> tuple[str, str]:
    """The file that says a route's or a group's stage, and its text."""
    for name, content in files.items():
        if name.startswith(f"{ROUTES}/") and subject.name in names(text := content.decode()):
            return name, text
    raise Refused(f"{subject.name}: no file says its stage in a way that can be changed; change it by hand")


def _write(path: Path, old: bytes, new: bytes) -> None:
    """Replace the file that `path` leads to, if it still is what was read."""
    try:
        real = path.resolve(strict=True)
        if real.read_bytes() != old:
            raise Refused(f"{path}: was changed by somebody else meanwhile; nothing was written to it, try again")
        replace(real, new)
    except OSError as error:
        by_hand = "; ".join(changed_lines(path.name, old, new))
        raise Refused(
            f"{path}: cannot be written ({(error.strerror or str(error)).lower()}); "
            f"change it where it comes from (a mounted ConfigMap is read-only): {by_hand}"
        ) from error
