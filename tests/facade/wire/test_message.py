"""A head's fields: found by name, exact, in any case, and never somewhere else."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facade.wire.message import (
    CONNECTION,
    CONTENT_LENGTH,
    HOST,
    HTTP_1_0,
    HTTP_1_1,
    VIA,
    Field,
    Head,
    RequestHead,
    ResponseHead,
    block,
    name,
)

TOKENS = st.text("abcXYZ-_09!", min_size=1, max_size=6).map(str.encode)
VALUES = st.binary(max_size=8).map(lambda raw: re.sub(rb"[\x00-\x08\x0a-\x1f\x7f]", b"", raw).strip(b" \t"))
FIELDS = st.lists(st.tuples(TOKENS, VALUES), max_size=6)


def head(*lines: bytes, minor: int = HTTP_1_1) -> Head:
    return Head(minor, b"".join(b"\r\n" + line for line in lines))


@given(FIELDS, st.sampled_from([b":", b": ", b":\t  "]), TOKENS)
def test_what_is_found_by_name_is_what_a_reader_of_every_line_finds(
    fields: list[Field], colon: bytes, wanted: bytes
) -> None:
    found = head(*(key + colon + value for key, value in fields))
    for key in {wanted, *(key for key, _ in fields)}:
        values = [value for other, value in fields if other.lower() == key.lower()]
        field = name(key.decode())
        assert found.values(field) == values
        assert found.get(field) == (values[0] if values else None)
        assert found.has(field) == bool(values)
        assert found.repeats(field) == (len(values) > 1)
        assert found.only(field) == (values[0] if len(values) == 1 else None)
    assert found.fields() == fields


@given(FIELDS)
def test_fields_made_into_a_block_are_the_same_fields_again(fields: list[Field]) -> None:
    assert Head(HTTP_1_1, block(fields)).fields() == fields


def test_a_name_that_ends_with_another_is_not_that_other() -> None:
    other = head(b"X-Host: a", b"Hosts: b", b"Host-X: c", b"X: Host: d")
    assert not other.has(HOST)
    assert other.get(HOST) is None
    assert other.values(HOST) == []


@pytest.mark.parametrize(
    "lines", [[b"Host:a"], [b"X: y", b"Host:a"], [b"Host:a", b"X: y"], [b"X:", b"hOsT: a ", b"Y:"]]
)
def test_a_field_is_found_wherever_it_stands_and_however_it_is_spelt(lines: list[bytes]) -> None:
    assert head(*lines).get(HOST) == b"a"


def test_an_empty_value_is_a_value() -> None:
    empty = head(b"Host:", b"X: y")
    assert empty.get(HOST) == b""
    assert empty.values(HOST) == [b""]
    assert empty.only(HOST) == b""


def test_a_head_without_fields_has_none() -> None:
    bare = head()
    assert (bare.fields(), bare.lines(), bare.get(HOST)) == ([], [], None)


def test_bytes_case_order_and_repeats_are_kept() -> None:
    kept = head(b"B:  x\xe9 ", b"a:", b"b: \xff", b"B: x")
    assert kept.lines() == [b"B:  x\xe9 ", b"a:", b"b: \xff", b"B: x"]
    assert kept.values(name("b")) == [b"x\xe9", b"\xff", b"x"]


def test_white_space_around_a_value_is_no_part_of_it_and_nothing_else_is_white_space() -> None:
    assert head(b"Host: \t a \xa0\x0b ").get(HOST) == b"a \xa0\x0b"


def test_a_list_field_is_read_over_all_its_lines_without_its_empty_members() -> None:
    assert head(b"Via: 1.1 A,, ,1.1 b ", b"via:", b"VIA: C").tokens(VIA) == [b"1.1 a", b"1.1 b", b"c"]


@pytest.mark.parametrize(
    ("minor", "lines", "kept"),
    [
        (HTTP_1_1, [], True),
        (HTTP_1_0, [], False),
        (HTTP_1_1, [b"Connection: close"], False),
        (HTTP_1_1, [b"Connection: CLOSE"], False),
        (HTTP_1_1, [b"Connection: x, close"], False),
        (HTTP_1_1, [b"Connection: x", b"Connection: close"], False),
        (HTTP_1_1, [b"Connection: keep-alive, close"], False),
        (HTTP_1_1, [b"Connection: closed"], True),
        (HTTP_1_1, [b"Connection:"], True),
        (HTTP_1_0, [b"Connection: keep-alive"], True),
        (HTTP_1_0, [b"Connection: Keep-Alive, x"], True),
        (HTTP_1_0, [b"Connection: close, keep-alive"], False),
        (HTTP_1_0, [b"Keep-Alive: timeout=5"], False),
    ],
)
def test_a_sender_says_whether_the_connection_lives_on(minor: int, lines: list[bytes], kept: bool) -> None:
    assert head(*lines, minor=minor).keeps_alive() is kept


def test_the_options_of_a_connection_are_what_it_names() -> None:
    assert head(b"Connection: Close, X-Hop", b"connection: te").options == {b"close", b"x-hop", b"te"}
    assert head(b"X-Connection: close").options == frozenset()


def test_a_name_is_made_from_any_spelling() -> None:
    assert name("Content-LENGTH") == CONTENT_LENGTH == b"\r\ncontent-length:"
    assert name("connection") == CONNECTION


def test_a_head_is_its_start_line_and_its_fields() -> None:
    asked = RequestHead(b"GET", b"/x", HTTP_1_0, b"\r\nA: b")
    answered = ResponseHead(299, b"Sort \xe9f", HTTP_1_1, b"\r\nA: b")
    assert (asked.method, asked.target, asked.minor, asked.block) == (b"GET", b"/x", HTTP_1_0, b"\r\nA: b")
    assert (answered.status, answered.reason, answered.minor, answered.block) == (
        299,
        b"Sort \xe9f",
        HTTP_1_1,
        b"\r\nA: b",
    )


def test_a_head_is_shown_without_its_target_its_values_and_its_reason() -> None:
    fields = b"\r\nCookie: secret\r\nX: y"
    assert repr(RequestHead(b"GET", b"/secret", HTTP_1_1, fields)) == "<RequestHead GET fields=2>"
    assert repr(ResponseHead(200, b"secret", HTTP_1_1, fields)) == "<ResponseHead 200 fields=2>"
