"""Every file of counts that a test opened is closed behind it: Python 3.13 warns of those that are not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from facade.control.usage.opened import CallsFile


@pytest.fixture(autouse=True)
def _closes_files(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    opened: list[CallsFile] = []
    make = CallsFile.__init__

    def noted(self: CallsFile, state: Path) -> None:
        make(self, state)
        opened.append(self)

    monkeypatch.setattr(CallsFile, "__init__", noted)
    yield
    for file in opened:
        file.close()
