from __future__ import annotations

from pathlib import Path

from facade.control.start import Flags


def test_a_flag_stands_beside_the_environment_under_its_own_name():
    environment = {"FACADE_LISTEN": "127.0.0.1:1", "FACADE_ADMIN": "127.0.0.1:2", "HOME": "/x"}
    over = Flags(listen="127.0.0.1:9", observe="127.0.0.1:8").over(environment)
    assert over == {**environment, "--listen": "127.0.0.1:9", "--observe": "127.0.0.1:8"}


def test_a_state_folder_given_as_a_flag_starts_where_the_command_was_typed():
    assert Flags(state="kept").over({}) == {"--state": str(Path.cwd() / "kept")}
