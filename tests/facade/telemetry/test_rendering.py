"""Whatever goes into an event, one line of bounded ASCII JSON comes out."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facade.routing.stage import Stage
from facade.telemetry.rendering import LONGEST, LONGEST_TRACE, MOST, describe, line

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()) | st.binary(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=8,
)


def rendered(**event: object) -> dict[str, object]:
    read: dict[str, object] = json.loads(line(event, debug=False))
    return read


@given(st.dictionaries(st.text(st.characters(), max_size=8), ANYTHING, max_size=6), st.booleans())
def test_every_event_is_one_line_of_printable_ascii_json(event: dict[str, object], debug: bool) -> None:
    text = line(event, debug=debug)
    assert text.endswith(b"\n")
    assert all(0x20 <= byte < 0x7F for byte in text[:-1])
    assert isinstance(json.loads(text, parse_constant=pytest.fail), dict)


def test_control_and_direction_characters_come_out_escaped() -> None:
    text = line({"event": "\x1b[31m\x7f\u202e\n\x85\ud800"}, debug=False)
    assert text == rb'{"event":"\u001b[31m\u007f\u202e\n\u0085\ud800"}' + b"\n"


def test_time_level_and_event_come_first() -> None:
    assert list(rendered(route="a", event="request", level="info", timestamp="now")) == [
        "timestamp",
        "level",
        "event",
        "route",
    ]


def test_a_long_string_is_cut_and_says_so() -> None:
    assert rendered(event="x" * 5000) == {"event": "x" * LONGEST + "…"}


def test_many_parts_and_deep_ones_are_bounded() -> None:
    deep: list[object] = []
    deep.append(deep)
    assert len(rendered(**{f"field{number}": number for number in range(100)})) == MOST
    assert rendered(event=list(range(100))) == {"event": list(range(MOST))}
    assert len(line({"event": deep}, debug=False)) < 200


def test_values_that_json_has_no_word_for_are_said_in_text() -> None:
    assert rendered(a=float("nan"), b=10**30, c=Fraction(1, 4), d=Path("routes/a.yaml"), e=Stage.CANARY) == {
        "a": "nan",
        "b": "integer out of range",
        "c": "1/4",
        "d": "routes/a.yaml",
        "e": "canary",
    }


def test_a_value_that_cannot_be_rendered_costs_the_event_only() -> None:
    class Hostile:
        def __str__(self) -> str:
            raise LookupError("secret")

    assert rendered(event="a", value=Hostile()) == {"level": "error", "event": "log event lost", "error": "LookupError"}


def failure() -> Exception:
    try:
        try:
            dict[str, str]()["session=secret"]
        except KeyError as missing:
            raise ValueError("secret") from missing
    except ValueError as error:
        return error
    raise AssertionError


def test_an_exception_is_its_type_its_place_and_its_cause_without_its_words() -> None:
    said = describe(failure(), debug=False)
    assert "secret" not in said
    assert said.startswith("ValueError at facade/telemetry/test_rendering.py:")
    assert "; caused by KeyError at facade/telemetry/test_rendering.py:" in said
    assert rendered(error=failure())["error"] == said


def test_the_debug_level_has_the_whole_traceback_in_one_bounded_string() -> None:
    said = describe(failure(), debug=True)
    assert "ValueError: secret" in said
    assert "\n" not in line({"error": failure()}, debug=True).decode()[:-1]
    assert len(describe(ValueError("x" * 100_000), debug=True)) == LONGEST_TRACE + 1


def test_an_exception_that_was_never_raised_has_no_place() -> None:
    assert describe(OSError("secret"), debug=False) == "OSError"
