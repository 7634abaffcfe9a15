"""Facets are held against callers' values, and no pattern can be made slow by one."""

from __future__ import annotations

import pytest
from lxml import etree

from adapters.soap.facets import check_facets, is_cheap, restrictions
from adapters.soap.lexical import Misfit


def known(types):
    schema = (
        f'<schema xmlns="http://www.w3.org/2001/XMLSchema" xmlns:t="urn:t" targetNamespace="urn:t">{types}</schema>'
    )
    return restrictions(iter([etree.fromstring(schema)]))


def restricted(*facets, base="string", name="T"):
    written = "".join(f'<{facet} value="{value}"/>' for facet, value in facets)
    return f'<simpleType name="{name}"><restriction base="{base}">{written}</restriction></simpleType>'


def fits(text, types, name="{urn:t}T"):
    try:
        check_facets(text, name, known(types))
    except Misfit as misfit:
        return str(misfit)
    return True


@pytest.mark.parametrize(
    ("facets", "good", "bad", "words"),
    [
        ([("length", "2")], "ab", "abc", "must have 2 characters"),
        ([("minLength", "2")], "ab", "a", "must have at least 2 characters"),
        ([("maxLength", "2")], "ab", "abc", "must have at most 2 characters"),
        ([("enumeration", "A"), ("enumeration", "B")], "B", "C", "must be one of the values that the WSDL lists"),
        ([("pattern", "a+"), ("pattern", "b+")], "bb", "ab", "must match the pattern that the WSDL gives"),
        ([("minInclusive", "1.5")], "1.5", "1.4", "must be at least 1.5"),
        ([("maxInclusive", "1.5")], "1.5", "1.6", "must be at most 1.5"),
        ([("minExclusive", "1")], "2", "1", "must be more than 1"),
        ([("maxExclusive", "1")], "0", "1", "must be less than 1"),
        ([("totalDigits", "3")], "-012.30", "12.34", "must have at most 3 digits"),
        ([("fractionDigits", "1")], "1.50", "1.55", "must have at most 1 digits after its point"),
    ],
)
def test_each_facet_is_held(facets, good, bad, words):
    assert fits(good, restricted(*facets)) is True
    assert fits(bad, restricted(*facets)) == words


def test_the_facets_of_what_a_type_restricts_are_held_too():
    types = restricted(("maxLength", "3")) + restricted(("minLength", "2"), base="t:T", name="U")
    assert fits("abcd", types, "{urn:t}U") == "must have at most 3 characters"
    assert fits("a", types, "{urn:t}U") == "must have at least 2 characters"


def test_a_type_that_restricts_itself_ends():
    assert fits("ab", restricted(("maxLength", "3"), base="t:T")) is True


def test_the_type_of_an_element_of_its_own_is_known_by_the_elements_name():
    inline = '<element name="E">' + restricted(("maxLength", "1")).replace(' name="T"', "") + "</element>"
    assert fits("ab", inline, "{urn:t}E") == "must have at most 1 characters"


def test_of_two_elements_with_different_types_of_their_own_nothing_is_known():
    one = '<element name="E">' + restricted(("maxLength", "1")).replace(' name="T"', "") + "</element>"
    assert fits("ab", f"<group>{one}</group>" + one.replace('"1"', '"5"'), "{urn:t}E") is True


@pytest.mark.parametrize("facet", [("minInclusive", "2020-01-01"), ("maxLength", "x"), ("pattern", "[")])
def test_a_facet_that_cannot_be_read_is_left_to_the_silo(facet):
    assert fits("ab", restricted(facet)) is True


@pytest.mark.parametrize("pattern", ["[A-Z]{2}[0-9]{6}[A-D]?", "[0-9]{3}-[0-9]{2}", "(A|B)?[0-9]+", r"\d{1,5}\.\d{2}"])
def test_the_patterns_of_codes_are_checked(pattern):
    assert is_cheap(pattern)


@pytest.mark.parametrize(
    "pattern",
    ["(a+)+b", "(a|a)*b", "(a{1,20}){1,20}", "a*a*a*b", ".*.*.*x", r"\p{L}+", r"\i\c*", "[a-z-[aeiou]]", "(?=x)", "^a"],
)
def test_patterns_that_could_be_slow_or_mean_another_thing_are_left_to_the_silo(pattern):
    assert not is_cheap(pattern)
