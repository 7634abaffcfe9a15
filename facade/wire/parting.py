"""How a client's connection ends: it can read what it was sent, and yet holds the facade up no longer than it may.

A connection that lingers has given its last answer. What still comes is thrown away, until the client closes too, its
time is over, or what it was sent has been taken.
"""

from __future__ import annotations

from typing import Final

from facade.wire.connection import Connection
from facade.wire.deadlines import NEVER, Deadlines
from facade.wire.limits import Limits
from facade.wire.sockets import unsent

_LINGER: Final = 2.0
"""Seconds in which the rest of an unwanted body is thrown away, so that the client can still read the answer (RFC 9112
section 9.6: a close with unread bytes resets the connection and may take the answer with it)."""

_GOODBYE: Final = 0.3
"""Seconds that a TLS client gets to say goodbye in return; it need not (RFC 8446 section 6.1), and pools never do."""


class Parting(Connection):
    """A client's connection, as far as its end goes. `secure` says whether it speaks TLS."""

    __slots__ = ("_limits", "_lingering", "secure")

    def __init__(self, deadlines: Deadlines, limits: Limits) -> None:
        super().__init__(deadlines)
        self._limits = limits
        self._lingering = False
        self.secure = False

    def pause_writing(self) -> None:
        self.until = self._deadlines.now + self.body_idle  # whatever it sends: it has to take its answer
        super().pause_writing()

    def resume_writing(self) -> None:
        if not self._lingering:
            self.until = NEVER
        super().resume_writing()

    def _linger(self) -> None:
        """Say that nothing more comes, and throw away what the client still sends."""
        self._lingering = True
        patience = self._limits.body_timeout if self._transport.get_write_buffer_size() else _LINGER
        self._deadlines.watch(self, self._deadlines.now + patience)
        if self._transport.can_write_eof():
            self._transport.write_eof()
        self._transport.resume_reading()

    def _close(self) -> None:
        """Close when the client has taken what was sent; one that does not is cut."""
        self._lingering = True
        self.is_taking()
        self.until = self._deadlines.now + self._limits.body_timeout
        self._deadlines.watch(self, self._deadlines.now + _GOODBYE if self.secure else self.until)
        self._transport.close()

    def _part(self) -> None:
        """The time to linger is over. TLS, which has no half-closed connections, is closed only now; and nobody waits
        for a goodbye to it once all bytes have arrived.
        """
        if not self._transport.can_write_eof() and not self.closing:
            self._close()
        elif self.secure and self._deadlines.now < self.until and unsent(self._transport):
            self._deadlines.watch(self, self._deadlines.now + _GOODBYE)
        elif self._transport.get_write_buffer_size() and self.is_taking():
            self.until = self._deadlines.now + self._limits.body_timeout
            self._deadlines.watch(self, self.until)
        else:
            self.abort()
