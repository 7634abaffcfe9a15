from __future__ import annotations

import datetime

import pytest

from facade.ending.words import between, listed, percent, written

MARCH = datetime.date(2027, 3, 12)


@pytest.mark.parametrize(
    ("first", "last", "told"),
    [
        ((2027, 3, 1), (2027, 3, 30), "between 1 and 30 March"),
        ((2027, 2, 27), (2027, 4, 3), "between 27 February and 3 April"),
        ((2026, 12, 27), (2027, 4, 3), "between 27 December 2026 and 3 April"),
        ((2027, 2, 27), (2028, 4, 3), "between 27 February and 3 April 2028"),
    ],
)
def test_a_span_has_no_more_than_is_clear_beside_its_day(first: tuple, last: tuple, told: str):
    assert between(datetime.date(*first), datetime.date(*last), MARCH) == told


@pytest.mark.parametrize(
    ("share", "told"),
    [(0, "0%"), (0.0004, "less than 0.1%"), (0.025, "2.5%"), (0.05, "5%"), (0.34, "34%"), (1, "100%")],
)
def test_a_share_that_is_something_is_never_told_as_nothing(share: float, told: str):
    assert percent(share) == told


def test_a_sentence_lists_a_few_names():
    assert listed(["a", "b"]) == "a, b"
    assert listed(list("abcdefgh")) == "a, b, c, d, e, and 3 more"
    assert written(MARCH) == "12 March 2027"
