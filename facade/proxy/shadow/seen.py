"""An answer's body, seen as it passes, as far as it is small enough to be compared and there is room to keep it.

The law of this file: what all copies keep together has one bound, from their first byte on. So callers who read their
answers slowly, however many, fill the room and nothing beyond it.
"""

from __future__ import annotations

from facade.compare.answer import MAX_BODY


class Room:
    """The room that all answers kept share; `free` bytes of it are left."""

    __slots__ = ("free",)

    def __init__(self, size: int) -> None:
        self.free = size

    def __repr__(self) -> str:
        return f"<Room {self.free} bytes free>"


class Seen:
    """Keeps what it sees of a body. It is `whole` once the end has come and nothing was too much.

    It is `crowded_out` where others took the room that it needed. Whoever has made it says `forget` at the end.
    """

    __slots__ = ("_ended", "_first", "_held", "_more", "_room", "_too_much", "crowded_out")

    def __init__(self, room: Room) -> None:
        self._room = room
        self._first = b""
        self._more: bytearray | None = None
        self._held = 0
        self._ended = False
        self._too_much = False
        self.crowded_out = False

    def __repr__(self) -> str:
        return f"<Seen {self._held} bytes whole={self.whole}>"

    def hold(self, size: int) -> None:
        """Take so many bytes of the room for what is kept beside the body, or give up."""
        if size <= self._room.free:
            self._room.free -= size
            self._held += size
        else:
            self.crowded_out = True
            self._give_up()

    def see(self, data: bytes) -> None:
        if self._too_much:
            return
        if self._length() + len(data) > MAX_BODY:
            self._give_up()
            return
        self.hold(len(data))
        if self._too_much:
            return
        if not self._first:
            self._first = data
        elif self._more is None:
            self._more = bytearray(data)
        else:
            self._more += data  # many small pieces, each an object, would need many times their bytes

    def end(self) -> None:
        self._ended = True

    def forget(self) -> None:
        """Give the room back."""
        self._room.free += self._held
        self._held = 0
        self._first, self._more = b"", None

    @property
    def whole(self) -> bool:
        return self._ended and not self._too_much

    def body(self) -> bytes:
        return self._first if self._more is None else self._first + self._more

    def _length(self) -> int:
        return len(self._first) + (len(self._more) if self._more is not None else 0)

    def _give_up(self) -> None:
        self._too_much = True
        self.forget()
