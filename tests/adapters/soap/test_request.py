"""An envelope filled in: every value is the text of one element, and one that does not fit is the caller's mistake."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from soap_messages import COURTS, GET, ODD, service

from facade.port import BadArgument
from facade.testing import make_call

TYPES = "{urn:land-registry:types}"
LODGE = service(
    {
        "call": "LodgeApplication",
        "arguments": {
            "Kind": "{body.kind}",
            "Fee": "{body.fee:decimal}",
            "Applicant.Name": "{body.name}",
            "Applicant.Address.Line": "{body.line=}",
            "Applicant.Address.country": "{body.country=}",
            "Tags": "{body.tags=a}",
        },
    }
)
VALID = {"kind": "TRANSFER", "fee": 10, "name": "Ada"}


def lodged(**body):
    message = LODGE.request.fill(make_call("lodge", body=VALID | body))
    return etree.fromstring(message)[0][0]


def test_values_stand_in_their_elements():
    message = lodged(line="1 High St", country="GB", tags=" a  b ")
    texts = [(each.tag.removeprefix(TYPES), each.text) for each in message.iter() if each.text]
    assert texts == [("Kind", "TRANSFER"), ("Fee", "10"), ("Name", "Ada"), ("Line", "1 High St"), ("Tags", "a b")]
    assert message.find(f".//{TYPES}Address").get("country") == "GB"


def test_what_is_left_out_leaves_nothing_around_it():
    assert lodged().find(f".//{TYPES}Address") is None


def test_what_is_left_out_leaves_its_neighbours():
    address = lodged(country="GB").find(f".//{TYPES}Address")
    assert (len(address), address.get("country")) == (0, "GB")


def test_a_nillable_value_that_is_left_out_is_nil():
    message = service(GET).request.fill(make_call("get", path={"number": "AB1"}))
    caller = etree.fromstring(message)[0][0].find(f"{TYPES}Caller")
    assert caller.attrib == {"{http://www.w3.org/2001/XMLSchema-instance}nil": "true"}


def test_a_call_leaves_nothing_for_the_next():
    lodged(line="1 High St", country="GB")
    assert lodged().find(f".//{TYPES}Address") is None


@given(
    st.text(
        st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"], exclude_characters="￾￿"), min_size=1, max_size=40
    )
)
def test_no_text_is_ever_markup(text):
    message = lodged(name=text)
    assert message.find(f".//{TYPES}Name").text == text
    assert [each.tag for each in message] == [f"{TYPES}{name}" for name in ("Kind", "Fee", "Applicant", "Tags")]


def test_the_end_of_a_cdata_section_is_text():
    assert lodged(name="]]><x/><![CDATA[").find(f".//{TYPES}Name").text == "]]><x/><![CDATA["


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("name", "", "must have at least 1 characters"),
        ("name", "x" * 41, "must have at most 40 characters"),
        ("name", "a\x01b", "holds a character that XML cannot write"),
        ("name", "a\ufffe", "holds a character that XML cannot write"),
        ("kind", "LEASE", "must be one of the values that the WSDL lists"),
        ("fee", "1.255", "must have at most 2 digits after its point"),
        ("fee", -1, "must be at least 0"),
    ],
)
def test_a_value_that_does_not_fit_is_the_callers_mistake(field, value, words):
    with pytest.raises(BadArgument) as bad:
        lodged(**{field: value})
    assert (bad.value.field, bad.value.problem) == (f"{{body.{field}}}", words)


def test_a_pattern_is_checked():
    with pytest.raises(BadArgument, match="must match the pattern"):
        service(GET).request.fill(make_call("get", path={"number": "<AB1>"}))


def test_an_rpc_message_has_its_parts_in_the_operations_element():
    find = service({"call": "FindFines", "arguments": {"person": "{path.p}", "limit": "5"}}, COURTS, "Old")
    body = etree.fromstring(find.request.fill(make_call("find", path={"p": "<x>"})))[0]
    assert [each.tag for each in body] == ["{urn:courts}FindFines"]
    assert [(each.tag, each.text) for each in body[0]] == [("person", "<x>"), ("limit", "5")]


def test_a_message_of_several_parts_has_each_in_the_body():
    get = service({"call": "Get", "arguments": {"A.N": "{path.n:int}", "B": "x"}}, ODD)
    body = etree.fromstring(get.request.fill(make_call("get", path={"n": "5"})))[0]
    assert [each.tag for each in body] == ["{urn:t}A", "{urn:t}B"]
    assert (body[0][0].text, body[1].text) == ("5", "x")


def test_a_message_that_is_a_value_is_that_value():
    simple = service({"call": "Simple", "arguments": {"B": "{path.n}"}}, ODD)
    assert etree.fromstring(simple.request.fill(make_call("get", path={"n": "<5>"})))[0][0].text == "<5>"
