"""Whom a brown-out refuses and what it says; a rehearsal that is long in sum is none."""

from __future__ import annotations

import datetime
import json
from dataclasses import dataclass
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facade.ending.brownouts import LONGEST, State, crowded, problem, refusing, state
from facade.routing.notice import Brownout
from facade.routing.route import Key, KeyKind

START = datetime.datetime(2027, 1, 12, 10, tzinfo=datetime.UTC)
HOUR = datetime.timedelta(hours=1)
AT = START.timestamp()


@dataclass
class Facts:
    """A call of a known caller, or of an unknown one."""

    caller: bytes | None = None

    def key(self, key: Key) -> bytes | None:
        assert key.kind is KeyKind.CALLER
        return self.caller

    def values(self, key: Key) -> tuple[bytes, ...]:
        raise AssertionError(key)


def brownout(start: datetime.datetime = START, length: datetime.timedelta = HOUR, **more) -> Brownout:
    return Brownout(start, start + length, "the end is near", **(more or {"share": Fraction(1)}))


@pytest.mark.parametrize(
    ("now", "refuses"), [(AT - 0.001, False), (AT, True), (AT + 3599.999, True), (AT + 3600, False)]
)
def test_it_refuses_from_its_first_moment_to_before_its_last(now: float, refuses: bool):
    assert (refusing([brownout()], now, Facts(), lambda: 0.0) is not None) == refuses


@given(st.fractions(0, 1), st.floats(0, 1, exclude_max=True))
def test_a_share_is_drawn_call_by_call(share: Fraction, drawn: float):
    found = refusing([brownout(share=share)], AT, Facts(), lambda: drawn)
    assert (found is not None) == (drawn < share)


def test_callers_are_refused_by_name_and_nobody_else():
    named = [brownout(callers=frozenset({"bailiffs"}))]
    assert refusing(named, AT, Facts(b"bailiffs"), lambda: 0.0) is named[0]
    assert refusing(named, AT, Facts(b"courts"), lambda: 0.0) is None
    assert refusing(named, AT, Facts(), lambda: 0.0) is None


def test_of_several_the_one_that_is_on_refuses():
    later = brownout(START + 2 * HOUR)
    assert refusing([brownout(), later], later.begins, Facts(), lambda: 0.0) is later


@given(st.floats(0, 3599.999))
def test_it_says_why_since_when_until_when_and_when_to_come_again(after: float):
    told = problem(brownout(), AT + after)
    document = json.loads(told.document("1"))
    assert (document["status"], document["type"], document["title"]) == (
        503,
        "urn:problem:brownout",
        "Planned brown-out",
    )
    assert (document["from"], document["until"]) == ("2027-01-12T10:00:00+00:00", "2027-01-12T11:00:00+00:00")
    assert document["why"] == "the end is near"
    assert "the end is near" in document["detail"]
    assert told.retry_after is not None
    assert after + told.retry_after >= 3600
    assert told.retry_after <= 3600 - after + 1


@pytest.mark.parametrize(
    ("now", "stopped", "where"),
    [
        (AT - 1, False, State.AHEAD),
        (AT, False, State.ON),
        (AT - 1, True, State.STOPPED),
        (AT, True, State.STOPPED),
        (AT + 3600, False, State.OVER),
        (AT + 3600, True, State.OVER),
    ],
)
def test_where_it_is_in_time(now: float, stopped: bool, where: State):
    assert state(brownout(), now, stopped=stopped) is where


def test_brownouts_that_follow_each_other_are_as_long_as_one():
    half = [brownout(START + number * 3 * HOUR, LONGEST / 4) for number in range(5)]
    assert crowded(half[:4]) is None
    assert crowded(half) is half[0]
    assert crowded([*half[:4], brownout(START + datetime.timedelta(days=1), LONGEST / 4)]) is None
