from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from facade.control.replace import replace


def test_a_file_that_is_replaced_keeps_its_mode_and_leaves_nothing_beside_it(tmp_path: Path):
    path = tmp_path / "titles.yaml"
    path.write_text("old")
    path.chmod(0o664)
    replace(path, b"new")
    assert path.read_text() == "new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o664
    assert [each.name for each in tmp_path.iterdir()] == ["titles.yaml"]


def test_a_new_file_is_private(tmp_path: Path):
    replace(tmp_path / "accepted.json", b"{}")
    assert stat.S_IMODE((tmp_path / "accepted.json").stat().st_mode) == 0o600


def test_a_reader_that_has_the_file_open_goes_on_with_the_old_content(tmp_path: Path):
    path = tmp_path / "titles.yaml"
    path.write_text("old")
    with path.open() as reader:
        replace(path, b"new")
        assert reader.read() == "old"


def test_a_failure_leaves_the_old_content_and_nothing_beside_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = tmp_path / "titles.yaml"
    path.write_text("old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        replace(path, b"new")
    assert path.read_text() == "old"
    assert [each.name for each in tmp_path.iterdir()] == ["titles.yaml"]
