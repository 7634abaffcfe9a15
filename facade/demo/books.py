"""The books of the two who take money, and whether they say what citizens were told.

Pure. Every payment of a demonstration has a reference of its own, and only what a citizen asked for can be in a book.
So if no citizen was failed, the books hold as many payments as citizens had answers, each reference stands there once
and each with what was due, then nobody paid twice and no payment was lost.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from facade.demo.citizens import PAYMENTS
from facade.demo.payments import due
from facade.demo.trouble import Trouble
from facade.routing.stage import Side

KEPT: Final = 100_000
"""Payments that a book keeps, some ten hours of `facade demo`; all are counted."""

TOLD: Final = frozenset({"amount", "reference"})
"""All that may leave for the provider, as externals/card-payments.yaml names it."""


@dataclass(slots=True)
class Book:
    """What one of them has taken: reference and pence of the latest, and how many altogether."""

    taken: int = 0
    entries: deque[tuple[str, int]] = field(default_factory=lambda: deque(maxlen=KEPT), repr=False)

    def enter(self, reference: str, pence: int) -> None:
        """A payment was taken."""
        self.taken += 1
        self.entries.append((reference, pence))


@dataclass(slots=True)
class Books:
    """Both books; of the provider's also how often a payment was asked for again, and what it was told of citizens."""

    cashier: Book = field(default_factory=Book)
    provider: Book = field(default_factory=Book)
    repeated: int = 0
    told: set[str] = field(default_factory=set)


def balance(books: Books, answered: Mapping[tuple[str, Side], int]) -> str:
    """The balance in words, once all citizens have their answers; `Trouble` where the books say something else."""
    by_cashier, by_provider = (answered.get((PAYMENTS, side), 0) for side in (Side.LEGACY, Side.PLATFORM))
    _require_same("the cashier", books.cashier.taken, by_cashier)
    _require_same("the provider", books.provider.taken + books.repeated, by_provider)
    _require_each_once([*books.cashier.entries, *books.provider.entries])
    if books.told != TOLD:
        raise Trouble(f"the provider: was told {_listed(books.told)}, where {_listed(TOLD)} may leave")
    return (
        f"# payments taken by the cashier {books.cashier.taken:,}, by the provider {books.provider.taken:,}: "
        f"each of them once, though {books.repeated:,} were asked for twice\n"
        f"# all that left for the provider: {_listed(books.told)}"
    )


def _require_same(who: str, taken: int, answered: int) -> None:
    if taken != answered:
        raise Trouble(f"{who}: {taken:,} payments in the book, where citizens were told of {answered:,}")


def _require_each_once(entries: list[tuple[str, int]]) -> None:
    twice = sum(times > 1 for times in Counter(reference for reference, _ in entries).values())
    wrong = sum(pence != due(reference) for reference, pence in entries)
    if twice or wrong:
        raise Trouble(f"the books: {twice:,} references were paid more than once, {wrong:,} with a wrong amount")


def _listed(names: set[str] | frozenset[str]) -> str:
    return ", ".join(sorted(names)) or "nothing"
