"""What a sidecar begins with: its files, or, where they are mistaken, the last accepted configuration it kept.

A sidecar that restarts in the night on a file somebody broke in the evening must still serve; and it says so, loudly,
until the files are mended. Blocks: call it in a thread.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from facade.config.load import Loaded
from facade.config.settings import Configuration
from facade.control.accepted import Accepted, AcceptedStore, Damaged
from facade.control.fingerprint import Fingerprint
from facade.control.roles import Outcome, ReloadResult, began, began_from_state
from facade.control.source import Source
from facade.control.start import StartError
from facade.control.view import ConfigView, RevisionView

_log = structlog.get_logger("facade.control.begin")


@dataclass(frozen=True, slots=True)
class Beginning:
    """The configuration to start with, how reading the files ended, and the fingerprint of the files that were read."""

    configuration: Configuration
    result: ReloadResult
    view: ConfigView
    seen: Fingerprint = field(repr=False)
    files: Mapping[str, bytes] = field(repr=False)


def begin(source: Source, now: datetime.datetime) -> Beginning:
    """Read the files, or fall back on what is kept. Raises `StartError` with every mistake where neither will do."""
    seen = source.fingerprint()
    loaded = source.load()
    if loaded.configuration is not None:
        result = ReloadResult(Outcome.ACCEPTED, loaded.revision, warnings=loaded.warnings)
        return Beginning(loaded.configuration, result, began(result, now), seen, loaded.files)
    kept = _kept(loaded)
    if kept is None:
        raise StartError(_why_not(source.folder, loaded))
    again = source.load(kept.files)
    if again.configuration is None:
        raise StartError("\n".join([_why_not(source.folder, loaded), *_no_longer(kept, loaded, again)]))
    result = ReloadResult(Outcome.REJECTED, loaded.revision, loaded.mistakes, loaded.warnings)
    _log.error("the files are mistaken, the last accepted configuration serves", revision=kept.revision)
    view = began_from_state(RevisionView(again.revision, kept.at), result, now)
    return Beginning(again.configuration, result, view, seen, again.files)


def _kept(loaded: Loaded) -> Accepted | None:
    store = AcceptedStore(loaded.state)
    try:
        return store.read()
    except Damaged as damaged:
        _log.error("kept configuration is damaged", problem=str(damaged))
    except OSError as error:
        problem = f"{store.path}: cannot be read ({error.strerror}); give this user the right to"
        _log.error("kept configuration cannot be read", problem=problem)
    return None


def _why_not(folder: Path, loaded: Loaded) -> str:
    if not folder.is_dir():
        return f"{folder}: is no folder; name the one that holds facade.yaml by --config or FACADE_CONFIG"
    return "\n".join(map(str, loaded.mistakes))


def _no_longer(kept: Accepted, loaded: Loaded, again: Loaded) -> list[str]:
    """What is wrong with the kept configuration, unless it is what is wrong with the files and has been said."""
    news = [mistake for mistake in again.mistakes if mistake not in loaded.mistakes]
    return [f"state: the configuration {kept.revision} that was kept is mistaken too: {news[0]}"] if news else []
