"""Where a body comes from, where it goes, and who sees it pass."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from facade.wire.message import Field

if TYPE_CHECKING:
    from facade.wire.body import Body


class Source(Protocol):
    """The connection a body comes from."""

    def pause_reading(self) -> None: ...
    def resume_reading(self) -> None: ...
    def abandon(self) -> None:
        """Nobody wants the rest of the body."""

    def hurry(self) -> None:
        """From now on the body may be asked whether it holds somebody up."""

    def taken(self) -> None:
        """What waited of the body waits no more."""

    def overflowed(self) -> None:
        """What waits of the body beyond it has changed."""


class Sink(Protocol):
    """The connection a body goes to."""

    def write_body(self, data: bytes) -> None: ...
    def end_body(self, trailers: list[Field]) -> None: ...
    def fed_by(self, body: Body | None) -> None:
        """From now on hold this body back when the socket is full."""


class Watcher(Protocol):
    """Whoever wants to see a body pass. It holds nothing back."""

    def see(self, data: bytes) -> None: ...
    def end(self) -> None: ...


class Both:
    """Two who want to see the same body pass."""

    __slots__ = ("_first", "_second")

    def __init__(self, first: Watcher, second: Watcher) -> None:
        self._first = first
        self._second = second

    def see(self, data: bytes) -> None:
        self._first.see(data)
        self._second.see(data)

    def end(self) -> None:
        self._first.end()
        self._second.end()
