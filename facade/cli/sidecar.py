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
from types import MappingProxyType
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

import msgspec

from facade.config.mistake import quote
from facade.config.network import HostPort, parse_address, parse_origin
from facade.config.types import Unfit, format_share
from facade.control.binding import address
from facade.control.differences import DifferencesView
from facade.control.done import Done
from facade.control.ending.views import Orphans, Schedule
from facade.control.order import Order
from facade.control.subject import Refused
from facade.control.view import ConfigView, RouteRow, SiloRow
from facade.ending.commonality import Commonality
from facade.ending.evidence import Evidence

Shape = TypeVar("Shape")

TIMEOUT: Final = 5.0
"""Seconds for one answer: a sidecar on this machine needs a few milliseconds."""

LARGEST: Final = 64 * 1024**2
"""Bytes of one answer: 100,000 routes need half of that."""


@dataclass(frozen=True, slots=True)
class Running:
    """What `/api/routes` answers."""

    routes: tuple[RouteRow, ...]
    silos: tuple[SiloRow, ...]


SHAPES: Final[Mapping[str, type]] = MappingProxyType(
    {
        "/api/config": ConfigView,
        "/api/routes": Running,
        "/api/differences": DifferencesView,
        "/api/schedule": Schedule,
        "/api/evidence": Evidence,
        "/api/orphans": Orphans,
        "/api/commonality": Commonality,
    }
)
"""What answers look like, by what is asked; others are some object. For somebody else may listen there."""

_WILDCARDS: Final[Mapping[str, str]] = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - where to ask, not to bind
"""What a listener that binds every address is asked at."""


class _Problem(msgspec.Struct):
    """What is read of a refusal (RFC 9457)."""

    detail: str


class Unreachable(Exception):  # noqa: N818 - names what the sidecar is
    """No sidecar answered. The text is `address: what; what to do`."""


@dataclass(frozen=True, slots=True)
class Sidecar:
    """A running sidecar's admin listener: `http://HOST:PORT`, or `https://` where it has a certificate."""

    origin: str

    def __str__(self) -> str:
        return self.origin

    def order(self, order: Order, token: str, seconds: float) -> Done:
        """Have it carried out within so long. Raises `Refused` with what is in the way, `Unreachable`."""
        return self._ordered(f"/api/{order.verb}", _document(order), token, seconds, Done)

    def tell(self, path: str, document: Mapping[str, object], token: str) -> dict[str, Any]:
        """Have it do what the document orders. Raises `Refused` with what is in the way, `Unreachable`."""
        return self._ordered(path, msgspec.json.encode(document), token, TIMEOUT, dict[str, Any])

    def _ordered(self, path: str, document: bytes, token: str, seconds: float, shape: type[Shape]) -> Shape:
        status, body = self._said("POST", path, seconds, token, document)
        try:
            if status == http.HTTPStatus.OK:
                return msgspec.json.decode(body, type=shape)
            problem = msgspec.json.decode(body, type=_Problem)
        except (msgspec.DecodeError, RecursionError) as error:
            raise self._unreachable("answers something else than a facade's admin listener does") from error
        if status == http.HTTPStatus.UNAUTHORIZED:
            mend = "give the one of its configuration, or of admin.token in its state, by FACADE_ADMIN_TOKEN"
            raise Refused(f"{self.origin}: does not take this token; {mend}")
        raise Refused(problem.detail)

    def ask(self, path: str, seconds: float = TIMEOUT) -> Any:
        """The JSON document at `path`. Raises `Unreachable`."""
        status, body = self._said("GET", path, seconds)
        if status != http.HTTPStatus.OK:
            raise self._unreachable(f"answers {status}, which is no facade's admin listener")
        try:
            document = json.loads(body)
            msgspec.convert(document, SHAPES.get(path.partition("?")[0], dict))
        except (ValueError, RecursionError) as error:
            raise self._unreachable("answers something else than a facade's admin listener does") from error
        return document

    def _said(
        self, method: str, path: str, seconds: float = TIMEOUT, token: str | None = None, body: bytes | None = None
    ) -> tuple[int, bytes]:
        """Status and body of an answer. Raises `Unreachable`."""
        headers = {"Accept": "application/json", "Connection": "close"}
        if token is not None:
            headers |= {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        try:
            return self._exchanged(method, path, headers, body, seconds)
        except TimeoutError as error:
            raise self._unreachable(f"did not answer within {seconds:g} s") from error
        except (OSError, http.client.HTTPException) as error:
            raise self._unreachable(_reason(error)) from error

    def _exchanged(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes | None, seconds: float
    ) -> tuple[int, bytes]:
        parts = urlsplit(self.origin)
        host, port = parts.hostname or "", parts.port
        if parts.scheme == "https":
            secured = ssl.create_default_context()
            connection: http.client.HTTPConnection = http.client.HTTPSConnection(
                host, port, timeout=seconds, context=secured
            )
        else:
            connection = http.client.HTTPConnection(host, port, timeout=seconds)
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            said = answer.read(LARGEST + 1)
            if len(said) > LARGEST:
                raise http.client.HTTPException(f"answers more than {LARGEST} bytes")
            return answer.status, said
        finally:
            connection.close()

    def _unreachable(self, what: str) -> Unreachable:
        return Unreachable(
            f"{self.origin}: {what}; start it with facade serve, or say where it is with --admin HOST:PORT"
        )


def _document(order: Order) -> bytes:
    """The order as the API takes it."""
    because = order.because
    share = None if order.share is None else format_share(order.share)
    wanted = {"name": order.name, "all": order.name is None, "stage": order.stage, "share": share, "force": order.force}
    why = {"reason": because.why, "by": because.by, "cause": because.cause, "revision": order.revision}
    return msgspec.json.encode({**wanted, **why})


def parse_admin(text: str) -> Sidecar:
    """The sidecar at `HOST:PORT`, or at an `http://` or `https://` with them. Raises `Unfit`.

    >>> parse_admin("127.0.0.1:9901")
    Sidecar(origin='http://127.0.0.1:9901')
    """
    if "://" in text:
        return Sidecar(parse_origin(text.removesuffix("/")))
    return Sidecar(f"http://{address(*parse_address(text))}")


def named(admin: Sidecar | None) -> Sidecar | None:
    """The sidecar that `--admin` or FACADE_ADMIN names, if either does. Raises `Unreachable`."""
    text = os.environ.get("FACADE_ADMIN")
    if admin is not None or not text:
        return admin
    try:
        return parse_admin(text)
    except Unfit as unfit:
        raise Unreachable(f"environment FACADE_ADMIN: {quote(text)} {unfit}") from unfit


def configured(admin: HostPort, folder: Path) -> Sidecar:
    """The sidecar at `admin` of a configuration. Raises `Unreachable` where that cannot be told."""
    if admin.port == 0:
        raise Unreachable(f"{folder}: admin takes a free port at each start; say where it is with --admin HOST:PORT")
    return Sidecar(f"http://{address(_WILDCARDS.get(admin.host, admin.host), admin.port)}")


def _reason(error: Exception) -> str:
    if isinstance(error, ConnectionRefusedError):
        return "no sidecar answers there"
    if isinstance(error, socket.gaierror):
        return "is no address that is known here"
    return (error.strerror or str(error)).lower() if isinstance(error, OSError) else str(error) or type(error).__name__
