"""Where a record ends on a connection. Pure.

`length2` and `length4` put the length of what follows before it, big-endian. `fixed` has records of
one length.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from adapters.mainframe.settings import Frame

_HEADS: Final[Mapping[Frame, int]] = {Frame.LENGTH2: 2, Frame.LENGTH4: 4, Frame.FIXED: 0}
"""Bytes of a length."""


class FrameError(ValueError):
    """A reply of a length that its copybook has not."""


@dataclass(frozen=True, slots=True)
class Framing:
    """One operation's frames: a reply has at most `most` bytes, of a fixed frame exactly so many."""

    head: int
    most: int

    @classmethod
    def of(cls, frame: Frame, most: int) -> Framing:
        return cls(_HEADS[frame], most)

    def wrap(self, record: bytes) -> bytes:
        """A record as it is sent."""
        return len(record).to_bytes(self.head, "big") + record if self.head else record

    def end(self, received: bytes | bytearray) -> int | None:
        """Where the reply ends that begins what was received; None while that cannot be said. Raise FrameError."""
        if not self.head:
            return self.most
        if len(received) < self.head:
            return None
        length = int.from_bytes(received[: self.head], "big")
        if length > self.most:
            raise FrameError(f"a reply of {length} bytes, where its copybook has at most {self.most}")
        return self.head + length


def limit_of(frame: Frame) -> int | None:
    """The longest record that the frame can say; None where it has no limit of its own."""
    return (1 << 8 * _HEADS[frame]) - 1 if _HEADS[frame] else None
