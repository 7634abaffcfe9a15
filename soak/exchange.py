"""One exchange below the sockets: requests and their answers, mutated on one side, split anyhow, ended somehow."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Final

from far_end import FarEnd, settle

from soak import grammar, reading
from soak.ground import TURNS, Ground
from soak.mutations import mutate, pieces

CLIENT: Final = "client"
TARGET: Final = "target"
NOBODY: Final = "nobody"

_SIDES: Final = (CLIENT, CLIENT, CLIENT, TARGET, TARGET, TARGET, NOBODY)
"""Who is mutated: one exchange in seven is right on both sides, and must be served."""

_MOST: Final = 3
"""Mutations of one message: with more it is seldom near anything that some parser would take."""


@dataclass
class Answering:
    """One connection to the target: the requests that came over it, and the bytes that were answered.

    `ended` says that the target ended it in order, `reset` that it broke it off.
    """

    far: FarEnd
    received: int = 0
    requests: list[reading.Read] = field(default_factory=list)
    answered: int = 0
    told: bytes = b""
    ended: bool = False
    reset: bool = False


@dataclass
class Exchange:
    """What happens. `mutated` is the side whose bytes are not right, `raw` are the client's.

    `stays` says that the client waits until its connection is over; `gone` that this came to pass.
    """

    chance: random.Random
    mutated: str
    asked: list[grammar.Asked]
    raw: bytes
    stays: bool
    connections: list[Answering] = field(default_factory=list)
    numbered: list[reading.Read] = field(default_factory=list)
    client: FarEnd | None = None
    gone: bool = False

    @classmethod
    def made(cls, seed: int, number: int) -> Exchange:
        """The exchange of a number: always the same for the same seed."""
        chance = random.Random((seed << 40) + number)
        asked: list[grammar.Asked] = []
        for each in range(chance.choice((1, 1, 2, 3))):
            asked.append(grammar.request(chance, each, closes=chance.random() < 0.1))
            if asked[-1].closes:
                break
        raw = b"".join(each.raw for each in asked)
        mutated = chance.choice(_SIDES)
        if mutated == CLIENT:
            raw = mutate(chance, raw, chance.randrange(1, _MOST + 1))
        return cls(chance, mutated, asked, raw, stays=chance.random() < 0.3)

    @property
    def answers(self) -> int:
        return 0 if self.client is None else self.client.got.count(b"HTTP/1.1 ")

    async def run(self, ground: Ground) -> FarEnd:
        """Let it happen; the client's end of it."""
        self.client = client = ground.client()
        is_slow = self.chance.random() < 0.02
        if is_slow:
            client.stops_taking()
        for piece in pieces(self.chance, self.raw):
            client.sends(piece)
            await self._follow(ground)
        if is_slow:
            client.takes()
            await self._follow(ground)
        if not self.stays:
            (client.ends if self.chance.random() < 0.7 else client.resets)()
            await settle(TURNS)
        self.gone = await ground.end(client)
        return client

    async def _follow(self, ground: Ground) -> None:
        """Answer what has arrived at the target as a whole, until nothing more does."""
        await settle(TURNS)
        while await self._answer_one(ground):
            await settle(TURNS)

    async def _answer_one(self, ground: Ground) -> bool:
        for far in ground.network.ends[len(self.connections) :]:
            self.connections.append(Answering(far))
        for each in self.connections:
            if len(each.far.got) > each.received:
                each.received = len(each.far.got)
                each.requests = reading.requests(each.far.got)
            whole = [request for request in each.requests if request.state == reading.WHOLE]
            if each.answered < len(whole) and not each.far.near.closing:
                await self._answer(each, whole[each.answered])
                return True
        return False

    async def _answer(self, to: Answering, request: reading.Read) -> None:
        self.numbered.append(request)
        to.answered += 1
        method, target = request.start["method"], request.start["target"]
        answer = grammar.answer(self.chance, target, len(self.numbered) - 1, method=method)
        told, end = answer.raw, to.far.ends if answer.ends else None
        if self.mutated == TARGET and self.chance.random() < 0.8:
            told = b"" if self.chance.random() < 0.1 else mutate(self.chance, told, self.chance.randrange(1, _MOST + 1))
            end = self.chance.choice((end, end, to.far.ends, to.far.resets))
        for piece in pieces(self.chance, told):
            to.told += piece
            to.far.sends(piece)
            await settle(TURNS)
        if end is not None:
            to.ended, to.reset = end == to.far.ends, end == to.far.resets
            end()
            await settle(TURNS)
