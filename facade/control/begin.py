"""What a sidecar begins with: its files, or, where they are mistaken, the last accepted configuration it kept.

A sidecar that restarts in the night on a file somebody broke in the evening must still serve; and it says so, loudly,
until the files are mended. Two things are taken from mistaken files all the same. Routes that they put further back go
back (`back`). And where and how to listen is what facade.yaml says now: what was kept must never open in clear text, or
to more people, a listener that is to be closed now. Where facade.yaml is mistaken about that, a certificate that cannot
be used included, nothing is opened. Blocks: call it in a thread.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import structlog

from facade.config.load import Loaded
from facade.config.settings import Configuration
from facade.control.accepted import Accepted, AcceptedStore
from facade.control.back import load_further_back
from facade.control.descriptors import too_few
from facade.control.fingerprint import Seen
from facade.control.roles import Outcome, ReloadResult, began, began_from_state
from facade.control.sealed import Damaged
from facade.control.source import Source
from facade.control.start import StartError
from facade.control.view import ConfigView, RevisionView

_log = structlog.get_logger("facade.control.begin")


@dataclass(frozen=True, slots=True)
class Beginning:
    """The configuration to start with, how reading the files ended, and what was seen of them before."""

    configuration: Configuration
    result: ReloadResult
    view: ConfigView
    seen: Seen = field(repr=False)
    files: Mapping[str, bytes] = field(repr=False)


def begin(source: Source, now: datetime.datetime) -> Beginning:
    """Read the files, or fall back on what is kept. Raises `StartError` with every mistake where neither will do."""
    seen = source.see()
    try:
        loaded = source.load()
    except OSError as error:
        what = f"{source.folder}: cannot be read ({error.strerror or error})"
        raise StartError(f"{what}; raise the number of files that this process may open (ulimit -Hn)") from error
    seen = replace(seen, named=loaded.looks)
    if loaded.configuration is not None:
        warnings = (*loaded.warnings, *too_few(loaded.configuration.settings.limits.connections))
        result = ReloadResult(Outcome.ACCEPTED, loaded.revision, warnings=warnings)
        return Beginning(loaded.configuration, result, began(result, now), seen, loaded.files)
    return _begin_on_kept(source, loaded, seen, now)


def _begin_on_kept(source: Source, loaded: Loaded, seen: Seen, now: datetime.datetime) -> Beginning:
    says_where = loaded.listeners is not None or not loaded.is_facade_read
    kept = _kept(loaded) if says_where else None
    if kept is None:
        raise StartError(_why_not(source, loaded))
    again = source.load(kept.files)
    if again.configuration is None:
        raise StartError("\n".join([_why_not(source, loaded), *_no_longer(kept, loaded, again)]))
    serving, files = again.configuration, again.files
    back = load_further_back(source, serving, files, loaded.files)
    if back is not None:
        serving, files = back
    result = ReloadResult(Outcome.REJECTED, loaded.revision, loaded.mistakes, loaded.warnings)
    view = began_from_state(RevisionView(serving.revision, kept.at), result, now)
    return Beginning(_listening_as(loaded, serving), result, view, seen, files)


def _listening_as(loaded: Loaded, kept: Configuration) -> Configuration:
    """What was kept, listening where facade.yaml says now if it can be read at all."""
    if loaded.listeners is None:
        return kept
    now = loaded.listeners
    settings = replace(
        kept.settings,
        listen=now.listen,
        observe=now.observe,
        admin=now.admin,
        admin_token=now.admin_token,
        state=loaded.state,
    )
    return replace(kept, settings=settings)


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


def _why_not(source: Source, loaded: Loaded) -> str:
    absent = source.absent()
    if absent is not None:
        return f"{absent}; name the folder that holds facade.yaml by --config or FACADE_CONFIG"
    return "\n".join(map(str, loaded.mistakes))


def _no_longer(kept: Accepted, loaded: Loaded, again: Loaded) -> list[str]:
    """What is wrong with the kept configuration, unless it is what is wrong with the files and has been said."""
    news = [mistake for mistake in again.mistakes if mistake not in loaded.mistakes]
    return [f"state: the configuration {kept.revision} that was kept is mistaken too: {news[0]}"] if news else []
