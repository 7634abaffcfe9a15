"""The books balance, or the story ends in words."""

from __future__ import annotations

import dataclasses

import pytest

from facade.demo import books
from facade.demo.books import TOLD, Book, Books, balance
from facade.demo.citizens import PAYMENTS, ROUTE
from facade.demo.payments import due, reference
from facade.demo.trouble import Trouble
from facade.routing.stage import Side

ANSWERED = {(PAYMENTS, Side.LEGACY): 3, (PAYMENTS, Side.PLATFORM): 3, (ROUTE, Side.LEGACY): 700}


def book(*numbers: int) -> Book:
    made = Book()
    for number in numbers:
        made.enter(reference(number), due(reference(number)))
    return made


def right() -> Books:
    return Books(book(1, 2, 3), book(4, 5), repeated=1, told=set(TOLD))


def test_books_that_balance_are_told_in_figures():
    assert balance(right(), ANSWERED) == (
        "# payments taken by the cashier 3, by the provider 2: each of them once, though 1 were asked for twice\n"
        "# all that left for the provider: amount, reference"
    )


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"cashier": book(1, 2)}, "the cashier: 2 payments in the book, where citizens were told of 3"),
        ({"cashier": book(1, 2, 3, 6)}, "the cashier: 4 payments"),
        ({"provider": book(4)}, "the provider: 2 payments in the book, where citizens were told of 3"),
        ({"repeated": 0}, "the provider: 2 payments"),
        ({"provider": book(4, 4)}, "1 references were paid more than once, 0 with a wrong amount"),
        ({"provider": book(3, 4)}, "1 references were paid more than once"),
        ({"told": {*TOLD, "nino"}}, "was told amount, nino, reference, where amount, reference may leave"),
        ({"told": set()}, "was told nothing"),
    ],
)
def test_books_that_say_something_else_end_the_story(wrong: dict[str, object], why: str):
    with pytest.raises(Trouble, match=why):
        balance(dataclasses.replace(right(), **wrong), ANSWERED)


def test_a_wrong_amount_is_found():
    found = right()
    found.provider.entries[0] = (reference(4), due(reference(4)) + 1)
    with pytest.raises(Trouble, match="1 with a wrong amount"):
        balance(found, ANSWERED)


def test_without_payments_nothing_was_told():
    with pytest.raises(Trouble, match="was told nothing"):
        balance(Books(), {})


def test_a_book_counts_all_and_keeps_the_latest(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(books, "KEPT", 3)
    kept = book(*range(5))
    assert (kept.taken, [entry[0] for entry in kept.entries]) == (5, [reference(number) for number in (2, 3, 4)])
