import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facade.demo.records import CLAIMS, LICENCES, TITLES, claim, claims, encode, licence, title


@given(st.sampled_from(TITLES), st.sampled_from(LICENCES), st.sampled_from(CLAIMS))
def test_every_number_in_its_range_has_a_record_that_says_that_number(of_title: int, of_licence: int, of_claim: int):
    records = (title(f"DN{of_title}"), licence(f"L{of_licence}"), claim(f"C{of_claim}"))
    assert all(records)
    said = [json.loads(encode(record)) for record in records]
    assert [said[0]["number"], said[1]["number"], said[2]["reference"]] == [
        f"DN{of_title}",
        f"L{of_licence}",
        f"C{of_claim}",
    ]


@pytest.mark.parametrize(
    "number", ["", "DN", "DN1", "DN099999", "DN0100001", "dn100001", "100001", "DN100001 ", "DN10000\u0661", "DN200000"]
)
def test_a_number_that_was_never_given_has_no_title(number: str):
    assert title(number) is None


@given(st.text())
def test_any_text_at_all_may_be_asked_for(number: str):
    assert all(find(number) is None or number for find in (title, licence, claim))


def test_titles_differ():
    assert len({encode(title(f"DN{number}")) for number in TITLES[:500]}) == 500


def test_the_register_starts_with_every_claim_once():
    references = [known.reference for known in claims()]
    assert references == [f"C{number}" for number in CLAIMS]


def test_an_amount_keeps_its_pence():
    assert b'"amount":' in encode(claim("C1"))
    assert encode(claim("C1")).split(b".")[1][:2].isdigit()
