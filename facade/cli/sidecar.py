"""How a command finds and asks a running sidecar: its admin listener, over HTTP, with bounds on time and size."""

from __future__ import annotations

import http.client
import json
import os
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from facade.config.settings import Settings

TIMEOUT: Final = 5.0
"""Seconds for one answer: a sidecar on this machine needs a few milliseconds."""

LARGEST: Final = 64 * 1024**2
"""Bytes of one answer: 100,000 routes need half of that."""

_WILDCARDS: Final[Mapping[str, str]] = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - where to ask, not to bind
"""What a listener that binds every address is asked at."""


class Unreachable(Exception):  # noqa: N818 - names what the sidecar is
    """No sidecar answered. The text is `address: what; what to do`."""


@dataclass(frozen=True, slots=True)
class Sidecar:
    """A running sidecar's admin listener: `http://HOST:PORT`, or `https://` where it has a certificate."""

    origin: str

    def __str__(self) -> str:
        return self.origin

    def ask(self, path: str) -> Any:
        """The JSON document at `path`. Raises `Unreachable`."""
        try:
            status, body = self._get(path)
        except (OSError, http.client.HTTPException) as error:
            raise self._unreachable(_reason(error)) from error
        if status != http.HTTPStatus.OK:
            raise self._unreachable(f"answers {status}, which is no facade's admin listener")
        try:
            return json.loads(body)
        except ValueError as error:
            raise self._unreachable("answers something else than JSON") from error

    def _get(self, path: str) -> tuple[int, bytes]:
        parts = urlsplit(self.origin)
        host, port = parts.hostname or "", parts.port
        if parts.scheme == "https":
            secured = ssl.create_default_context()
            connection: http.client.HTTPConnection = http.client.HTTPSConnection(
                host, port, timeout=TIMEOUT, context=secured
            )
        else:
            connection = http.client.HTTPConnection(host, port, timeout=TIMEOUT)
        try:
            connection.request("GET", path, headers={"Accept": "application/json", "Connection": "close"})
            answer = connection.getresponse()
            body = answer.read(LARGEST + 1)
            if len(body) > LARGEST:
                raise http.client.HTTPException(f"answers more than {LARGEST} bytes")
            return answer.status, body
        finally:
            connection.close()

    def _unreachable(self, what: str) -> Unreachable:
        return Unreachable(
            f"{self.origin}: {what}; start it with facade serve, or say where it is with --admin HOST:PORT"
        )


def named(admin: str | None) -> Sidecar | None:
    """The sidecar that `--admin` or FACADE_ADMIN names, if either does."""
    address = admin or os.environ.get("FACADE_ADMIN")
    return None if not address else Sidecar(address.rstrip("/") if "://" in address else f"http://{address}")


def configured(settings: Settings, folder: Path) -> Sidecar:
    """The sidecar at `admin` of a configuration. Raises `Unreachable` where that cannot be told."""
    listener = settings.admin
    if listener.port == 0:
        raise Unreachable(f"{folder}: admin takes a free port at each start; say where it is with --admin HOST:PORT")
    host = _WILDCARDS.get(listener.host, listener.host)
    scheme = "http" if listener.tls is None else "https"
    return Sidecar(f"{scheme}://[{host}]:{listener.port}" if ":" in host else f"{scheme}://{host}:{listener.port}")


def _reason(error: Exception) -> str:
    if isinstance(error, ConnectionRefusedError):
        return "no sidecar answers there"
    if isinstance(error, TimeoutError):
        return f"did not answer within {TIMEOUT:g} s"
    if isinstance(error, socket.gaierror):
        return "is no address that is known here"
    return (error.strerror or str(error)).lower() if isinstance(error, OSError) else str(error) or type(error).__name__
