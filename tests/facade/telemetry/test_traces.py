"""W3C Trace Context: what is passed on, what is replaced."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facade.telemetry.traces import RANDOM_BYTES, follow_or_mint, mint

TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736"
VALID = f"00-{TRACE_ID}-00f067aa0ba902b7-01".encode()
CHANCE = bytes(range(1, RANDOM_BYTES + 1))


def never(count: int) -> bytes:
    raise AssertionError(f"{count} random bytes asked for")


@pytest.mark.parametrize(
    "header",
    [
        VALID,
        VALID[:-2] + b"00",
        VALID[:-2] + b"ff",
        b"01" + VALID[2:],
        b"fe" + VALID[2:] + b"-what-comes-next",
        b"cc" + VALID[2:] + b"-",
    ],
)
def test_a_valid_traceparent_is_passed_on_unchanged(header: bytes) -> None:
    assert follow_or_mint(header, never) == (header, TRACE_ID, False)


@pytest.mark.parametrize(
    "header",
    [
        None,
        b"",
        b"00",
        VALID + b"-extra",
        VALID + b"-",
        VALID + b"\n",
        b" " + VALID,
        VALID[:-1],
        VALID.upper(),
        b"ff" + VALID[2:],
        b"0x" + VALID[2:],
        b"00-" + b"0" * 32 + VALID[35:],
        VALID[:36] + b"0" * 16 + VALID[52:],
        b"01" + VALID[2:] + b"extra",
        b"01" + VALID[2:] + b"-a b",
        b"01" + VALID[2:] + b"-" + b"x" * 500,
        VALID.replace(b"-", b"_"),
        VALID.replace(b"4bf9", "४bf".encode()),
    ],
)
def test_anything_else_is_replaced(header: bytes | None) -> None:
    trace = follow_or_mint(header, lambda count: CHANCE[:count])
    assert trace.minted
    assert trace.header == b"00-0102030405060708090a0b0c0d0e0f10-1112131415161718-00"


@given(st.binary(min_size=RANDOM_BYTES, max_size=RANDOM_BYTES))
def test_what_is_minted_is_valid_and_followed_by_the_next_facade(chance: bytes) -> None:
    trace = mint(chance)
    assert follow_or_mint(trace.header, never) == (trace.header, trace.trace_id, False)


@pytest.mark.parametrize("chance", [bytes(24), bytes(16) + b"\x01" * 8, b"\x01" * 16 + bytes(8)])
def test_neither_identifier_is_ever_all_zeros(chance: bytes) -> None:
    trace = mint(chance)
    assert follow_or_mint(trace.header, never) == (trace.header, trace.trace_id, False)


@given(st.binary(max_size=80))
def test_no_bytes_are_followed_that_are_not_fields_of_hexadecimal(header: bytes) -> None:
    trace = follow_or_mint(header, lambda count: CHANCE[:count])
    assert trace.minted or set(trace.header[:55]) <= set(b"0123456789abcdef-")
