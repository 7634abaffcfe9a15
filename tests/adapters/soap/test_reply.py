"""What becomes of a reply: values by their types, and refusals of what the WSDL does not have."""

from __future__ import annotations

from decimal import Decimal

import pytest
from soap_messages import COURTS, ODD, answered, envelope, mistakes, service, title

from adapters.soap.wsdl import Version
from facade.port import SiloNonsense

CHARGE = '<Charge id="1"><Lender>Fenland</Lender></Charge>'


def read(inside: str = "", attributes: str = "") -> dict[str, object]:
    return answered(envelope(title(inside, attributes)))


def test_the_fields_are_the_elements_in_snake_case():
    assert read() == {"title_no": "AB1", "tenure": "Freehold", "any": []}


def test_a_list_with_one_child_stays_a_list():
    assert read(f"<Charges>{CHARGE}</Charges>")["charges"] == {"charge": [{"id": 1, "lender": "Fenland"}]}


def test_a_list_without_a_child_is_empty():
    assert read("<Charges/>")["charges"] == {"charge": []}


@pytest.mark.parametrize(
    "digits", ["1250000.10", "0.10", "-0.000000000000000000001", "123456789012345678901234567890.5"]
)
def test_a_decimal_keeps_its_digits(digits):
    assert Decimal(read(f"<Price>{digits}</Price>")["price"]).as_tuple() == Decimal(digits).as_tuple()


@pytest.mark.parametrize(
    ("written", "exact"), [("0.1", "0.1"), ("1.50E2", 150), ("100.10", "100.10"), (" 7.0 ", "7.0")]
)
def test_a_double_is_the_decimal_that_is_written(written, exact):
    assert read(f"<Area>{written}</Area>")["area"] == exact


@pytest.mark.parametrize("written", ["INF", "NaN", "1E999", "1E99999999", "0x10", "1,5", "", "٣"])
def test_a_number_that_json_cannot_say_is_nonsense(written):
    with pytest.raises(SiloNonsense, match="Area"):
        read(f"<Area>{written}</Area>")


def test_dates_and_times_stay_the_iso_text_that_they_are():
    fields = read("<Registered>2020-02-29Z</Registered><Changed>2020-02-29T23:59:59.1234567+01:00</Changed>")
    assert (fields["registered"], fields["changed"]) == ("2020-02-29Z", "2020-02-29T23:59:59.1234567+01:00")


@pytest.mark.parametrize("written", ["2021-02-29", "29/02/2020", "2020-02-29T00:00:00", "20200229"])
def test_a_day_that_does_not_exist_is_nonsense(written):
    with pytest.raises(SiloNonsense, match="Registered"):
        read(f"<Registered>{written}</Registered>")


@pytest.mark.parametrize(("written", "truth"), [("true", True), ("1", True), ("false", False), (" 0 ", False)])
def test_a_boolean_has_four_spellings(written, truth):
    assert read(f"<Leased>{written}</Leased>")["leased"] is truth


def test_a_boolean_of_another_spelling_is_nonsense_and_not_false():
    with pytest.raises(SiloNonsense, match="Leased must be true or false"):
        read("<Leased>yes</Leased>")


def test_what_is_nil_is_null_and_what_is_absent_is_no_field():
    fields = read('<Cancelled xsi:nil="true"/>')
    assert fields["cancelled"] is None
    assert "registered" not in fields


def test_an_attribute_is_a_field():
    assert read(attributes='edition="3"')["edition"] == 3


def test_text_beside_attributes_is_the_field_value():
    assert read('<Company number="007">Acme</Company>')["company"] == {"number": "007", "value": "Acme"}


def test_of_a_choice_only_what_came_is_there():
    fields = read("<Person>Ada</Person>")
    assert fields["person"] == "Ada"
    assert "company" not in fields


def test_elements_that_any_schema_may_give_are_a_list():
    fields = read('<x:Extra xmlns:x="urn:other"><x:A>1</x:A><x:A>2</x:A></x:Extra>')
    assert fields["any"] == [{"extra": {"a": ["1", "2"]}}]


def test_an_extension_is_read_as_the_type_it_names():
    second = '<Charge id="2" xsi:type="t:SecondCharge"><Lender>Dales</Lender><Rank>2</Rank></Charge>'
    assert read(f"<Charges>{second}</Charges>")["charges"] == {"charge": [{"id": 2, "lender": "Dales", "rank": 2}]}


def test_a_type_that_extends_nothing_of_it_is_not_believed():
    posing = '<Charge id="2" xsi:type="t:Company">Dales</Charge>'
    with pytest.raises(SiloNonsense, match="Charge has no Lender"):
        read(f"<Charges>{posing}</Charges>")


def test_comments_and_cdata_are_only_ways_to_write_text():
    assert read("<Person>A<!-- x -->d<![CDATA[a & <b>]]></Person>")["person"] == "Ada & <b>"


def test_an_element_in_no_namespace_is_not_the_silos():
    with pytest.raises(SiloNonsense):
        read('<Charges><Charge id="1" xmlns=""><Lender>x</Lender></Charge></Charges>')


@pytest.mark.parametrize(
    "inside",
    [
        "<Charges><Unknown>1</Unknown></Charges>",
        "<Price>1</Price><Price>2</Price>",
        "<Price><b>1</b></Price>",
        '<Price currency="GBP">1</Price>',
        "<?php x?>",
        "<Price>1<?php x?></Price>",
        '<Charges href="#id1"/>',
        '<Person href="#id1"/>',
        '<Charges e:ref="id1" xmlns:e="http://www.w3.org/2003/05/soap-encoding"/>',
        "<Charges><Charge><Lender>x</Lender></Charge></Charges>",
        '<Charges><Charge id="x"><Lender>x</Lender></Charge></Charges>',
        '<x:y xmlns:x="u"><?php x?></x:y>',
        '<x:y xmlns:x="u" href="#id1"/>',
        '<Person><xop:Include xmlns:xop="http://www.w3.org/2004/08/xop/include" href="cid:other"/></Person>',
    ],
)
def test_what_the_wsdl_does_not_have_is_nonsense(inside):
    with pytest.raises(SiloNonsense):
        read(inside)


def test_a_required_element_that_is_missing_is_named():
    message = envelope(
        '<GetTitleRegisterResponse xmlns="urn:land-registry:types"><TitleNo>A1</TitleNo></GetTitleRegisterResponse>'
    )
    with pytest.raises(SiloNonsense, match="GetTitleRegisterResponse has no Tenure"):
        answered(message)


def test_no_value_is_in_a_refusal():
    with pytest.raises(SiloNonsense) as nonsense:
        read("<Price>secret-7</Price>")
    assert "secret" not in str(nonsense.value)


def test_a_body_of_simple_type_is_the_field_value():
    lodge = service(LODGE)
    content = '<LodgeApplicationResponse xmlns="urn:land-registry:types">R-7</LodgeApplicationResponse>'
    assert answered(envelope(content), lodge) == {"value": "R-7"}


LODGE = {
    "call": "LodgeApplication",
    "arguments": {"Kind": "CHARGE", "Fee": "1", "Applicant.Name": "x", "Year": "2026"},
}


def test_an_rpc_answer_is_its_parts():
    find = service({"call": "FindFines", "arguments": {"person": "x", "limit": "1"}}, COURTS, "Modern")
    parts = "<fine><amount>12.50</amount></fine><total>1</total>"
    content = f'<c:FindFinesResponse xmlns:c="urn:courts">{parts}</c:FindFinesResponse>'
    assert answered(envelope(content, Version.SOAP_1_2), find) == {"fine": {"amount": "12.50"}, "total": 1}


def test_an_rpc_answers_parts_may_be_in_its_namespace_but_come_once():
    find = service({"call": "FindFines", "arguments": {"person": "x", "limit": "1"}}, COURTS, "Modern")
    fine = "<{0}fine><amount>12.50</amount></{0}fine>"
    content = (
        f'<c:FindFinesResponse xmlns:c="urn:courts">{fine.format("c:")}<c:total>1</c:total>%s</c:FindFinesResponse>'
    )
    assert answered(envelope(content % "", Version.SOAP_1_2), find) == {"fine": {"amount": "12.50"}, "total": 1}
    with pytest.raises(SiloNonsense, match="more than one fine"):
        answered(envelope(content % fine.format(""), Version.SOAP_1_2), find)


def test_a_soap_array_is_a_list():
    fines = service({"call": "ListFines", "arguments": {"person": "x"}}, COURTS)
    content = (
        '<c:ListFinesResponse xmlns:c="urn:courts"><fines><item><amount>1</amount></item></fines></c:ListFinesResponse>'
    )
    assert answered(envelope(content, Version.SOAP_1_2), fines) == {"fines": [{"amount": 1}]}


def test_an_operation_without_an_answer_takes_an_empty_one():
    note = service({"call": "Note", "arguments": {"text": "x"}, "writes": True}, COURTS)
    assert answered(b"", note, 202) == {}
    assert answered(envelope("", Version.SOAP_1_2), note) == {}


def test_two_names_that_become_one_field_are_a_mistake():
    ((key, words),) = mistakes({"call": "Clash"}, COURTS)
    assert key == "call"
    assert "caseId and Case_ID, which both become the field 'case_id'" in words


def test_groups_and_references_and_types_within_themselves_are_read():
    asked = service({"call": "Simple", "arguments": {"B": "x"}}, ODD)
    content = '<R xmlns="urn:t"><p>1</p><q><child><child/><B>z</B></child></q><p>2</p></R>'
    read = answered(envelope(content), asked)
    assert read == {"v": 3, "p": [1, 2], "q": [{"child": {"child": {}, "b": "z"}}], "twice": []}


def test_an_element_that_a_type_names_twice_is_a_list():
    asked = service({"call": "Simple", "arguments": {"B": "x"}}, ODD)
    content = '<R xmlns="urn:t"><twice><x>1</x><y>2</y><x>3</x></twice></R>'
    assert answered(envelope(content), asked)["twice"] == [{"x": [1, 3], "y": 2}]
