"""A page that many ask for at once is made once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from shown import whole

from facade.control.answers import HTML, Reply
from facade.control.overview import breathe
from facade.page.kept import FRESH, Kept


class Making:
    def __init__(self) -> None:
        self.made = 0
        self.now = 100.0
        self.kept = Kept(self.make, breathe, lambda: self.now)

    async def make(self) -> Reply:
        self.made += 1
        return Reply(200, HTML, self._pieces(), {"X": "y"})

    async def _pieces(self) -> AsyncIterator[bytes]:
        for piece in ("page ", str(self.made)):
            await asyncio.sleep(0)
            yield piece.encode()


async def test_all_who_ask_at_once_get_the_same_page() -> None:
    making = Making()
    replies = await asyncio.gather(*(making.kept.answer() for _ in range(10)))
    assert [await whole(reply.body) for reply in replies] == ["page 1"] * 10
    assert replies[0].headers == {"X": "y"}


async def test_it_is_made_anew_once_it_is_not_fresh() -> None:
    making = Making()
    await making.kept.answer()
    making.now += FRESH
    assert await whole((await making.kept.answer()).body) == "page 1"
    making.now += 0.001
    assert await whole((await making.kept.answer()).body) == "page 2"


async def test_one_that_could_not_be_made_is_tried_again() -> None:
    making = Making()
    make, making.made = making.kept._make, 5

    async def fail() -> Reply:
        raise ValueError("a defect")

    making.kept._make = fail
    results = await asyncio.gather(making.kept.answer(), return_exceptions=True)
    assert isinstance(results[0], ValueError)
    making.kept._make = make
    assert await whole((await making.kept.answer()).body) == "page 6"
