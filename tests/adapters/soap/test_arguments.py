"""Arguments against the WSDL at load: what is unknown, missing or cannot fit is told at its key."""

from __future__ import annotations

import pytest
from soap_messages import COURTS, LAND, ODD, mistakes, service

from adapters.soap import ADAPTER
from adapters.soap.settings import SoapOperation, SoapSettings
from facade.testing import fake_files

TITLE = {"TitleNumber": "{path.number}", "Caller": "x"}
LODGE = {"Kind": "CHARGE", "Fee": "{body.fee:decimal}", "Applicant.Name": "{body.name}", "Year": "2026"}


def only(written, wsdl=LAND, port=None):
    (found,) = mistakes(written, wsdl, port)
    return found


def get(**arguments):
    return {"call": "GetTitleRegister", "arguments": TITLE | arguments}


def lodge(**arguments):
    return {"call": "LodgeApplication", "arguments": LODGE | arguments}


def test_arguments_that_fit_are_no_mistake():
    assert service(get(AsOf="{query.on:date=}", Depth="{query.depth:int=1}"))
    assert service(lodge())


def test_an_unknown_operation_is_told_with_those_there_are():
    key, words = only({"call": "GetTitle"})
    assert key == "call"
    assert words.endswith("has no operation 'GetTitle'; write GetTitleRegister, LodgeApplication")


def test_an_unknown_argument_is_told_with_those_there_are():
    key, words = only(get(TitleNo="x"))
    assert (key, words.partition(";")[0]) == ("arguments.TitleNo", "GetTitleRegister has no TitleNo")
    assert "TitleNumber" in words


def test_an_unknown_part_is_told_with_those_there_are():
    key, words = only(lodge(**{"Applicant.Nom": "x"}))
    assert key == "arguments.Applicant.Nom"
    assert words.endswith("write Applicant.Address, Applicant.Name")


def test_a_missing_required_argument_is_told():
    assert only({"call": "GetTitleRegister", "arguments": {"Caller": "x"}}) == (
        "arguments",
        "GetTitleRegister needs TitleNumber, and arguments has none; add TitleNumber",
    )


def test_a_missing_part_of_what_must_be_there_is_told():
    arguments = {name: value for name, value in LODGE.items() if name != "Applicant.Name"}
    assert only({"call": "LodgeApplication", "arguments": arguments}) == (
        "arguments",
        "LodgeApplication needs Applicant.Name, and arguments has none; add Applicant.Name",
    )


def test_a_choice_of_which_nothing_is_given_is_told():
    arguments = {name: value for name, value in LODGE.items() if name != "Year"}
    assert only({"call": "LodgeApplication", "arguments": arguments}) == (
        "arguments",
        "LodgeApplication needs one of Tags, Year, and arguments has none; add one",
    )


def test_a_choice_of_which_two_are_given_is_told():
    key, words = only(lodge(Tags="a b"))
    assert key == "arguments"
    assert words.endswith("give all that it needs, and one alternative of each choice")


def test_a_whole_that_has_parts_is_told():
    arguments = {name: value for name, value in LODGE.items() if name != "Applicant.Name"}
    _, words = only({"call": "LodgeApplication", "arguments": arguments | {"Applicant": "x"}})
    assert words == "Applicant is no value in LodgeApplication; give its parts: Applicant.Name, Applicant.Address"


def test_a_part_of_a_value_is_told():
    arguments = {name: value for name, value in LODGE.items() if name != "Applicant.Name"}
    _, words = only({"call": "LodgeApplication", "arguments": arguments | {"Applicant.Name.First": "x"}})
    assert words == "Name has no parts in LodgeApplication; write Name alone"


def test_a_whole_and_its_part_together_are_told():
    found = mistakes(lodge(Applicant="x"))
    assert any("as a whole and in parts" in words for _, words in found)


@pytest.mark.parametrize(
    ("name", "template", "words"),
    [
        ("AsOf", "{path.number:int}", "AsOf is of type date, which takes no :int; write :date or :str"),
        ("Depth", "{query.x:bool}", "Depth is of type short, which takes no :bool; write :int or :str"),
        ("Depth", "{query.x:decimal}", "Depth is of type short, which takes no :decimal; write :int or :str"),
        ("Depth", "40000", "Depth must be a whole number from -32768 to 32767, and this never is; write one that fits"),
        ("Depth", "{query.x:int=40000}", "Depth must be a whole number from -32768 to 32767, and this never is; "),
        ("TitleNumber", "{query.x=}", "TitleNumber must be there, and this may be nothing; "),
        ("TitleNumber", "ab", "TitleNumber must match the pattern that the WSDL gives, and this never is; "),
    ],
)
def test_a_template_that_cannot_fit_is_told(name, template, words):
    key, found = only(get(**{name: template}))
    assert key == f"arguments.{name}"
    assert found.startswith(words)


def test_an_operation_of_several_port_types_needs_a_port():
    key, words = only({"call": "FindFines"}, COURTS)
    assert (key, words.partition("; ")[2]) == ("call", "say which by settings.port: Modern, Old")


def test_an_unknown_port_is_told_with_those_there_are():
    _, words = only({"call": "FindFines"}, COURTS, "New")
    assert words == "the WSDL has no SOAP port 'New'; settings.port may be Modern, Old"


def test_the_kind_tells_each_mistake_at_its_key():
    settings = SoapSettings(wsdl=LAND.name, endpoint="http://127.0.0.1:1/")
    operations = {"get-title": SoapOperation.model_validate(get(TitleNo="x"))}
    (finding,) = ADAPTER.examine(settings, operations, LAND.parent, fake_files(LAND.parent))
    assert finding.key == "operations.get-title.arguments.TitleNo"


def test_a_wsdl_that_is_not_there_is_told_at_its_key():
    settings = SoapSettings(wsdl="gone.wsdl", endpoint="http://127.0.0.1:1/")
    (finding,) = ADAPTER.examine(settings, {}, LAND.parent, fake_files(LAND.parent))
    assert finding.key == "settings.wsdl"
    assert "gone.wsdl: gone.wsdl does not exist; create it" in finding.text


def test_a_message_that_is_a_value_needs_that_value():
    assert only({"call": "Simple"}, ODD) == ("arguments", "Simple needs B, and arguments has none; add B")
