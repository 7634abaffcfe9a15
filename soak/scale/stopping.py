"""SIGTERM under load: what runs ends, everybody is told, and the sidecar leaves at once after the last."""

from __future__ import annotations

import signal
import threading
import time
from typing import Final

from harness.client import Client, request
from harness.messages import Message
from soak.result import Result
from soak.scale.callers import asking
from soak.scale.site import plain, site

_SLOW: Final = 20
_TAKES: Final = 2.0
"""Seconds of a slow answer."""


def stop() -> Result:
    """Figure 5: twenty questions of two seconds are under way, and others keep coming until the stop."""
    result = Result("SIGTERM", f"{_SLOW} questions of {_TAKES:g} s under way, 100 a second beside them")
    answers: list[tuple[Message, float]] = []

    def ask(port: int) -> None:
        with Client(port) as client:
            answered = client.ask(request("GET", f"/titles/slow/{_TAKES}"))
            answers.append((answered, time.monotonic()))

    with (
        site(plain(drain="{pause: 1s, limit: 10s}")) as (sidecar, _),
        asking(sidecar.port, "/titles/small", 100, 2.5) as usual,
    ):
        time.sleep(1)
        threads = [threading.Thread(target=ask, args=(sidecar.port,)) for _ in range(_SLOW)]
        for thread in threads:
            thread.start()
        time.sleep(0.5)
        sidecar.tell(signal.SIGTERM)
        status = sidecar.left()
        ended = time.monotonic()
        for thread in threads:
            thread.join()
        asked = usual.asked()
    whole = sum(answer.status == 200 for answer, _ in answers)
    told = sum(answer.closes for answer, _ in answers)
    last = max((moment for _, moment in answers), default=ended)
    result.add("slow answers that came whole", f"{whole} of {_SLOW}", whole == _SLOW)
    result.add("of them with Connection: close", f"{told} of {_SLOW}", told == _SLOW)
    seen = f"{ended - last:.2f}, exit {status}"
    result.add("exit after the last of them, s (at most 1)", seen, status == 0 and ended - last <= 1)
    others = {what: count for what, count in asked.others.items() if what != "ConnectionRefusedError"}
    result.add("others' questions lost while it listened", f"{others or 0} of {asked.count}", not others)
    return result
