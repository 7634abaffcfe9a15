import os
from pathlib import Path

import pytest

from facade.config.files import Unreadable, read_file


def test_a_file_is_read_through_a_symbolic_link(tmp_path: Path):
    (tmp_path / "real").write_bytes(b"abc")
    (tmp_path / "link").symlink_to("real")
    assert read_file(tmp_path / "link", 10) == b"abc"


def test_no_more_is_read_than_shows_that_it_is_too_long(tmp_path: Path):
    (tmp_path / "long").write_bytes(b"x" * 100)
    assert len(read_file(tmp_path / "long", 10)) == 11


def test_a_file_that_is_not_there_is_told_apart(tmp_path: Path):
    with pytest.raises(Unreadable, match="does not exist") as caught:
        read_file(tmp_path / "none", 10)
    assert caught.value.is_absent


def test_a_link_to_nothing_does_not_exist(tmp_path: Path):
    (tmp_path / "link").symlink_to("nothing")
    with pytest.raises(Unreadable, match="does not exist"):
        read_file(tmp_path / "link", 10)


def test_a_named_pipe_is_no_file_and_nobody_waits_for_it(tmp_path: Path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(Unreadable, match="is not a file") as caught:
        read_file(tmp_path / "pipe", 10)
    assert not caught.value.is_absent


def test_a_folder_is_no_file(tmp_path: Path):
    with pytest.raises(Unreadable, match="is not a file"):
        read_file(tmp_path, 10)


def test_a_link_to_itself_cannot_be_read(tmp_path: Path):
    (tmp_path / "link").symlink_to("link")
    with pytest.raises(Unreadable, match="cannot be read"):
        read_file(tmp_path / "link", 10)


def test_a_file_of_somebody_else_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def deny(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    (tmp_path / "file").write_bytes(b"x")
    monkeypatch.setattr(os, "open", deny)
    with pytest.raises(Unreadable, match="may not be read") as caught:
        read_file(tmp_path / "file", 10)
    assert caught.value.mend == "let the user that runs the facade read it"
