"""The callers of the faults' run: each asks one thing after the other, mixed by chance, and knows what it must get."""

from __future__ import annotations

import random
import threading
from collections import Counter
from contextlib import suppress
from types import TracebackType
from typing import Final, Self

from harness.client import Client, request
from harness.messages import CutOff, Message
from harness.patience import PATIENCE
from soak.silo import body_of, chunked, digest_of
from soak.ways import CUT, SHORT, WHOLE, WRONG, Way

LEFT: Final = "left"
"""The caller hung up by itself."""

_PACE: Final = 0.1
"""Seconds between two questions of one caller: a few hundred a second in all, and room for others on the machine."""

_KEPT: Final = 20
"""Unexplained outcomes that are told in full; beyond, they are counted."""

_SIZES: Final = (0, 1, 100, 3000, 70_000, 300_000)
"""Bytes of a body: none, some, more than one read of a socket."""

_FRAMINGS: Final = ("length", "chunks", "close")


class Callers:
    """`each` callers on every way, for as long as the `with`. `outcomes` counts what became of their questions."""

    def __init__(self, port: int, ways: tuple[Way, ...], each: int, seed: int) -> None:
        self._port = port
        self._over = threading.Event()
        self.outcomes: dict[str, Counter[str]] = {way.name: Counter() for way in ways}
        self.unexplained: list[str] = []
        self._threads = [
            threading.Thread(target=self._call, args=(way, random.Random(f"{seed} {way.name} {number}")), daemon=True)
            for way in ways
            for number in range(each)
        ]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join(2 * PATIENCE)
        hanging = sum(thread.is_alive() for thread in self._threads)
        if hanging:
            self.unexplained.append(f"{hanging} callers hang")

    @property
    def asked(self) -> int:
        return sum(sum(counts.values()) for counts in self.outcomes.values())

    def _call(self, way: Way, chance: random.Random) -> None:
        client: Client | None = None
        while not self._over.is_set():
            question = Question(way.name, chance)
            outcome, client = question.put(client or Client(self._port))
            self.outcomes[way.name][outcome] += 1
            if outcome not in way.explained and outcome != LEFT:
                self._tell(way, question, outcome)
            self._over.wait(_PACE)
        if client is not None:
            client.close()

    def _tell(self, way: Way, question: Question, outcome: str) -> None:
        if len(self.unexplained) < _KEPT:
            self.unexplained.append(f"{way.name}: {question.method} {question.target}: {outcome}")


class Question:
    """One request, made by chance, and its right answer."""

    def __init__(self, way: str, chance: random.Random) -> None:
        size = chance.choice(_SIZES)
        self.method = chance.choice(("GET", "GET", "GET", "HEAD", "POST", "PUT"))
        self.target = f"/{way}/{chance.getrandbits(40):x}/{size}/{chance.choice(_FRAMINGS)}"
        self._keeps = chance.random() < 0.8
        self._leaves = chance.random() < 0.03
        self._asks_in_chunks = chance.random() < 0.5
        self._resets = chance.random() < 0.5
        if self.method in {"GET", "HEAD"}:
            self._body = None
            self.right = body_of(self.target.encode(), size) if self.method == "GET" else b""
        else:
            self._body = chance.randbytes(size)
            self.right = digest_of(self._body)

    def put(self, client: Client) -> tuple[str, Client | None]:
        """Ask; what became of it, and the connection if it is still good for another."""
        try:
            outcome, keeps = (self._leave(client), False) if self._leaves else self._ask(client)
        except CutOff:
            outcome, keeps = CUT, False
        except (AssertionError, EOFError, OSError, ValueError) as failure:
            outcome, keeps = f"{type(failure).__name__}: {failure}", False
        if not keeps:
            client.close()
        return outcome, client if keeps else None

    def _bytes(self) -> bytes:
        lines = () if self._keeps else ("Connection: close",)
        if self._body is None or not self._asks_in_chunks:
            return request(self.method, self.target, *lines, body=self._body)
        return request(self.method, self.target, "Transfer-Encoding: chunked", *lines) + chunked(self._body)

    def _ask(self, client: Client) -> tuple[str, bool]:
        with suppress(OSError):  # an early answer and a close: what counts is the answer
            client.send(self._bytes())
        answered = client.response(asked_head=self.method == "HEAD")
        return self._outcome(answered), self._keeps and not answered.closes

    def _leave(self, client: Client) -> str:
        """Hang up in the middle: of the question, or of the answer."""
        whole = self._bytes()
        client.send(whole if self._body is None else whole[: len(whole) // 2])
        if self._body is None:
            client.more()
        if self._resets:
            client.reset()
        return LEFT

    def _outcome(self, answered: Message) -> str:
        problem = answered.one("Proxy-Status")
        if problem is not None:
            return f"{answered.status} {problem.decode().partition('error=')[2]}"
        if answered.status != 200 or answered.all("X-Asked") != [self.target.encode()]:
            return WRONG
        if answered.body == self.right:
            return WHOLE
        ends_by_close = self._body is None and self.target.endswith("/close")
        return SHORT if ends_by_close and self.right.startswith(answered.body) else WRONG
