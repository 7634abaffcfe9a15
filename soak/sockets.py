"""The same mutated exchanges with the real sidecar, over sockets: 100,000 by default."""

from __future__ import annotations

import select
import socket
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Final

from harness.client import Client
from harness.folder import Folder
from harness.messages import READ
from harness.sidecar import Sidecar
from soak.defects import Defects
from soak.exchange import CLIENT, Exchange
from soak.memory import MIB
from soak.mutations import pieces
from soak.raw_peer import RawPeer, saying
from soak.reading import PART, WHOLE, WRONG, Read, answers, asked_by
from soak.result import Result
from soak.settling import is_settled, settled

EXCHANGES: Final = 100_000

_CALLERS: Final = 8
_TOLD: Final = 10
"""Broken laws that are told in full before the run gives up."""

_PAUSE: Final = 0.03
"""Seconds in which a facade that has anything to say to half a message says it; then the client hangs up."""

_WARM: Final = 0.1
"""The share of the exchanges after which memory is looked at for the first time."""

_GROWTH: Final = 4 * MIB
"""Bytes that the process may hold more at the end than once it was warm: no more than an allocator keeps."""


class Fuzz:
    """Callers who share one count of exchanges."""

    def __init__(self, sidecar: Sidecar, exchanges: int, seed: int, first: int) -> None:
        self._sidecar = sidecar
        self._numbers = iter(range(first, first + exchanges))
        self._warm = first + int(exchanges * _WARM)
        self._seed = seed
        self._defects = Defects(sidecar)
        self.resident = 0
        self.counts: Counter[str] = Counter()
        self.failures: list[str] = []

    def run(self) -> list[str]:
        """Until all are over; the laws that were broken, and what the sidecar said of itself."""
        threads = [threading.Thread(target=self._call, daemon=True) for _ in range(_CALLERS)]
        for each in threads:
            each.start()
        while any(each.is_alive() for each in threads):
            self._defects.look()
            threads[0].join(1.0)
        for each in threads:
            each.join()
        self._defects.look()
        return [*self.failures, *self._defects.found]

    def _call(self) -> None:
        for number in self._numbers:
            if number == self._warm:
                self.resident = self._sidecar.resident()
            if number % 10_000 == 0:
                print(f"{number:,} exchanges over sockets, {len(self.failures)} laws broken", file=sys.stderr)
            exchange = Exchange.made(self._seed, number)
            laws = list(self._laws(exchange))
            self.counts[f"mutated at {exchange.mutated}"] += 1
            if laws:
                where = f"--only sockets --seed {self._seed} --first {number} --exchanges 1"
                self.failures.append(f"{where}: {laws}\n{exchange.raw!r}")
                print(self.failures[-1], file=sys.stderr)
            if len(self.failures) >= _TOLD:
                return

    def _laws(self, exchange: Exchange) -> Iterator[str]:
        """The laws that an exchange breaks."""
        talk = Talk(self._sidecar.port, exchange)
        if talk.hangs:
            yield "every exchange ends"
        if b" 101 " in talk.got:
            return
        got = talk.answers(ended=not talk.cut)
        self.counts["answers"] += len(got)
        if any(each.state == WRONG for each in got):
            yield "what a client gets can be read in one way only"
        if any(each.state == PART for each in got) and not (talk.cut or talk.left):
            yield "an answer that is not whole ends with a cut"
        if any(each.state == WHOLE and each.status == 500 and each.all(b"proxy-status") for each in got):
            yield "no message is a defect of the facade's"
        if exchange.mutated == CLIENT:
            if len(got) > exchange.raw.count(b"\r\n\r\n") + 1:
                yield "a client gets no more answers than it asked for"
            return
        if len(got) > len(exchange.asked):
            yield "a client gets no more answers than it asked for"
        for asked, answer in zip(exchange.asked, got, strict=False):
            yield from self._broken(asked.method, asked.target, answer)

    def _broken(self, method: bytes, target: bytes, answer: Read) -> Iterator[str]:
        if answer.all(b"proxy-status"):
            return
        said = saying(self._seed, method, target)
        [right, *_] = answers(said.raw, asked_by([method]), ended=said.ends) or [Read(WRONG)]
        if answer.state == WHOLE and (right.state != WHOLE or right.status != answer.status):
            yield "an answer that is not whole never looks whole"
        elif not right.body.startswith(answer.body) or (answer.state == WHOLE and answer.body != right.body):
            yield "an answer arrives as it was sent"


class Talk:
    """One connection of a client: what it `got`, and how that ended."""

    def __init__(self, port: int, exchange: Exchange) -> None:
        self._exchange = exchange
        self.got = b""
        self.cut = self.left = self.hangs = False
        with Client(port) as client:
            try:
                for piece in pieces(exchange.chance, exchange.raw):
                    client.send(piece)
                self._hear(client)
            except TimeoutError:
                self.hangs = True
            except OSError:
                self.cut = True

    def _hear(self, client: Client) -> None:
        """Read what comes until all is answered; whoever sent half a message hangs up after a pause, and hears on."""
        while not self._is_answered():
            if self._exchange.mutated == CLIENT and not select.select([client.socket], [], [], _PAUSE)[0]:
                break
            data = client.socket.recv(READ)
            if not data:
                return
            self.got += data
        self.left = True
        client.socket.shutdown(socket.SHUT_WR)
        while data := client.socket.recv(READ):
            self.got += data

    def _is_answered(self) -> bool:
        if self._exchange.mutated == CLIENT:
            return False
        got = self.answers(ended=False)
        return len(got) == len(self._exchange.asked) and all(each.state == WHOLE for each in got)

    def answers(self, *, ended: bool) -> list[Read]:
        if self._exchange.mutated == CLIENT:
            return answers(self.got, lambda *seen: _looks_bodyless(seen[2]), ended=ended)
        return answers(self.got, asked_by([each.method for each in self._exchange.asked]), ended=ended)


def _looks_bodyless(rest: bytes) -> bool:
    """Whether this seems to be an answer to HEAD: a mutated request does not tell, and no body begins like this."""
    return not rest or rest.startswith(b"HTTP/1.1 ")


def run(exchanges: int, seed: int, first: int = 0) -> Result:
    says = partial(saying, seed)
    with tempfile.TemporaryDirectory(prefix="facade-soak-") as path, RawPeer(says) as peer:
        folder = Folder(Path(path) / "config")
        folder.facade(log="{requests: 0%, errors: all, level: info}")
        folder.rest(peer.url)
        with Sidecar(folder).ready() as sidecar:
            before = sidecar.descriptors()
            fuzz = Fuzz(sidecar, exchanges, seed, first)
            broken = fuzz.run()
            after, _ = settled(sidecar.descriptors, before)
            grown = sidecar.resident() - fuzz.resident
        broken += [f"what a target gets can be read in one way only: {each!r}" for each in peer.nonsense]
    result = Result("sockets", f"{exchanges:,} exchanges, seed {seed}")
    for name, count in sorted(fuzz.counts.items()):
        result.add(name, f"{count:,}")
    result.add("laws broken and defects in the log", str(len(broken)), not broken)
    result.add("memory's growth once warm, MiB", f"{grown / MIB:+.1f}", grown < _GROWTH)
    result.add("descriptors before and after", f"{before}, {after}", is_settled(after, before))
    result.details = broken
    return result
