"""The configuration as a command reads it: from files, without any network, and every mistake said."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from facade.cli.answer import Failed
from facade.cli.sidecar import Sidecar, Unreachable, configured, named
from facade.config.kinds import KindError, Kinds
from facade.config.load import Loaded
from facade.config.mistake import Mistake
from facade.config.settings import Configuration
from facade.control.source import Source
from facade.control.token import kept_token


def source(folder: Path, named_by: str = "--config or FACADE_CONFIG") -> Source:
    """Where a command's configuration comes from. Secrets may be missing: who moves a route need not hold them.

    `named_by` is how the command is told another folder.
    """
    try:
        found = Source(folder, Kinds.discover(), dict(os.environ))
    except KindError as error:
        raise Failed(f"adapters: {error}") from error
    absent = found.absent()
    if absent is not None:
        raise Failed(f"{absent}; name the folder that holds facade.yaml by {named_by}")
    return found


def good(loaded: Loaded) -> Configuration:
    """The configuration, or `Failed` with every mistake."""
    if loaded.configuration is None:
        raise Failed("\n".join(map(str, loaded.mistakes)), {"mistakes": told(loaded.mistakes)})
    return loaded.configuration


def told(mistakes: Iterable[Mistake]) -> list[Mapping[str, object]]:
    """Mistakes or warnings for `--json`."""
    return [
        {"file": mistake.place.file, "line": mistake.place.line, "what": mistake.what, "mend": mistake.mend}
        for mistake in mistakes
    ]


def find_token(folder: Path) -> str | None:
    """The token of the sidecar's API: FACADE_ADMIN_TOKEN, that of the configuration, or the one kept in its `state`.

    None where this user knows none.
    """
    text = os.environ.get("FACADE_ADMIN_TOKEN")
    if text:
        return text
    loaded = source(folder).load_facade()
    configured = None if loaded.listeners is None else loaded.listeners.admin_token
    try:
        return configured or kept_token(loaded.state)
    except OSError:
        return None


def find_sidecar(admin: Sidecar | None, folder: Path) -> Sidecar:
    """The running sidecar: by `--admin`, else FACADE_ADMIN, else `admin` of the configuration in `folder`.

    Mistaken files are no hindrance, as long as facade.yaml can be read as far as that. Raises `Unreachable`.
    """
    sidecar = named(admin)
    if sidecar is not None:
        return sidecar
    found = source(folder)
    at = found.load_facade().admin
    if at is None:
        # That one file may say less of what is wrong than all of them do.
        raise Unreachable(f"{found.load().mistakes[0]}; or say where the sidecar is with --admin HOST:PORT")
    return configured(at, folder)
