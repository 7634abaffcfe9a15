"""Handshakes that failed: counted by OpenSSL's own word for it, and told in one line a minute at most.

Anybody can make a handshake fail, so none of them gets a line of its own; and an operator whose callers' certificates
have run out must find more in the log than silence.
"""

from __future__ import annotations

import ssl
from collections import Counter
from typing import Final

import structlog

_TOLD: Final = 3
"""Reasons in one line, the most frequent first: more is noise."""

_log = structlog.get_logger("facade.control.certificate")


class Handshakes:
    """The failed handshakes of listener `name` since they were last told."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._failed: Counter[str] = Counter()

    def __repr__(self) -> str:
        return f"<Handshakes {self._name} failed={self._failed.total()}>"

    def watch(self, context: ssl.SSLContext) -> None:
        """Count what fails with this context."""
        failed = self._failed

        class Watched(ssl.SSLObject):
            def do_handshake(self) -> None:
                try:
                    super().do_handshake()
                except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
                    raise
                except ssl.SSLError as error:
                    failed[error.reason or type(error).__name__] += 1
                    raise

        context.sslobject_class = Watched

    def report(self) -> None:
        """Say how many failed, and why most of them did; nothing where none did."""
        if not self._failed:
            return
        why = ", ".join(f"{reason} {count}" for reason, count in self._failed.most_common(_TOLD))
        _log.warning(
            "handshakes failed",
            problem=f"{self._name}: {self._failed.total()} TLS handshakes failed ({why}); look at these callers' "
            "certificates, whom they trust, and whether they speak TLS 1.2 or later at all",
        )
        self._failed.clear()
