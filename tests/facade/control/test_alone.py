from __future__ import annotations

import fcntl
import os

import pytest

from facade.control.alone import alone
from facade.control.subject import Refused


def no_pause(_: float) -> None:
    """Tests do not sleep."""


def test_a_second_change_waits_and_then_gives_up(files):
    waited: list[float] = []
    with (
        alone(files.folder, no_pause),
        pytest.raises(Refused, match="another command is changing it; wait for it"),
        alone(files.folder, waited.append),
    ):
        pass
    assert sum(waited) == pytest.approx(5.0)


def test_the_lock_is_gone_with_the_change(files):
    with pytest.raises(RuntimeError), alone(files.folder, no_pause):
        raise RuntimeError
    waited: list[float] = []
    with alone(files.folder, waited.append):
        assert waited == []


def test_a_lock_leaves_no_file_behind(files):
    before = sorted(os.listdir(files.folder))
    with alone(files.folder, no_pause):
        assert sorted(os.listdir(files.folder)) == before


def test_a_file_system_without_locks_is_changed_all_the_same(files, monkeypatch: pytest.MonkeyPatch):
    def unsupported(*_: object) -> None:
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(fcntl, "flock", unsupported)
    with alone(files.folder, no_pause):
        pass


def test_a_folder_that_does_not_exist_is_named(tmp_path):
    with (
        pytest.raises(Refused, match="no such file or directory; name the configuration's folder by --config"),
        alone(tmp_path / "nowhere", no_pause),
    ):
        pass
