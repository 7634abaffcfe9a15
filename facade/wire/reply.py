"""What a target answered, as far as it has come."""

from __future__ import annotations

from typing import TYPE_CHECKING

from facade.wire.body import Body
from facade.wire.message import ResponseHead

if TYPE_CHECKING:
    from facade.wire.upstream import Upstream


class Reply:
    """What a target answered: its head, and its body on the way.

    `tunnel` is the connection itself after a 101: from then on it takes whatever the client sends.
    """

    __slots__ = ("body", "head", "tunnel")

    def __init__(self, head: ResponseHead, body: Body, tunnel: Upstream | None = None) -> None:
        self.head = head
        self.body = body
        self.tunnel = tunnel

    def __repr__(self) -> str:
        return f"<Reply {self.head.status} {self.body!r}>"
