from __future__ import annotations

from pathlib import Path

import pytest

from facade import app
from facade.control.start import Flags, StartError


def test_the_flags_and_the_folder_reach_the_sidecar(facade, monkeypatch: pytest.MonkeyPatch):
    asked: list[tuple[Path, Flags]] = []

    def run(folder: Path, flags: Flags) -> int:
        asked.append((folder, flags))
        return 0

    monkeypatch.setattr(app, "run", run)
    words = ["--config", "here", "--poll", "--listen", "a:1", "--observe", "b:2", "--admin", "c:3", "--state", "kept"]
    assert facade("serve", *words).status == 0
    assert facade("serve").status == 0
    assert asked == [
        (Path("here"), Flags(poll=True, listen="a:1", observe="b:2", admin="c:3", state="kept")),
        (Path("config"), Flags()),
    ]


def test_a_working_folder_that_is_gone_is_one_line(facade, tmp_path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    said = facade("serve", "--state", "here")
    assert (said.status, said.out) == (1, "")
    assert said.err == "working folder: does not exist any more; change to one that does\n"


@pytest.mark.parametrize("words", [("--listen", "foo"), ("--observe", ":1"), ("--admin", "a:99999"), ("--state", "")])
def test_a_flag_that_means_nothing_is_usage_and_named(facade, words: tuple[str, str]):
    said = facade("serve", *words)
    assert said.status == 2
    assert f"argument {words[0]}: " in said.err


def test_why_it_cannot_start_is_one_line_on_standard_error_and_exit_1(facade, monkeypatch: pytest.MonkeyPatch):
    def run(*_: object) -> int:
        raise StartError("listen: 127.0.0.1:8080 is in use; stop what listens there")

    monkeypatch.setattr(app, "run", run)
    said = facade("serve")
    assert (said.status, said.out) == (1, "")
    assert said.err == "listen: 127.0.0.1:8080 is in use; stop what listens there\n"
