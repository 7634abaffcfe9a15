"""What a command finds out from the files: the token, and whose sidecar it is for."""

from __future__ import annotations

import pytest

from facade.cli.files import find_token
from facade.control.token import FILE


@pytest.fixture
def with_token(files) -> None:
    files.change("facade.yaml", "admin: 127.0.0.1:0", 'admin: {token: "${env:ADMIN_TOKEN}"}')


def kept(files, token: str) -> None:
    files.write(f"state/{FILE}", f"{token}\n")


def test_the_token_is_that_of_the_environment_the_configuration_or_the_sidecars_own(
    files, monkeypatch: pytest.MonkeyPatch
):
    assert find_token(files.folder) is None
    kept(files, "its-own")
    assert find_token(files.folder) == "its-own"
    files.change("facade.yaml", "admin: 127.0.0.1:0", 'admin: {token: "${env:ADMIN_TOKEN}"}')
    monkeypatch.setenv("ADMIN_TOKEN", "configured")
    assert find_token(files.folder) == "configured"
    monkeypatch.setenv("FACADE_ADMIN_TOKEN", "of-the-environment")
    assert find_token(files.folder) == "of-the-environment"


def test_the_environment_is_enough_where_there_are_no_files(tmp_path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("FACADE_ADMIN_TOKEN", "of-the-environment")
    assert find_token(tmp_path / "nowhere") == "of-the-environment"


def test_the_sidecars_own_is_found_in_the_state_of_mistaken_files(files):
    files.change("facade.yaml", "state: state", "state: elsewhere")
    files.write("elsewhere/admin.token", "its-own")
    files.change("facade.yaml", "version: 1", "version: 1\ncolour: red")
    files.write("routes/half.yaml", "routes: [")
    assert find_token(files.folder) == "its-own"


@pytest.mark.usefixtures("with_token")
def test_a_secret_that_this_user_does_not_hold_is_no_token(files):
    assert find_token(files.folder) is None


def test_a_token_that_this_user_may_not_read_is_no_token(files):
    (files.folder / "state" / FILE).mkdir(parents=True)
    assert find_token(files.folder) is None
