"""What is written in pieces is what is written at once, and what is given up is empty."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from facade.formats import FormatError, encode_plain
from facade.formats import large as module
from facade.formats.large import encode_large, let_go

SCALARS = st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.just(Decimal("1.10"))
VALUES = st.recursive(
    SCALARS, lambda inside: st.lists(inside, max_size=6) | st.dictionaries(st.text(max_size=3), inside, max_size=6)
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=VALUES)
@pytest.mark.parametrize(("piece", "part"), [(1, 1), (3, 2), (8, 3)])
def test_pieces_are_the_whole(value: object, piece: int, part: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_PIECE", piece)
    monkeypatch.setattr(module, "_SLICE", part)
    assert encode_large(value) == encode_plain(value)


@pytest.mark.parametrize(
    "value",
    [
        [{"number": number, "price": Decimal("1.10"), "on": None} for number in range(5_000)],
        {f"field_{number}": number for number in range(5_000)},
        {"rows": [[["deep"] * 3_000, {}, []], [{"more": [1] * 3_000}]], "none": []},
        [[]] * 5_000,
    ],
)
def test_large_values_are_written_the_same(value: object) -> None:
    assert encode_large(value) == encode_plain(value)


def test_no_step_writes_more_than_a_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    steps = []

    def noted(value: object) -> bytes:
        steps.append(value)
        return encode_plain(value)

    monkeypatch.setattr(module, "encode_plain", noted)
    encode_large({"a": [{"b": [1] * 100}] * 100, "c": {str(number): [number] for number in range(9_000)}})
    assert max(len(str(step)) for step in steps) < 20_000
    assert len(steps) > 10


def test_what_cannot_be_written_is_refused_as_ever() -> None:
    with pytest.raises(FormatError, match="half of a surrogate pair"):
        encode_large(["\ud800"] * 5_000)


@given(value=VALUES)
def test_what_is_given_up_is_empty(value: object) -> None:
    let_go(value)
    assert not isinstance(value, dict | list) or not value
