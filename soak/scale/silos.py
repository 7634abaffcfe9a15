"""Silos that are dead, hang, or swallow everything: what it costs their own callers, and what it costs the others."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Final

from harness.client import Client, request
from harness.folder import Folder
from harness.messages import Wire
from harness.peer import Conversation, Peer, answer
from harness.ports import free_port
from harness.sidecar import Sidecar
from soak.result import Result
from soak.scale.callers import Asked, ask, asking, quantile
from soak.scale.service import service
from soak.scale.site import plain, site

_SECONDS: Final = 20.0
_RATE: Final = 50.0
"""Calls a second of the silo in trouble, and of the others beside it."""

_TIMEOUT: Final = 2.0
"""Seconds a silo may be silent."""

_ROUTES: Final = """\
routes:
  - {name: sound, match: "/sound/{rest...}", legacy: sound, stage: legacy}
  - {name: ill, match: "/ill/{rest...}", legacy: ill, stage: legacy}
"""


def trouble() -> Result:
    """Figures 13 and 14: the same run with a silo that is sound, dead, hanging and black-holed."""
    result = Result("a silo in trouble", f"{_RATE:.0f} calls a second of it and of another, {_SECONDS:.0f} s each")
    with ExitStack() as stack:
        places = {"sound": stack.enter_context(service()), "dead": free_port()}
        places["hanging"] = stack.enter_context(_hanging())
        places["black-holed"] = stack.enter_context(_black_hole())
        usual = 0.0
        for name, port in places.items():
            others, ill, left = _beside(port)
            p99 = others.milliseconds(0.99)
            usual = usual or p99
            result.add(f"{name}: others answered", f"{len(others.seconds)} of {others.count}", not others.others)
            result.add(
                f"{name}: others' p99, ms (at most 10 more)", f"{p99:.1f} ({p99 - usual:+.1f})", p99 < usual + 10
            )
            _judge(result, name, ill)
            result.add(f"{name}: slots still taken at the end", f"{left:.0f}", left == 0)
    return result


def retries() -> Result:
    """Row S10: a silo whose connections die when they are used again, at a hundred calls a second."""
    calls = 1000
    attempts: list[bytes] = []

    def dying(conversation: Conversation) -> None:
        attempts.append(conversation.head().target)
        conversation.send(answer(b"well"))
        attempts.append(conversation.head().target)

    result = Result(
        "retries", f"{calls} reads, 100 a second, of a silo that closes each connection as it is used again"
    )
    with Peer("legacy") as peer, site(lambda folder, _: plain()(folder, peer.url)) as (sidecar, _):
        peer.script = dying
        asked = ask(sidecar.port, "/titles/{}", 100, calls / 100)
        counted = sidecar.metric('facade_retries_total{target="portal"}')
    share = len(attempts) / asked.count
    result.add("questions to the silo for each call (at most 1.2)", f"{share:.2f}", share <= 1.2)
    sent_again = len(attempts) - len(set(attempts))
    result.add("sent again, counted", f"{sent_again}, {counted:.0f}", sent_again == counted)
    most = max(attempts.count(each) for each in set(attempts))
    result.add("the most that one call was sent (at most 2)", str(most), most <= 2)
    return result


def _beside(port: int) -> tuple[Asked, Asked, float]:
    """What becomes of the calls of a sound silo and of one at `port`, and how many slots of it are taken then."""

    def furnish(folder: Folder, url: str) -> None:
        folder.facade(log="{requests: 1%, errors: all, level: info}")
        folder.silo("sound", url)
        folder.silo("ill", f"http://127.0.0.1:{port}", f"protect: {{concurrency: 200, queue: 0, timeout: {_TIMEOUT}s}}")
        folder.routes(_ROUTES)

    with site(furnish) as (sidecar, _):
        _warm(sidecar)
        with (
            asking(sidecar.port, "/sound/small", _RATE, _SECONDS) as sound,
            asking(sidecar.port, "/ill/small", _RATE, _SECONDS) as ill,
        ):
            both = sound.asked(), ill.asked()
        return *both, sidecar.metric('facade_in_flight{target="ill"}')


def _judge(result: Result, name: str, ill: Asked) -> None:
    seen = f"{ill.others or 'all answered'}"
    if name == "dead":
        p99 = 1000 * quantile(ill.other_seconds, 0.99)
        result.add("dead: 502, p99 ms (at most 50)", f"{seen}, {p99:.1f}", set(ill.others) == {"502"} and p99 <= 50)
    elif name != "sound":
        late = max(ill.other_seconds, default=0.0) - _TIMEOUT
        is_right = set(ill.others) == {"504"} and late <= 0.5
        result.add(f"{name}: 504, the latest after the limit by s (at most 0.5)", f"{seen}, {late:.2f}", is_right)


def _warm(sidecar: Sidecar) -> None:
    with Client(sidecar.port) as client:
        for _ in range(500):
            client.ask(request("GET", "/sound/small"))
    time.sleep(1)


@contextmanager
def _hanging() -> Iterator[int]:
    """A silo that takes every call and never says a word."""
    with Peer("hanging") as peer:
        peer.script = Wire.rest
        yield peer.port


@contextmanager
def _black_hole() -> Iterator[int]:
    """A port that lets nobody in and sends nobody away: its backlog is full."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener, ExitStack() as stack:
        for _ in range(2):
            knocking = stack.enter_context(socket.socket())
            knocking.setblocking(False)
            knocking.connect_ex(listener.getsockname())
        yield listener.getsockname()[1]
