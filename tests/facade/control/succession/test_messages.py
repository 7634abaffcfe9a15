from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facade.control.succession.messages import (
    LONGEST,
    SOCKETS,
    Line,
    NotOffered,
    offer,
    read_offer,
    read_taken,
    taken,
)

words = st.text("abcdefghijklmnopqrstuvwxyz0123456789.:[]", min_size=1, max_size=60)


@given(st.lists(st.builds(Line, words, words), max_size=SOCKETS))
def test_an_offer_is_read_as_it_was_made(lines: list[Line]):
    made = offer(lines)
    assert read_offer(made) == lines
    assert len(made) <= LONGEST


def test_more_sockets_than_any_listeners_have_are_not_offered():
    with pytest.raises(ValueError, match="more sockets"):
        offer([Line("listen", "127.0.0.1:8080")] * (SOCKETS + 1))


def test_another_version_is_told_by_both_numbers():
    with pytest.raises(NotOffered, match="it speaks version 7 of this, and this program version 1"):
        read_offer(b"speaks 7")


@given(st.binary(max_size=200))
def test_whatever_else_comes_makes_no_sense_and_does_no_harm(answer: bytes):
    try:
        lines = read_offer(answer)
    except NotOffered:
        return
    assert offer(lines) == answer


@pytest.mark.parametrize(
    "answer",
    [b"listening 2", b"listening 1\nlisten", b"listening 1\na b c", b"listening 1\n", b"listening 1\nlisten \xff"],
)
def test_an_answer_that_is_no_offer_is_refused(answer: bytes):
    with pytest.raises(NotOffered, match="makes no sense"):
        read_offer(answer)


def test_too_many_lines_are_refused():
    with pytest.raises(NotOffered):
        read_offer(b"listening 1" + b"\na b" * (SOCKETS + 1))


@given(st.frozensets(st.sampled_from(["listen", "observe", "admin"])))
def test_what_a_successor_took_is_read_as_it_was_said(names: frozenset[str]):
    assert read_taken(taken(sorted(names)), ["listen", "observe", "admin"]) == names


@pytest.mark.parametrize("said", [b"", b"taken else", b"taken ", b"taken \xff", b"serving", b"listen"])
def test_one_that_does_not_say_what_it_took_has_all_that_it_was_handed(said: bytes):
    assert read_taken(said, ["listen", "admin"]) == {"listen", "admin"}
