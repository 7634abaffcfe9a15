"""The files that a silo's own names: its copybooks, its WSDL, and what those copy and import.

A kind reads them through `Files` and in no other way. What it reads then belongs to the configuration: it is watched,
is part of the revision and of what is kept for a restart, and the adapter is opened anew when it changes.
"""

from __future__ import annotations

import abc


class Unreadable(Exception):  # noqa: N818 - it says why a file cannot be read; it is the caller who knows if that is an error
    """Why a file cannot be read, and what to do about it. `is_absent` where there is no such file."""

    def __init__(self, what: str, mend: str, *, is_absent: bool = False) -> None:
        super().__init__(what)
        self.what = what
        self.mend = mend
        self.is_absent = is_absent


class Files(abc.ABC):
    """The files beside a silo's own, each as it was when the configuration was read."""

    @abc.abstractmethod
    def read(self, name: str, limit: int) -> bytes:
        """The bytes of the file at `name`, a path from the folder of the silo's own file, at most `limit` of them.

        Raises Unreadable. Blocks: it is asked in `AdapterKind.examine` and `AdapterKind.open`, where open is given
        what examine has read and nothing else.
        """
