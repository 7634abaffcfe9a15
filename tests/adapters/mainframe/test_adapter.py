"""What may be sent again where a kept connection turns out to be dead: a read, unless it is to be asked once."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from adapters.mainframe.adapter import MainframeAdapter
from facade.port import Answer
from facade.testing import make_call


class Asked:
    """A pool that keeps whether it may ask again."""

    def __init__(self) -> None:
        self.again: list[bool] = []

    async def ask(self, *_: object, again: bool) -> bytes:
        self.again.append(again)
        return b""


@pytest.mark.parametrize(
    ("writes", "once", "again"), [(False, False, True), (False, True, False), (True, False, False), (True, True, False)]
)
async def test_only_a_read_that_may_be_repeated_is_asked_again(writes: bool, once: bool, again: bool) -> None:
    operation: Any = SimpleNamespace(
        values=1,
        framing=None,
        written=SimpleNamespace(writes=writes),
        record=lambda _: b"",
        answer=lambda call, reply: Answer(200),
    )
    pool: Any = Asked()
    await MainframeAdapter(pool, {"inquire": operation}).call(replace(make_call("inquire"), once=once))
    assert pool.again == [again]
