"""How a row of the catalogue of faults is tried: raw bytes in, and what must come out of it on every side.

After each case an ordinary request follows, on the same connection where it stayed open, and must get its own answer:
that is how a message that was read in two ways shows.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from harness import strict
from harness.client import Client, problem, request
from harness.house import House
from harness.messages import Message
from harness.peer import answer, answering

_NUMBERS = itertools.count(1)


def case(name: str, *values: object) -> Any:
    """One input of a row, by a name that begins with the row: `F5-plus`."""
    return pytest.param(*values, id=name)


def post(*lines: str | bytes, body: bytes = b"", method: str = "POST", target: str = "/old/x") -> bytes:
    """A request whose body stands as it is given: nothing is said of its length but in `lines`."""
    return request(method, target, *lines) + body


def mirror(house: House) -> None:
    """Let both peers answer with the target that they were asked for."""
    house.legacy.script = house.platform.script = answering(_mirrored)


def dated(raw: bytes, arrived: Message) -> bytes:
    """An answer as it must arrive: as its target sent it, and with the date behind its fields if it told none."""
    head, end, body = raw.partition(b"\r\n\r\n")
    if b"\r\ndate:" in head.lower():
        return raw
    return b"%b\r\nDate: %b%b%b" % (head, arrived.one("Date") or b"missing", end, body)


def _mirrored(message: Message) -> bytes:
    whole = answer(message.target, f"X-Received: {len(message.body)}")
    return whole.removesuffix(message.target) if message.method == b"HEAD" else whole


def refused(house: House, raw: bytes, status: int, reason: str, error: str | None = "http_request_error") -> Message:
    """The answer to what must be refused: the facade's own, counted once, and nothing whole has reached a peer."""
    mirror(house)
    with counted(house, reason), house.client() as client:
        client.send(raw)
        answered = client.response(asked_head=raw.startswith(b"HEAD "))
        _is_problem(answered, status, error, bodyless=raw.startswith(b"HEAD "))
        goes_on(house, client, answered)
    assert [each.target for each in arrived(house) if b"follow-up" not in each.target] == []
    return answered


def _is_problem(answered: Message, status: int, error: str | None, *, bodyless: bool) -> None:
    if not bodyless:
        problem(answered, status)
    assert answered.status == status
    assert answered.one("Proxy-Status") == (b"facade" if error is None else b"facade; error=" + error.encode())


def passed(house: House, raw: bytes, target: bytes = b"/old/x") -> Message:
    """What a peer received of a request that must go through: it alone, strictly valid."""
    mirror(house)
    with house.client() as client:
        client.send(raw)
        answered = client.response(asked_head=raw.startswith(b"HEAD "))
        assert answered.status == 200, answered.head + answered.body
        assert raw.startswith(b"HEAD ") or answered.body == target
        goes_on(house, client, answered)
    [message] = [each for each in arrived(house) if b"follow-up" not in each.target]
    assert message.target == target
    for conversation in (*house.legacy.conversations, *house.platform.conversations):
        strict.targets(conversation.received)
    return message


def arrived(house: House) -> list[Message]:
    """All requests that reached a peer as a whole."""
    return [*house.legacy.requests, *house.platform.requests]


def goes_on(house: House, client: Client, answered: Message) -> None:
    """An ordinary request gets its own answer: on this connection, or on a new one where this one must end."""
    target = f"/old/follow-up-{next(_NUMBERS)}"
    if not answered.closes:
        assert client.get(target).body == target.encode()
        return
    assert client.ended(), "the connection was to end"
    with house.client() as another:
        assert another.get(target).body == target.encode()


@contextmanager
def counted(house: House, reason: str, times: int = 1) -> Iterator[None]:
    """Exactly this reason is counted, so many times."""
    before = refusals(house)
    yield
    now = refusals(house)
    changed = {name: now[name] - before.get(name, 0) for name in now if now[name] != before.get(name, 0)}
    assert changed == {reason: times}


def refusals(house: House) -> dict[str, int]:
    """What has been refused so far, by reason."""
    text = house.sidecar.observe("/metrics").body
    found = re.findall(rb'^facade_refused_total\{reason="(\w+)"\} ([0-9.e+]+)', text, re.MULTILINE)
    return {name.decode(): round(float(value)) for name, value in found}
