"""Where the configuration comes from: a folder, the environment laid over it, and the kinds of adapter there are."""

from __future__ import annotations

import stat
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from facade.config.kinds import Kinds
from facade.config.load import Loaded, load, load_facade
from facade.config.remembered import Remembered
from facade.control.fingerprint import Seen, see


@dataclass(frozen=True, slots=True)
class Source:
    """One configuration's origin. `serving` makes a missing secret a mistake instead of a warning. All of it blocks.

    What it read last is `remembered`, so that files that have not changed are not read again.
    """

    folder: Path
    kinds: Kinds
    environment: Mapping[str, str] = field(repr=False)
    serving: bool = False
    remembered: Remembered = field(default_factory=Remembered, repr=False, compare=False)

    def absent(self) -> str | None:
        """Why there is no folder to read, as `place: what`; None where there is one."""
        try:
            is_folder = stat.S_ISDIR(self.folder.stat().st_mode)
        except OSError as error:
            absent = isinstance(error, FileNotFoundError | NotADirectoryError)
            return f"{self.folder}: {'does not exist' if absent else f'cannot be read ({error.strerror})'}"
        return None if is_folder else f"{self.folder}: is no folder"

    def load(self, files: Mapping[str, bytes] | None = None) -> Loaded:
        """Read the folder's files, or take `files` (by path relative to the folder) for all of them."""
        return load(
            self.folder, self.kinds, self.environment, serving=self.serving, files=files, remembered=self.remembered
        )

    def load_facade(self) -> Loaded:
        """Read facade.yaml alone: where the sidecar listens, and where it keeps things."""
        return load_facade(self.folder, self.kinds, self.environment)

    def see(self, named: Iterable[Path] = ()) -> Seen:
        """What there is to be seen of the folder's files, and of those that silos name."""
        return see(self.folder, named)
