"""The token that changes need: kept by the sidecar for its own user, and made where there is none."""

from __future__ import annotations

import secrets
import stat
from pathlib import Path

import pytest
import structlog

from facade.control import token as module
from facade.control.token import FILE, kept_token, own_token


def test_a_token_is_made_once_and_only_its_user_can_read_it(tmp_path: Path):
    state = tmp_path / "new" / "state"
    asked: list[int] = []
    made = own_token(state, lambda size: asked.append(size) or "made-by-chance")
    assert made == "made-by-chance"
    assert asked == [32]
    assert stat.S_IMODE((state / FILE).stat().st_mode) == 0o600
    assert own_token(state, secrets.token_urlsafe) == kept_token(state) == made


def test_what_is_made_is_a_token(tmp_path: Path):
    assert own_token(tmp_path, secrets.token_urlsafe) == kept_token(tmp_path)


def test_where_none_is_kept_there_is_none(tmp_path: Path):
    assert kept_token(tmp_path) is None
    assert kept_token(tmp_path / "nowhere") is None


@pytest.mark.parametrize("content", [b"", b"\n", b"two words\n", b"\xff\xfe", b"line\nline\n", "\u00e9".encode()])
def test_what_is_no_token_is_none_and_another_is_made_in_its_place(tmp_path: Path, content: bytes):
    (tmp_path / FILE).write_bytes(content)
    assert kept_token(tmp_path) is None
    assert own_token(tmp_path, lambda _: "another") == kept_token(tmp_path) == "another"


def test_a_token_that_somebody_wrote_by_hand_is_taken_without_its_lines_end(tmp_path: Path):
    (tmp_path / FILE).write_text("  by-hand \r\n")
    assert kept_token(tmp_path) == "by-hand"


def test_a_state_that_cannot_be_written_means_no_token_and_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def read_only(*_: object) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(module, "replace", read_only)
    with structlog.testing.capture_logs() as said:
        assert own_token(tmp_path, lambda _: "never-told") is None
    (line,) = said
    assert line["problem"] == (
        f"{tmp_path / FILE}: Read-only file system; make `state` a folder that this user may write, or configure one"
    )
    assert line["means"] == "the API changes nothing"
    assert "never-told" not in str(said)


def test_a_token_that_cannot_be_read_is_not_written_over(tmp_path: Path):
    (tmp_path / FILE).mkdir()
    with structlog.testing.capture_logs() as said:
        assert own_token(tmp_path, lambda _: "another") is None
    assert said[0]["event"] == "no admin token"
    with pytest.raises(OSError):
        kept_token(tmp_path)
