"""Whose name a call goes by."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facade.telemetry.request_ids import RANDOM_BYTES, accept_or_mint

SAFE = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-"


def chance(count: int) -> bytes:
    return bytes(range(count))


@pytest.mark.parametrize("value", [b"a", b"4bf92f35-77b3-4da6-a3ce-929d0e0e4736", b"A.b_c-9", b"x" * 128])
def test_a_sane_identifier_is_the_callers_own(value: bytes) -> None:
    assert accept_or_mint(value, chance) == value.decode()


@pytest.mark.parametrize("value", [None, b"", b"x" * 129, b"a b", b"a\n", b"\xc3\xa9", b"<script>", b"a/b", b"a\x00"])
def test_anything_else_is_replaced(value: bytes | None) -> None:
    assert accept_or_mint(value, chance) == "000102030405060708090a0b0c0d0e0f"


@given(st.binary(max_size=200))
def test_an_identifier_is_always_short_and_safe_to_print(value: bytes) -> None:
    name = accept_or_mint(value, chance)
    assert 1 <= len(name) <= 128
    assert set(name) <= set(SAFE)


def test_chance_is_asked_only_where_a_name_is_made() -> None:
    asked: list[int] = []

    def counted(count: int) -> bytes:
        asked.append(count)
        return chance(count)

    accept_or_mint(b"mine", counted)
    accept_or_mint(None, counted)
    assert asked == [RANDOM_BYTES]
