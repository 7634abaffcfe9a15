"""JSON goes through exactly, both ways, or is refused."""

from __future__ import annotations

import datetime
import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facade.formats import MAX_DEPTH, FormatError, JsonObject, decode_json, encode_json

exact_numbers = st.builds(
    lambda digits, exponent: Decimal(f"{digits}.5E{exponent}"), st.integers(-(10**30), 10**30), st.integers(-360, 360)
)
scalars = st.none() | st.booleans() | st.integers(-(10**40), 10**40) | exact_numbers | st.text()
documents = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4), max_leaves=20
)


@given(documents)
def test_what_is_written_is_read_back_equal(document: object) -> None:
    assert decode_json(encode_json(document)) == document


@given(exact_numbers)
def test_every_digit_of_a_decimal_is_kept_both_ways(number: Decimal) -> None:
    assert encode_json(number) == str(number).encode()
    assert str(decode_json(encode_json(number))) == str(number)


@given(documents)
def test_the_same_value_always_becomes_the_same_bytes_in_the_order_it_has(document: object) -> None:
    assert encode_json(document) == encode_json(decode_json(encode_json(document)))
    assert encode_json({"b": 1, "a": 2}) == b'{"b":1,"a":2}'


@given(st.text(alphabet='[]{}":,0123456789.eE+-truefalsn\\u\ud83d \n', max_size=60) | st.binary(max_size=40))
def test_any_text_is_read_or_refused_and_nothing_else_happens(text: str | bytes) -> None:
    document = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    try:
        value = decode_json(document)
    except FormatError:
        return
    assert json.loads(document, parse_float=Decimal) == value  # what is accepted here, every reader reads alike


@pytest.mark.parametrize(
    ("text", "number"),
    [
        (b"0.10", "0.10"),
        (b"1.0", "1.0"),
        (b"123456789012345678901234567890.123456789", "123456789012345678901234567890.123456789"),
        (b"1e2", "1E+2"),
        (b"-0.00", "-0.00"),
    ],
)
def test_a_fraction_never_passes_through_a_float(text: bytes, number: str) -> None:
    value = decode_json(text)
    assert isinstance(value, Decimal)
    assert str(value) == number


def test_a_whole_number_is_exact_at_any_length_it_may_have() -> None:
    assert decode_json(b"9" * 4000) == 10**4000 - 1


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (b"", "is not JSON at character 0"),
        (b"{'a': 1}", "is not JSON at character 1"),
        (b"[1] 2", "is not JSON at character 4"),
        (b'"\x01"', "is not JSON at character 1"),
        (b"\xef\xbb\xbf1", "is not JSON at character 0"),
        (b'"\xff"', "is not UTF-8 at byte 1"),
        (b'"\xed\xa0\x80"', "is not UTF-8 at byte 1"),
        ('"x"'.encode("utf-16-le"), "is not JSON at character 1"),
        (b'{"a": 1, "a": 1}', "gives a name twice in one object"),
        (b'[{"deep": {"\\u0061": 1, "a": 2}}]', "gives a name twice in one object"),
        (b"NaN", "holds NaN, which is no number"),
        (b"[-Infinity]", "holds -Infinity, which is no number"),
        (b'"\\ud800"', "holds half of a surrogate pair"),
        (b'{"\\uDFFF": 1}', "holds half of a surrogate pair"),
        (b"9" * 5000, "holds a number of too many digits"),
        (b"0." + b"9" * 400, "holds a number of too many digits"),
        (b"[" + b"1," * 40_000 + b"9" * 401 + b"]", "holds a number of too many digits"),
        (b"[" + b"1," * 100_000 + b"1]", "has more than 100000 values"),
        (b"[" + b"[]," * 50_000 + b"1]", "has more than 100000 values"),
        (b"1e401", "holds a number with too large an exponent"),
        (b"1e-401", "holds a number with too large an exponent"),
        (b"0e999999", "holds a number with too large an exponent"),
        (b"1e" + b"9" * 30, "holds a number with too large an exponent"),
        (b"[" * 100_000, "is nested more than 64 deep"),
        (b"[" * 100_000 + b"]" * 100_000, "is nested more than 64 deep"),
        (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "is nested more than 64 deep"),
        (b"[" * 65 + b"]" * 65, "is nested more than 64 deep"),
    ],
    ids=lambda value: repr(value[:20]),
)
def test_a_text_that_is_not_exactly_one_document_is_refused(text: bytes, why: str) -> None:
    with pytest.raises(FormatError) as refused:
        decode_json(text)
    assert str(refused.value) == why


def test_a_long_text_of_numbers_is_read_as_a_short_one() -> None:
    assert decode_json(b"[" + b"12," * 40_000 + b"1.50]") == [*[12] * 40_000, Decimal("1.50")]


def test_a_whole_number_that_python_does_not_write_is_refused() -> None:
    with pytest.raises(FormatError, match="too many digits"):
        encode_json({"a": 10**4301})


def test_the_deepest_document_that_is_read_can_be_written_too() -> None:
    deepest = b"[" * MAX_DEPTH + b"1.5" + b"]" * MAX_DEPTH
    assert encode_json(decode_json(deepest)) == deepest


def test_brackets_inside_texts_make_nothing_deeper() -> None:
    assert decode_json(b'"' + b"[" * 1000 + b'"') == "[" * 1000


def test_a_whole_surrogate_pair_is_one_character() -> None:
    assert decode_json(b'"\\ud83d\\ude00"') == "\N{GRINNING FACE}"


def test_a_document_larger_than_its_limit_is_refused_before_it_is_read() -> None:
    with pytest.raises(FormatError, match="is larger than 3 bytes"):
        decode_json(b"[1,2", limit=3)


def test_dates_and_times_leave_as_iso_8601() -> None:
    noon = datetime.datetime(2027, 3, 31, 12, 0, 5, tzinfo=None)  # noqa: DTZ001 - a silo's local time has no zone
    summer = datetime.timezone(datetime.timedelta(hours=1))
    written = encode_json(
        [noon.date(), noon, noon.replace(tzinfo=datetime.UTC), noon.replace(tzinfo=summer), noon.time()]
    )
    assert decode_json(written) == [
        "2027-03-31",
        "2027-03-31T12:00:05",
        "2027-03-31T12:00:05Z",
        "2027-03-31T12:00:05+01:00",
        "12:00:05",
    ]


@pytest.mark.parametrize(
    ("value", "why"),
    [
        (b"bytes", "holds a value of type bytes, which JSON cannot say"),
        ({"a": {1}}, "holds a value of type set, which JSON cannot say"),
        pytest.param({"a": object()}, "holds a value of type object, which JSON cannot say", id="object"),
        ({1: "a"}, "has a name that is not text"),
        (float("nan"), "holds a number that is not finite"),
        ([Decimal("Infinity")], "holds a number that is not finite"),
        ([Decimal("sNaN")], "holds a number that is not finite"),
        ("\ud800", "holds half of a surrogate pair"),
        ({"\udfff": 1}, "holds half of a surrogate pair"),
    ],
    ids=repr,
)
def test_what_json_cannot_say_is_refused(value: object, why: str) -> None:
    with pytest.raises(FormatError) as refused:
        encode_json(value)
    assert str(refused.value) == why


def test_a_value_that_holds_itself_is_refused() -> None:
    value: list[object] = []
    value.append(value)
    with pytest.raises(FormatError, match="nested"):
        encode_json(value)


def test_a_floats_shortest_digits_are_written() -> None:
    assert encode_json([0.1, 1.0, 1e300]) == b"[0.1,1.0,1e300]"


def test_a_body_is_read_when_it_is_first_asked_and_once(monkeypatch: pytest.MonkeyPatch) -> None:
    reads = []
    monkeypatch.setattr("facade.formats.json.decode_json", lambda *given: reads.append(given) or {"a": 1})
    body = JsonObject(b"{}")
    assert reads == []
    assert (body["a"], body.get("b"), list(body), len(body)) == (1, None, ["a"], 1)
    assert len(reads) == 1


def test_an_empty_body_has_no_fields() -> None:
    assert dict(JsonObject(b"")) == {}


@pytest.mark.parametrize("body", [b"[]", b"not JSON", b'{"a":1,"a":2}', b'{"a":"' + b"x" * 65536 + b'"}'])
def test_a_body_that_is_no_json_object_says_so_each_time_it_is_asked(body: bytes) -> None:
    document = JsonObject(body)
    for _ in range(2):
        with pytest.raises(FormatError):
            document.get("a")


def test_a_body_shows_nothing_of_itself() -> None:
    assert repr(JsonObject(b'{"name": "Ada"}')) == "<JsonObject of 15 bytes>"
