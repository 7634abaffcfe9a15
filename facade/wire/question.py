"""What a target is asked: one request, and how long its caller waits."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from facade.wire.body import Body
from facade.wire.message import ResponseHead

Interim = Callable[[ResponseHead], None]


class Question(NamedTuple):
    """One request to a target: its head as bytes, and its body, which goes out in chunks where `chunked` says so.

    `patience` is how many seconds the target may be silent before its answer's head, once it has the whole request;
    `until` the moment of the loop's clock at which the whole call ends; `interim` is given each 1xx head; `upgrade` is
    the protocol that the head asks to change to.
    """

    head: bytes
    body: Body
    chunked: bool
    asked_head: bool
    patience: float
    until: float
    interim: Interim
    upgrade: bytes | None = None
