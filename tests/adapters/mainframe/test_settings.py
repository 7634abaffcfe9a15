"""What an operator may write of a mainframe."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from adapters.mainframe.frames import FrameError, Framing, limit_of
from adapters.mainframe.settings import Frame, MainframeOperation, MainframeSettings

SETTINGS = {"host": "127.0.0.1", "port": 7003, "frame": "length2", "code_page": "cp1146"}


def test_connections_have_a_default_and_the_machine_is_the_code_pages() -> None:
    settings = MainframeSettings.model_validate(SETTINGS)
    assert (settings.connections, settings.numbers) == (4, None)


@pytest.mark.parametrize("key", ["host", "port", "frame", "code_page"])
def test_what_nobody_can_guess_must_be_said(key: str) -> None:
    with pytest.raises(ValidationError, match=key):
        MainframeSettings.model_validate({name: value for name, value in SETTINGS.items() if name != key})


@pytest.mark.parametrize(
    "change",
    [
        {"port": 0},
        {"port": 65536},
        {"host": ""},
        {"frame": "length3"},
        {"code_page": "utf-8"},
        {"code_page": "cp99999"},
        {"connections": 0},
        {"connections": 257},
        {"numbers": "vax"},
    ],
)
def test_what_no_mainframe_has_is_a_mistake(change: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        MainframeSettings.model_validate({**SETTINGS, **change})


def test_a_reading_is_chosen_by_one_value_or_several() -> None:
    written = {"request": "a.cpy", "reply": "b.cpy", "redefines": {"B": {"KIND": "B", "MODE": ["1", "2"]}}}
    operation = MainframeOperation.model_validate(written)
    assert operation.redefines == {"B": {"KIND": ("B",), "MODE": ("1", "2")}}


@pytest.mark.parametrize("status", [201, 302, 399, 600])
def test_a_return_code_becomes_a_status_that_says_no_or_200(status: int) -> None:
    written = {"request": "a.cpy", "reply": "b.cpy", "faults": {"RC": {"04": status}}}
    with pytest.raises(ValidationError, match=f"a return code becomes {status}; write 400 to 599, or 200"):
        MainframeOperation.model_validate(written)


def test_editors_get_a_schema_of_both() -> None:
    assert MainframeSettings.model_json_schema()["properties"]["code_page"]["type"] == "string"
    assert "redefines" in MainframeOperation.model_json_schema()["properties"]


def test_a_length_is_big_endian_and_of_what_follows() -> None:
    assert Framing.of(Frame.LENGTH2, 300).wrap(bytes(258))[:2] == b"\x01\x02"
    assert Framing.of(Frame.LENGTH4, 300).wrap(b"ab") == b"\0\0\0\2ab"
    assert Framing.of(Frame.FIXED, 2).wrap(b"ab") == b"ab"
    assert [limit_of(frame) for frame in Frame] == [65535, 4294967295, None]


def test_a_reply_ends_where_its_frame_says() -> None:
    framing = Framing.of(Frame.LENGTH4, 5)
    assert [framing.end(b"\0\0\0"), framing.end(b"\0\0\0\5"), Framing.of(Frame.FIXED, 5).end(b"")] == [None, 9, 5]
    with pytest.raises(FrameError):
        framing.end(b"\0\0\0\6")
