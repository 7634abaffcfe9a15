"""The last accepted configuration, kept in `state` so that a sidecar which restarts on mistaken files still serves.

One file, `accepted.json`: a line with the SHA-256 of what follows, then the files as the operator wrote them, with
those that silos name, as JSON. It is replaced as a whole. Secrets are not in it, because files only name them
(`${env:…}`, `${file:…}`). A damaged file is put aside as `accepted.json.damaged`, where a person can look at it, and
is never served.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from facade.control.sealed import SealedFile

FILE: Final = "accepted.json"
FORMAT: Final = 1
LARGEST: Final = 512 * 1024**2
"""Bytes read back at most. A configuration of 10,000 routes is about 3 MiB; the largest that is read, with what its
silos name, is 64 MiB, and no byte of it takes more than six here.
"""

_SURROGATES: Final = "surrogateescape"
"""Keeps bytes that are not UTF-8 (a file in another encoding) through the text of JSON and back."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """An accepted configuration: its revision, when it was accepted (aware, UTC), and its files by relative path."""

    revision: str
    at: datetime.datetime
    files: Mapping[str, bytes] = field(repr=False)


class AcceptedStore:
    """Keeps one accepted configuration in the folder `state`. Its methods block: call them in a thread."""

    def __init__(self, state: Path) -> None:
        self.path = state / FILE
        self._file = SealedFile(self.path, LARGEST, unused="is not served")

    def __repr__(self) -> str:
        return f"<AcceptedStore {self.path}>"

    def save(self, accepted: Accepted) -> None:
        """Keep `accepted` instead of what was kept. Raises OSError where `state` cannot be written."""
        self._file.save(_document(accepted))

    def read(self) -> Accepted | None:
        """What is kept, or None. Raises `Damaged` once it has put a damaged file aside, OSError if it cannot read."""
        return self._file.read(_parse)


def _document(accepted: Accepted) -> bytes:
    return json.dumps(
        {
            "format": FORMAT,
            "revision": accepted.revision,
            "accepted_at": accepted.at.isoformat(),
            "files": {name: content.decode("utf-8", _SURROGATES) for name, content in accepted.files.items()},
        },
        indent=1,
    ).encode()


def _parse(document: bytes) -> Accepted:
    try:
        kept = json.loads(document)
        if kept["format"] != FORMAT:
            raise ValueError(f"has format {kept['format']}, this version reads {FORMAT}")
        return Accepted(
            revision=str(kept["revision"]),
            at=datetime.datetime.fromisoformat(kept["accepted_at"]),
            files={str(name): text.encode("utf-8", _SURROGATES) for name, text in kept["files"].items()},
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError("lacks a part of what belongs in it") from error
