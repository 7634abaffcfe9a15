"""XML both ways, and the law that a document keeps before any parser sees it."""

from __future__ import annotations

import contextlib
import tracemalloc
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facade.formats import FormatError
from facade.formats import xml as module
from facade.formats.xml import decode_xml, encode_xml, plain_xml

TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"], exclude_characters="￾￿"), min_size=1)


@given(st.dictionaries(st.sampled_from(["a", "b_c", "d2"]), st.one_of(TEXTS, st.lists(TEXTS, min_size=2, max_size=3))))
def test_fields_are_themselves_again(fields):
    assert decode_xml(encode_xml("root", fields)) == {"root": fields or ""}


def test_values_become_their_text():
    fields = {"yes": True, "price": Decimal("1E+2"), "none": None, "in": {"n": 1}}
    assert encode_xml("r", fields) == b"<r><yes>true</yes><price>100</price><in><n>1</n></in></r>"


def test_names_that_may_repeat_are_lists_with_one_child_too():
    assert decode_xml(b"<r><a>1</a></r>", lists=["a"]) == {"r": {"a": ["1"]}}


@pytest.mark.parametrize(
    ("document", "fields"),
    [
        (b"<case/>", {"case": {"note": []}}),
        (b"<case><note>1</note></case>", {"case": {"note": ["1"]}}),
        (b"<case note='1'/>", {"case": {"note": ["1"]}}),
        (b"<cases><case/><note>1</note></cases>", {"cases": {"case": "", "note": "1"}}),
        (b"<p:Case xmlns:p='urn:x'> </p:Case>", {"case": {"note": []}}),
    ],
)
def test_a_list_that_is_told_by_its_path_is_one_there_and_empty_where_nothing_is(document, fields):
    assert decode_xml(document, lists=["Case.note"]) == fields


def test_every_element_of_a_path_has_its_own_list():
    lists = ["cases.case", "cases.case.note"]
    document = b"<cases><case><note>1</note></case><case/></cases>"
    assert decode_xml(document, lists=lists) == {"cases": {"case": [{"note": ["1"]}, {"note": []}]}}


def test_text_between_elements_is_one_value():
    assert decode_xml(b"<a>x<b/>y<b/>z</a>") == {"a": {"b": ["", ""], "value": "xyz"}}


@pytest.mark.parametrize("before", [b"<!--" + b"a-" * 500_000 + b"b-->", b" " * 1_000_000, b"<!---->" * 140_000])
def test_what_stands_before_the_root_costs_no_more_memory_than_its_length(before):
    document = before + b"<a/>"
    tracemalloc.start()
    try:
        assert plain_xml(document) == document
        assert tracemalloc.get_traced_memory()[1] < 3 * len(document)
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("before", [b"<!-->", b"<!-- -- -->", b"<!--->-->", b"<!-- a", b"<!--a--b-->"])
def test_no_comment_hides_a_document_type(before):
    with pytest.raises(FormatError):
        decode_xml(before + b"<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>")


def test_text_beside_attributes_is_a_value():
    assert decode_xml(b'<p:r xmlns:p="urn:x" id="1">text</p:r>') == {"r": {"id": "1", "value": "text"}}


@pytest.mark.parametrize("name", ["", "1a", "a b", "a>", "<x/>"])
def test_a_name_that_xml_has_not_is_refused(name):
    with pytest.raises(FormatError, match="name"):
        encode_xml("r", {name: "x"})


@pytest.mark.parametrize("text", ["a\0", "\x1b[31m", "\ud800", "\ufffe"])
def test_a_character_that_xml_cannot_write_is_refused(text):
    with pytest.raises(FormatError, match="character"):
        encode_xml("r", {"a": text})


def test_nesting_ends_somewhere():
    with pytest.raises(FormatError, match="deep"):
        decode_xml(b"<a>" * 100 + b"</a>" * 100)
    fields: dict[str, object] = {}
    for _ in range(100):
        fields = {"a": fields}
    with pytest.raises(FormatError, match="deep"):
        encode_xml("r", fields)


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"text",
        b"<a>",
        b"<a/><b/>",
        b"<a><?php x?></a>",
        b"<?php x?><a/>",
        b"<!DOCTYPE a><a/>",
        b"<!-- c --> <!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>",
        b"<a>&x;</a>",
        b"<?xml version='1.1'?><a/>",
        b"<?xml version='1.0' encoding='utf-7'?><a/>",
        b"<?xml version='1.0' encoding='utf-16'?><a/>",
        "<a/>".encode("utf-16-le"),
        "<a/>".encode("utf-32"),
        "<a/>".encode("cp037"),
        b"\xef\xbb\xbf\xef\xbb\xbf<a/>",
        b"<a>\xff</a>",
        b"<a>\0</a>",
    ],
)
def test_what_breaks_the_law_is_refused(document):
    with pytest.raises(FormatError):
        decode_xml(document)


@given(st.binary(max_size=200) | st.text("<>!?-[]&;ax= '\"/", max_size=60).map(str.encode))
def test_any_bytes_are_read_or_refused(document):
    with contextlib.suppress(FormatError):
        decode_xml(document)


@pytest.mark.parametrize("bound", ["MAX_TAGS", "MAX_ATTRIBUTES"])
def test_elements_and_attributes_end_somewhere(monkeypatch, bound):
    monkeypatch.setattr(module, bound, 3)
    with pytest.raises(FormatError, match="more than 3"):
        plain_xml(b"<a b='1' c = '2' d=\n'3' e='4'><x/><x/></a>")


def test_attributes_are_counted_step_by_step(monkeypatch):
    monkeypatch.setattr(module, "MAX_ATTRIBUTES", 30)
    monkeypatch.setattr(module, "_LOOK", 64)
    with pytest.raises(FormatError, match="more than 30"):
        plain_xml(b"<a " + b"b='' " * 40 + b"/>")
    assert plain_xml(b"<a>" + b"= = " * 40 + b"</a>")


def test_a_mark_says_the_encoding():
    for encoding in ("utf-8-sig", "utf-16"):
        assert plain_xml("<a>ë</a>".encode(encoding)) == "<a>ë</a>".encode()


def test_the_transport_says_the_encoding():
    assert plain_xml(b"<a>\xeb</a>", "ISO-8859-1") == "<a>ë</a>".encode()
    assert plain_xml("<a>ë</a>".encode("utf-16-be"), "utf-16") == "<a>ë</a>".encode()
