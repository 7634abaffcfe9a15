"""Many short texts become few bounded pieces, and nothing is lost between them."""

from __future__ import annotations

from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from facade.telemetry.exposition import SLICE_CHARACTERS, sliced

TEXTS = st.lists(st.text(max_size=20).map(lambda text: text * 400), max_size=40)


@given(TEXTS.map(lambda texts: [text.encode("utf-8", "replace").decode() for text in texts]))
def test_the_pieces_are_the_texts_in_order(texts: list[str]) -> None:
    assert b"".join(sliced(texts)).decode() == "".join(texts)


@given(st.lists(st.integers(0, 200).map(lambda length: "x" * length), max_size=400))
def test_every_piece_but_the_last_is_full_and_none_by_more_than_one_text(texts: list[str]) -> None:
    sizes = [len(piece) for piece in sliced(texts)]
    assert all(SLICE_CHARACTERS <= size < SLICE_CHARACTERS + 200 for size in sizes[:-1])


def test_half_a_character_does_not_stop_a_scrape() -> None:
    assert list(sliced(["a\ud800b"])) == [b"a?b"]


def test_nothing_makes_no_piece() -> None:
    assert list(sliced([])) == []


def test_a_text_is_not_asked_for_before_the_piece_it_belongs_to() -> None:
    asked = 0

    def texts() -> Iterator[str]:
        nonlocal asked
        while True:
            asked += 1
            yield "x" * SLICE_CHARACTERS

    pieces = sliced(texts())
    next(pieces)
    assert asked == 1
