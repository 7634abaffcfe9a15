from __future__ import annotations

from pathlib import Path

from facade.control.start import Flags


def test_a_flag_beats_its_variable_and_other_variables_stay():
    environment = {"FACADE_LISTEN": "127.0.0.1:1", "FACADE_ADMIN": "127.0.0.1:2", "HOME": "/x"}
    over = Flags(listen="127.0.0.1:9", observe="127.0.0.1:8").over(environment)
    assert over == {
        "FACADE_LISTEN": "127.0.0.1:9",
        "FACADE_OBSERVE": "127.0.0.1:8",
        "FACADE_ADMIN": "127.0.0.1:2",
        "HOME": "/x",
    }


def test_a_state_folder_given_as_a_flag_starts_where_the_command_was_typed():
    assert Flags(state="kept").over({}) == {"FACADE_STATE": str(Path.cwd() / "kept")}
