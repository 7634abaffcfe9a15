"""The files of a folder, read once and made into a configuration.

The law of this file: facade.yaml, callers.yaml with the keys beside it (*jwks.json), silos/*.yaml, externals/*.yaml and
routes/*.yaml, in that order and by name; nothing deeper. Hidden files and editors' backups are passed over (a
Kubernetes ConfigMap keeps its own folders behind a dot), symbolic links are followed, anything that is no regular file
is a mistake, and so is a file that somebody would take for one of ours. What is read is bounded in number and size, and
is one generation: if files change meanwhile, all are read again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from facade.config.beside import Beside
from facade.config.callers_file import FILE as CALLERS
from facade.config.callers_file import is_of_keys
from facade.config.compose import MAX_FILE_BYTES
from facade.config.files import read_file
from facade.config.kinds import Kinds
from facade.config.mistake import Mistake, printable
from facade.config.parse import PARTS, SUFFIX, Loaded, parse
from facade.config.read_facade import NAME
from facade.config.remembered import Remembered
from facade.config.unbuilt import PATHS
from facade.port import Unreadable
from facade.routing.route import Place
from facade.wire.descriptors import is_shortage

__all__ = ["Loaded", "load", "parse"]

MAX_FILES: Final = 2_000
"""Files of one configuration: one for each silo and domain, and far more of both than any country has."""

MAX_BYTES: Final = 32 * 1024 * 1024
"""Bytes of all files together: eight times the largest single one."""

ATTEMPTS: Final = 3
"""Readings until the files stand still: a ConfigMap's swap takes one, and the watch tells of what still moves."""

_SUFFIXES: Final = frozenset({SUFFIX, ".yml"})
_PASSED_OVER: Final = frozenset("._#~")
"""How hidden files and editors' copies begin; those that end in something else are not ours anyway."""


def load(
    folder: Path,
    kinds: Kinds,
    environment: Mapping[str, str],
    *,
    serving: bool,
    files: Mapping[str, bytes] | None = None,
    remembered: Remembered | None = None,
) -> Loaded:
    """Read a folder, or take `files` (by path relative to it) for all that is in it. Blocks: call it in a thread.

    What is `remembered` of an earlier load is not worked out again.
    """
    if files is not None:
        return parse(files, folder, kinds, environment, serving=serving, remembered=remembered)
    attempts = ATTEMPTS
    while True:
        found, beside, attempts = _read_still(folder), Beside(folder), attempts - 1
        loaded = parse(
            found.files,
            folder,
            kinds,
            environment,
            serving=serving,
            unread=found.mistakes,
            beside=beside,
            remembered=remembered,
        )
        if not attempts or not beside.looks or (beside.stands() and _look(folder) == found.looked):
            return loaded


def load_facade(folder: Path, kinds: Kinds, environment: Mapping[str, str]) -> Loaded:
    """Read facade.yaml alone, for where a sidecar is: thousands of routes say nothing of that. Blocks."""
    found = _Found()
    _read_one(NAME, folder / NAME, found)
    return parse(found.files, folder, kinds, environment, serving=False, unread=found.mistakes)


@dataclass(slots=True)
class _Found:
    """What one reading of a folder found."""

    files: dict[str, bytes] = field(default_factory=dict)
    mistakes: list[Mistake] = field(default_factory=list)
    size: int = 0
    looked: list[tuple[object, ...]] = field(default_factory=list)


def _read_still(folder: Path) -> _Found:
    """Read until nothing changed meanwhile, so that no half of an old generation is mixed with half of a new one."""
    for _ in range(ATTEMPTS - 1):
        found = _read(folder)
        if _look(folder) == found.looked:
            return found
    return _read(folder)


def _look(folder: Path) -> list[tuple[object, ...]]:
    """What the file system says of every file: a change of any shows in it."""
    looks: list[tuple[object, ...]] = []
    for name, path in _names(folder):
        try:
            seen = path.stat()
            looks.append((name, seen.st_dev, seen.st_ino, seen.st_size, seen.st_mtime_ns))
        except OSError as error:
            looks.append((name, error.errno))
    return looks


def _read(folder: Path) -> _Found:
    found = _Found(looked=_look(folder))
    for name, path in _names(folder):
        if len(found.files) >= MAX_FILES or found.size > MAX_BYTES:
            what = f"is one file too many: {MAX_FILES} files or {MAX_BYTES} bytes are read at the most"
            found.mistakes.append(_mistake(name, what, "put several silos or routes in one file, or remove some"))
            break
        _read_one(name, path, found)
    found.mistakes += [*_unlistable(folder), *_misplaced(folder)]
    return found


def _read_one(name: str, path: Path, found: _Found) -> None:
    if path.suffix != SUFFIX and not is_of_keys(path.name):
        found.mistakes.append(
            _mistake(name, f"does not end in {SUFFIX}", f"rename it to {printable(path.stem)}{SUFFIX}")
        )
        return
    if printable(path.name) != path.name:
        found.mistakes.append(_mistake(name, "has a name that cannot be printed", "rename it"))
        return
    try:
        data = read_file(path, MAX_FILE_BYTES)
    except Unreadable as error:
        is_first = name == NAME and error.is_absent
        mend = "create it, or name the folder that holds it" if is_first else error.mend
        found.mistakes.append(_mistake(name, error.what, mend))
        return
    found.files[name] = data
    found.size += len(data)


def _names(folder: Path) -> Iterator[tuple[str, Path]]:
    """Every file to read, by its name relative to the folder, in order. facade.yaml is one even if it is not there."""
    yield NAME, folder / NAME
    for path in _entries(folder):
        if path.name == CALLERS or is_of_keys(path.name):
            yield printable(path.name), path
    for part in PARTS:
        for path in _listed(folder / part):
            yield f"{part}/{printable(path.name)}", path


def _listed(folder: Path) -> list[Path]:
    return [path for path in _entries(folder) if path.suffix in _SUFFIXES]


def _entries(folder: Path) -> list[Path]:
    try:
        every = sorted(folder.iterdir())
    except OSError as error:
        if is_shortage(error):
            raise  # what is in it must not pass for removed
        return []
    return [path for path in every if path.name[0] not in _PASSED_OVER]


def _unlistable(folder: Path) -> Iterator[Mistake]:
    """Folders that are there and whose files cannot be told: what is in them must not pass for removed."""
    for part in PARTS:
        try:
            next((folder / part).iterdir(), None)
        except FileNotFoundError:
            continue
        except NotADirectoryError:
            yield Mistake(Place(part, 0), "is no folder", "put its files in a folder of this name")
        except OSError as error:
            if is_shortage(error):
                raise
            what = f"cannot be listed ({error.strerror})"
            yield Mistake(Place(part, 0), what, "put a folder in its place that the user who runs the facade may read")


def _misplaced(folder: Path) -> Iterator[Mistake]:
    """What lies beside facade.yaml and would be read by another version, or by nobody."""
    for name in (NAME, CALLERS):
        other = Path(name).with_suffix(".yml").name
        if _is_there(folder / other):
            yield _mistake(other, f"does not end in {SUFFIX}", f"rename it to {name}")
    for name, purpose in PATHS.items():
        if _is_there(folder / name):
            yield _mistake(name, f"is not read: {purpose} are not built yet", "remove it")


def _is_there(path: Path) -> bool:
    """Whether there is such a file; one that cannot be looked at is none of ours."""
    try:
        path.stat()
    except OSError:
        return False
    return True


def _mistake(name: str, what: str, mend: str) -> Mistake:
    return Mistake(Place(name, 1), what, mend)
