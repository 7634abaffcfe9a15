"""Notices that the configuration's files changed, again and again, and asks for a reload.

What is watched are folders, never files: a watch on a file is blind after an editor's atomic replace, and sees nothing
at all when a Kubernetes ConfigMap is swapped, which renames the link `..data` beside it. The folder above is watched
too, because the folder itself may be replaced. File events are only the quick way: every second the files are also
looked at, so that a missed event, a link that points elsewhere, or a system out of watches costs a second, not a day.
Files that silos name, copybooks and the like, are watched as the configuration's own; which they are, each reload says.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection
from contextlib import aclosing
from pathlib import Path
from typing import Final

import structlog
from watchfiles import Change, awatch

from facade.control.fingerprint import folders, identities, is_read

QUIET_MS: Final = 50
"""A save touches a file several times within a few milliseconds: act when nothing happened for this long."""

PATIENCE_MS: Final = 500
"""Files that change without end are read this long after the first change all the same."""

LOOK_EVERY: Final = 1.0
"""Seconds between two looks at the files. A look costs about 3 us a file, so 1,000 files are 0.3 % of a core."""

LOOKS_BEFORE_RETRY: Final = 60
"""After file events failed: looks by the clock before they are tried again."""

_log = structlog.get_logger("facade.control.watch")

Look = Callable[[bool], Awaitable[None]]
Named = Callable[[], Collection[Path]]


async def watch(
    folder: Path,
    stale: Callable[[], bool],
    reload: Callable[[str], Awaitable[object]],
    *,
    named: Named = tuple,
    poll: bool = False,
) -> None:
    """Call `reload("file")` whenever files of the configuration in `folder` changed. Runs until it is cancelled.

    `stale` says, blocking, whether the files are not those last read, and `named` which files silos name; `poll` never
    asks for file events.
    """

    async def look(event: bool) -> None:
        try:
            if event or await asyncio.to_thread(stale):
                await reload("file")
        except Exception as error:  # noqa: BLE001 - a defect in one reload must not end the watch over all later ones
            _log.error("reload failed by a defect", exc_info=error)

    while True:
        if not poll:
            await _follow_events(folder, named, look)
        for _ in range(LOOKS_BEFORE_RETRY):
            await asyncio.sleep(LOOK_EVERY)
            await look(False)


async def _follow_events(folder: Path, named: Named, look: Look) -> None:
    """Look after every file event; returns, having said why, when there are no file events to be had."""
    try:
        while True:
            await _follow_until_replaced(folder, named, look)
            await look(False)
    except (OSError, RuntimeError) as error:
        _log.error(
            "configuration is watched by the clock",
            problem=f"{folder}: file events failed ({error}); free or raise fs.inotify.max_user_watches and "
            f"max_user_instances, or start with --poll; until then the files are looked at every {LOOK_EVERY:g} s",
        )


async def _follow_until_replaced(folder: Path, named: Named, look: Look) -> None:
    """Follow the events of the folders that exist now; returns when one came, went or was replaced, or when silos name
    other files.

    An event on a folder is as good a sign as another inode: a file system may give a new folder the old one's number.
    """
    files = tuple(named())
    armed = await asyncio.to_thread(identities, folder, files)
    places = _places(folder, files)
    events = awatch(
        *(path for path, _ in armed),
        watch_filter=concerns(folder, files),
        debounce=PATIENCE_MS,
        step=QUIET_MS,
        rust_timeout=int(LOOK_EVERY * 1000),
        yield_on_timeout=True,
        force_polling=False,
        recursive=False,
    )
    async with aclosing(events):
        async for changes in events:
            await look(bool(changes))
            if tuple(named()) != files or any(path in places for _, path in changes):
                return
            if await asyncio.to_thread(identities, folder, files) != armed:
                return


def concerns(folder: Path, named: Collection[Path] = ()) -> Callable[[Change, str], bool]:
    """Which events matter: those of files that may be read or that are `named`, of the folders themselves, and of a
    ConfigMap's `..data`.
    """
    places, files = _places(folder, named), frozenset(map(str, named))

    def matters(_: Change, path: str) -> bool:
        if path in places or path in files:
            return True
        changed = Path(path)
        return str(changed.parent) in places and (is_read(changed) or changed.name.startswith(".."))

    return matters


def _places(folder: Path, named: Collection[Path]) -> frozenset[str]:
    return frozenset(str(place) for place in folders(folder, named))
