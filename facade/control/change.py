"""Carries plans out: a line of YAML changed in place, checked before it is written, never over another's change.

In this order: the folder is locked, the files are read and must be good, the edited files must be good too, each file
must still be what was read, then it is replaced as a whole. What fails leaves the files as they were. All of it blocks.

Mistaken files are no hindrance on the way back: what only takes from the platform is changed in whatever can be read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from facade.config.compose import MAX_FILE_BYTES
from facade.config.edit import EditRefused, Move, set_known_stages
from facade.config.load import Loaded
from facade.config.mistake import Mistake
from facade.config.standing import ROUTES, documents, is_of_routes
from facade.control.alone import PATIENCE, alone
from facade.control.move import Plan
from facade.control.replace import replace
from facade.control.source import Source
from facade.control.subject import Busy, Refused, Subjects, subjects, subjects_as_written
from facade.routing.stage import Stage


class NotWritable(Refused):
    """The file is there and cannot be written. The text says what to change where it comes from."""


Wish = Callable[[Subjects], Sequence[Plan]]
"""What is to move, once it is known what there is."""


@dataclass(frozen=True, slots=True)
class Changed:
    """What was changed. `loaded` are the files as they are now, and `revision` theirs; `lines` are `file:line: text` of
    each changed line.

    `hidden` are the mistakes of files of routes that could not be looked through: what stands in them stays.
    """

    plans: tuple[Plan, ...]
    loaded: Loaded = field(repr=False)
    lines: tuple[str, ...]
    hidden: tuple[Mistake, ...] = ()

    @property
    def revision(self) -> str:
        return self.loaded.revision


def change(
    source: Source,
    wish: Wish,
    pause: Callable[[float], None],
    patience: float = PATIENCE,
    before: Callable[[Sequence[Plan], str], None] | None = None,
) -> Changed:
    """Carry out what `wish` plans for the files as they are. Raises `Refused`, and `Busy` after `patience` seconds.

    `pause` sleeps, in seconds. `before` is told the plans and the revision to come, once nothing is in the way.
    """
    with alone(source.folder, pause, patience):
        loaded = source.load()
        plans = _planned(loaded, wish)
        changed = edited(loaded.files, [plan for plan in plans if not plan.stays])
        checked = source.load({**loaded.files, **changed}) if changed else loaded
        _refuse_new_mistakes(loaded, checked, plans)
        if before is not None and changed:
            before(plans, checked.revision)
        for name, content in changed.items():
            _write(source.folder, name, loaded.files[name], content)
    lines = [line for name, content in changed.items() for line in changed_lines(name, loaded.files[name], content)]
    return Changed(plans, checked, tuple(lines), tuple(_hidden(loaded)))


def changed_lines(name: str, old: bytes, new: bytes) -> list[str]:
    """The lines of `new` that are not those of `old`, as `file:line: text`, for a person who checks or repeats it."""
    was, now, at = old.decode().splitlines(), new.decode().splitlines(), 0
    changed = []
    for number, line in enumerate(now):
        is_added = len(now) - number > len(was) - at and (at == len(was) or line != was[at] == now[number + 1])
        if is_added or line != was[at]:
            changed.append(f"{name}:{number + 1}: {line.strip()}")
        at += not is_added
    return changed


def edited(files: Mapping[str, bytes], plans: Iterable[Plan]) -> dict[str, bytes]:
    """The files that change, with every plan carried out wherever it is written. Raises `Refused`. Pure."""
    moves = {plan.subject.name: Move(plan.to.stage, plan.share, plan.keys) for plan in plans}
    if not moves:
        return {}
    written = {name: _moved(name, _text(content), moves) for name, content in files.items() if is_of_routes(name)}
    for name in moves.keys() - frozenset().union(*(found for _, found in written.values())):
        raise Refused(f"{name}: no file says its stage in a way that can be changed; change it by hand")
    return {name: content for name, (content, found) in written.items() if found and content != files[name]}


def _planned(loaded: Loaded, wish: Wish) -> tuple[Plan, ...]:
    """The plans. Where the files are mistaken, only the way back is open."""
    if loaded.configuration is not None:
        return tuple(wish(subjects(loaded.configuration)))
    try:
        plans = tuple(wish(subjects_as_written(loaded.files)))
    except Refused as refused:
        told = "nothing was changed: mistaken files may hide a name; mend them, or write the stage by hand"
        raise _mistaken(loaded.mistakes, f"{refused}", told) from refused
    if not all(plan.is_safe for plan in plans):
        told = "nothing was changed: the files are mistaken as they are; mend them first, until then only back is open"
        raise _mistaken(loaded.mistakes, told)
    return plans


def _refuse_new_mistakes(before: Loaded, after: Loaded, plans: Iterable[Plan]) -> None:
    """What would be mistaken is not written. The way to legacy never is, so that nothing can bar it."""
    news = [mistake for mistake in after.mistakes if mistake not in before.mistakes]
    bars = before.configuration is not None or any(plan.to.stage is not Stage.LEGACY for plan in plans)
    if news and bars:
        raise _mistaken(news, "nothing was changed: with this change the files would be mistaken; mend it first")


def _hidden(loaded: Loaded) -> Iterator[Mistake]:
    """The mistakes of files of routes that are not known to the last line: unread, or no YAML."""
    for mistake in loaded.mistakes:
        file = mistake.place.file
        if file == ROUTES or (is_of_routes(file) and not documents(_text(loaded.files.get(file, b"")))):
            yield mistake


def _mistaken(mistakes: Iterable[Mistake], *told: str) -> Refused:
    return Refused("\n".join([*map(str, mistakes), *told]))


def _moved(name: str, text: str, moves: Mapping[str, Move]) -> tuple[bytes, frozenset[str]]:
    try:
        changed, found = set_known_stages(text, moves)
        return changed.encode(), found
    except EditRefused as refused:
        raise Refused(f"{name}: {refused}") from refused


def _text(content: bytes) -> str:
    """A file's text; none of one that is not UTF-8, or was not read to its end, which therefore says no stage."""
    if len(content) > MAX_FILE_BYTES:
        return ""
    try:
        return content.decode()
    except UnicodeDecodeError:
        return ""


def _write(folder: Path, name: str, old: bytes, new: bytes) -> None:
    """Replace what the file of this name leads to, if it still is what was read."""
    path = folder / name
    try:
        real = path.resolve(strict=True)
        if real.read_bytes() != old:
            raise Busy(f"{path}: was changed by somebody else meanwhile; nothing was written to it, try again")
        replace(real, new)
    except OSError as error:
        by_hand = "; ".join(changed_lines(name, old, new))
        raise NotWritable(
            f"{path}: cannot be written ({(error.strerror or str(error)).lower()}); "
            f"change it where it comes from (a mounted ConfigMap is read-only): {by_hand}"
        ) from error
