"""Each storage's bytes: known ones read and written, and any value back as itself."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facade.formats.copybook import FieldError, Numbers, Record, read_copybook

PAGES = ("cp037", "cp285", "cp1146", "cp500", "cp1047", "ascii", "latin-1")


def record(clauses: str, page: str = "cp037", numbers: Numbers | None = None) -> Record:
    return Record(read_copybook("f.cpy", f"01 F {clauses}."), page, numbers)


GOLDEN = [
    ("PIC X(5)", "cp037", "$5", "5bf5404040"),
    ("PIC X(5)", "cp285", "£5", "5bf5404040"),
    ("PIC X(5)", "cp1146", "€£", "9f5b404040"),
    ("PIC X(5)", "ascii", "a-b", "612d622020"),
    ("PIC X(5) JUST RIGHT", "cp037", "AB", "404040c1c2"),
    ("PIC 9(4)", "cp037", 42, "f0f0f4f2"),
    ("PIC 9(4)", "ascii", 42, "30303432"),
    ("PIC S9(3)", "cp037", 123, "f1f2c3"),
    ("PIC S9(3)", "cp037", -123, "f1f2d3"),
    ("PIC S9(3)", "ascii", 120, "313230"),
    ("PIC S9(3)", "ascii", -120, "313270"),
    ("PIC S9(3)V99", "cp037", Decimal("-1.50"), "f0f0f1f5d0"),
    ("PIC S9(3) SIGN LEADING", "cp037", -123, "d1f2f3"),
    ("PIC S9(3) LEADING SEPARATE", "cp037", -123, "60f1f2f3"),
    ("PIC S9(3) TRAILING SEPARATE", "ascii", 123, "3132332b"),
    ("PIC 9(3) BLANK WHEN ZERO", "cp037", 0, "404040"),
    ("PIC S9(5) COMP-3", "cp037", -12345, "12345d"),
    ("PIC S9(4) COMP-3", "cp037", 1234, "01234c"),
    ("PIC 9(3)V9 COMP-3", "cp037", Decimal("123.4"), "01234f"),
    ("PIC S9(4) COMP", "cp037", -2, "fffe"),
    ("PIC 9(9) COMP", "ascii", 258, "00000102"),
    ("PIC S9(4) COMP-5", "cp037", 32767, "7fff"),
    ("PIC S9(4) COMP-5", "ascii", 258, "0201"),
    ("PIC S9(3)PP", "cp037", 12300, "f1f2c3"),
    ("PIC VPP99", "cp037", Decimal("0.0012"), "f1f2"),
    ("PIC 9(3)P(3) COMP-3", "cp037", 12000, "012f"),
    ("COMP-1", "cp037", Decimal("-118.625"), "c276a000"),
    ("COMP-1", "cp037", Decimal("0.1"), "4019999a"),
    ("COMP-2", "cp037", Decimal(1), "4110000000000000"),
    ("COMP-1", "ascii", Decimal("0.1"), "cdcccc3d"),
    ("COMP-2", "ascii", Decimal("0.1"), "9a9999999999b93f"),
    ("COMP-2", "ascii", Decimal(100), "0000000000005940"),
]


@pytest.mark.parametrize(("clauses", "page", "value", "raw"), GOLDEN)
def test_known_values_are_known_bytes(clauses: str, page: str, value: object, raw: str) -> None:
    codec = record(clauses, page)
    assert codec.encode({"f": value}).hex() == raw
    read = codec.decode(bytes.fromhex(raw))["f"]
    assert (read, type(read), str(read)) == (value, type(value), str(value))


@pytest.mark.parametrize(
    ("clauses", "raw", "value"),
    [
        ("PIC S9(3)", "f1f2f3", 123),
        ("PIC S9(3)", "f1f2b3", -123),
        ("PIC 9(3)", "f1f2c3", 123),
        ("PIC S9(3)V9", "f0f0f0d0", Decimal("0.0")),
        ("PIC S9(3) COMP-3", "123a", 123),
        ("PIC S9(3) COMP-3", "123b", -123),
        ("PIC S9(3) COMP-3", "123f", 123),
        ("PIC S9V99 COMP-3", "000d", Decimal("0.00")),
        ("PIC 9(3) COMP-3", "123c", 123),
        ("PIC X(3)", "000000", ""),
        ("PIC X(3)", "c10000", None),
    ],
)
def test_other_signs_are_read_and_minus_zero_is_zero(clauses: str, raw: str, value: object) -> None:
    codec = record(clauses)
    if value is None:
        with pytest.raises(FieldError, match="F holds a byte that is no text in code page cp037"):
            codec.decode(bytes.fromhex(raw))
    else:
        read = codec.decode(bytes.fromhex(raw))["f"]
        assert (read, str(read)) == (value, str(value))


@pytest.mark.parametrize(
    ("clauses", "raw", "words"),
    [
        ("PIC 9(3)", "404040", "holds spaces where a number must be"),
        ("PIC 9(3)", "000000", "holds low-values where a number must be"),
        ("PIC S9(3)", "ffffff", "holds high-values where a number must be"),
        ("PIC 9(3)", "f1f240", "holds what is no number"),
        ("PIC 9(3)", "f1f2d3", "holds a minus sign, which its PICTURE has not"),
        ("PIC S9(3) LEADING SEPARATE", "f0f1f2f3", "holds what is no number"),
        ("PIC S9(3) COMP-3", "4040", "holds spaces where a number must be"),
        ("PIC S9(3) COMP-3", "0000", "holds low-values where a number must be"),
        ("PIC S9(3) COMP-3", "1234", "holds what is no number"),
        ("PIC S9(3) COMP-3", "1a3c", "holds what is no number"),
        ("PIC S9(2) COMP-3", "123c", "holds more digits than its PICTURE has"),
        ("PIC 9(3) COMP-3", "123d", "holds a minus sign"),
        ("PIC S9(4) COMP", "7fff", "a program compiled with TRUNC(BIN) means COMP-5"),
        ("PIC X(3)", "c115c1", "no text in code page"),
        ("PIC X(3)", "c125c1", "no text in code page"),
        ("PIC X(3)", "c100c1", "no text in code page"),
    ],
)
def test_bytes_that_do_not_fit_are_told_by_field_and_never_shown(clauses: str, raw: str, words: str) -> None:
    with pytest.raises(FieldError) as wrong:
        record(clauses).decode(bytes.fromhex(raw))
    assert wrong.value.field == "F"
    assert words in wrong.value.problem


def test_what_is_no_float_is_refused() -> None:
    for raw in ("0000807f", "0000c07f"):
        with pytest.raises(FieldError, match="F holds what is no number"):
            record("COMP-1", "ascii").decode(bytes.fromhex(raw))


@pytest.mark.parametrize(
    ("clauses", "value", "words"),
    [
        ("PIC X(3)", "abcd", "is too long: it has room for 3 characters"),
        ("PIC X(3)", "日", "holds a character that code page cp037 has not"),
        ("PIC X(3)", "a\nb", "holds a character"),
        ("PIC X(3)", "a\x85", "holds a character"),
        ("PIC X(3)", "a\0", "holds a character"),
        ("PIC X(3)", True, "must be text"),
        ("PIC X(3)", Decimal("1E+999"), "has too many digits"),
        ("PIC 9(3)", 1000, "has too many digits: it has room for 3"),
        ("PIC 9(3)", -1, "must not be negative"),
        ("PIC 9(3)", "12x", "must be a number"),
        ("PIC 9(3)", "١٢", "must be a number"),
        ("PIC 9(3)", True, "must be a number"),
        ("PIC 9(3)", Decimal("1.5"), "is not a whole number of its units"),
        ("PIC 9(3)", Decimal("1E+999999"), "has too many digits"),
        ("PIC 9(3)", Decimal("NaN"), "has too many digits"),
        ("PIC S9(3)V99", Decimal("1.005"), "has more than 2 decimal places"),
        ("PIC S9(3)V99", "1000.00", "has too many digits: it has room for 5"),
        ("PIC S9(3)PP", 12345, "is not a whole number of its units"),
        ("PIC S9(3) COMP-3", 1000, "has too many digits"),
        ("PIC 9(3) COMP-3", -1, "must not be negative"),
        ("PIC S9(4) COMP", 10000, "has too many digits: it has room for 4"),
        ("PIC S9(4) COMP-5", 32768, "it has room for 15 bits"),
        ("PIC 9(4) COMP-5", -1, "must not be negative"),
        ("COMP-1", Decimal("0.123456789"), "has more digits than a floating-point field holds"),
        ("COMP-1", Decimal("1E+80"), "is too large or too small"),
        ("COMP-2", Decimal("1E-90"), "is too large or too small"),
    ],
)
def test_a_value_that_does_not_fit_is_refused_and_never_cut(clauses: str, value: object, words: str) -> None:
    with pytest.raises(FieldError) as wrong:
        record(clauses).encode({"f": value})
    assert words in wrong.value.problem
    assert str(value) not in str(wrong.value)


def test_a_number_may_be_given_as_text_and_a_day_as_its_digits() -> None:
    import datetime

    assert record("PIC 9(8)", "ascii").encode({"f": datetime.date(2027, 3, 31)}) == b"20270331"
    assert record("PIC X(10)", "ascii").encode({"f": datetime.date(2027, 3, 31)}) == b"2027-03-31"
    assert record("PIC S9(3)V99", "ascii").encode({"f": "-1.5"}) == b"0015p"
    assert record("PIC X(5)", "ascii").encode({"f": Decimal("1.50")}) == b"1.50 "


# Any value that fits comes back as itself, in every storage and code page


@st.composite
def numbers(draw: st.DrawFn) -> tuple[str, Any]:
    digits = draw(st.integers(1, 18))
    scale = draw(st.integers(0, digits))
    signed = draw(st.booleans())
    usage = draw(st.sampled_from(["", "COMP-3", "COMP", "COMP-5", "LEADING", "LEADING SEPARATE", "TRAILING SEPARATE"]))
    if "ING" in usage and not signed:
        usage = ""
    form = draw(st.sampled_from(["plain", "before", "after"]))
    nines = f"9({digits - scale})" if digits > scale else ""
    picture = f"{nines}V9({scale})" if scale else nines
    if form == "before":
        scale, picture = digits + 2, f"VPP9({digits})"
    if form == "after":
        scale, picture = -3, f"9({digits})PPP"
    most = 10**digits - 1
    whole = draw(st.integers(-most if signed else 0, most))
    value: Any = Decimal(whole).scaleb(-scale) if scale > 0 else whole * 10**-scale
    return f"PIC {'S' if signed else ''}{picture} {usage}", value


@given(numbers(), st.sampled_from(PAGES), st.sampled_from(Numbers))
def test_any_number_comes_back_as_itself(case: tuple[str, Any], page: str, machine: Numbers) -> None:
    clauses, value = case
    codec = record(clauses, page, machine)
    raw = codec.encode({"f": value})
    assert len(raw) == codec.most
    back = codec.decode(raw)["f"]
    assert (back, type(back)) == (value, type(value))


@given(st.text(max_size=12), st.sampled_from(PAGES), st.booleans())
def test_any_text_of_the_code_page_comes_back_or_is_refused(text: str, page: str, justified: bool) -> None:
    codec = record(f"PIC X(12) {'JUST' if justified else ''}", page)
    try:
        raw = codec.encode({"f": text})
    except FieldError:
        return
    assert codec.decode(raw)["f"] == (text.lstrip(" ") if justified else text.rstrip(" "))


@given(st.binary(min_size=8, max_size=8), st.sampled_from(["COMP-1", "COMP-2"]), st.sampled_from(Numbers))
def test_any_float_is_read_as_a_number_that_is_written_as_it(raw: bytes, usage: str, machine: Numbers) -> None:
    codec = record(usage, "cp037", machine)
    try:
        value = codec.decode(raw[: codec.most])["f"]
    except FieldError:
        return
    assert codec.decode(codec.encode({"f": value}))["f"] == value


@given(st.binary(min_size=6, max_size=6), st.sampled_from([clauses for clauses, *_ in GOLDEN]), st.sampled_from(PAGES))
def test_any_bytes_are_read_or_refused(raw: bytes, clauses: str, page: str) -> None:
    codec = record(clauses, page)
    raw = raw.ljust(codec.most, raw[:1])[: codec.most]
    try:
        value = codec.decode(raw)["f"]
    except FieldError:
        return
    assert codec.decode(codec.encode({"f": value}))["f"] == value
