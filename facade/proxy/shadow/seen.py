"""An answer's body, seen as it passes, as far as it is small enough to be compared."""

from __future__ import annotations

from facade.compare.answer import MAX_BODY


class Seen:
    """Keeps what it sees of a body. It is `whole` once the end has come and nothing was too much."""

    __slots__ = ("_chunks", "_ended", "size")

    def __init__(self) -> None:
        self._chunks: list[bytes] = []
        self._ended = False
        self.size = 0

    def see(self, data: bytes) -> None:
        self.size += len(data)
        if self.size <= MAX_BODY:
            self._chunks.append(data)
        else:
            self._chunks.clear()

    def end(self) -> None:
        self._ended = True

    @property
    def whole(self) -> bool:
        return self._ended and self.size <= MAX_BODY

    def body(self) -> bytes:
        return b"".join(self._chunks)
