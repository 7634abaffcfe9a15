"""Who the sidecar says it is: nobody, a key, a user, or a token of OAuth 2.0 that is fetched, kept and renewed."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import quote_plus, urlencode

from adapters.rest.answer import Received
from adapters.rest.carrier import Carrier
from adapters.rest.settings import Auth, ClientCredentials
from facade.formats import FormatError, decode_json
from facade.port import SiloUnreachable

_MARGIN: Final = 30.0
"""Seconds before its end at which a token is renewed: a call may take as long."""

_UNTOLD: Final = 300.0
"""Seconds that a token is used which does not say how long it holds (RFC 6749 section 5.1 only recommends it)."""

_MAX_TOKEN_BYTES: Final = 64 * 1024
"""Of a token's answer: a token goes into every request."""


_BEARER: Final = "bearer"
"""In any case (RFC 6749 section 7.1); of another type nobody knows how to use the token."""


class Credentials:
    """What goes with each request. `fields` are header fields, `query` what goes into the query."""

    def __init__(self, auth: Auth | None, carrier: Carrier, clock: Callable[[], float]) -> None:
        self._fixed = _fixed_fields(auth)
        self.query = _query(auth)
        credentials = auth.client_credentials if auth is not None else None
        self._tokens = Tokens(credentials, carrier, clock) if credentials is not None else None

    def __repr__(self) -> str:
        return f"<Credentials {'a token' if self._tokens else 'fixed'}>"

    async def fields(self, name: str) -> dict[str, str]:
        """The header fields of a request; `name` is the operation's, for the error. Raise a SiloError."""
        if self._tokens is None:
            return self._fixed
        return {"Authorization": _bearer(await self._tokens.get(name))}

    def refused(self, fields: Mapping[str, str]) -> bool:
        """The silo does not take these; return whether others may be had."""
        if self._tokens is not None:
            self._tokens.forget(fields["Authorization"])
        return self._tokens is not None


class Tokens:
    """The token of one client, fetched by one call at a time and used by all (RFC 6749 section 4.4)."""

    def __init__(self, client: ClientCredentials, carrier: Carrier, clock: Callable[[], float]) -> None:
        self._client = client
        self._carrier = carrier
        self._clock = clock
        self._turn = asyncio.Lock()
        self._token = ""
        self._until = 0.0

    async def get(self, name: str) -> str:
        """A token that holds; raise a SiloError."""
        async with self._turn:
            if not self._token or self._clock() >= self._until:
                await self._fetch(name)
            return self._token

    def forget(self, authorization: str) -> None:
        """The token of this field no longer holds. One that came since does: many calls are refused with one token."""
        if authorization == _bearer(self._token):
            self._token = ""

    async def _fetch(self, name: str) -> None:
        asked = {"grant_type": "client_credentials"}
        if self._client.scope is not None:
            asked["scope"] = self._client.scope
        headers = {
            "Accept": "application/json",
            "Authorization": _basic(
                quote_plus(self._client.client_id), quote_plus(self._client.client_secret.get_secret_value())
            ),
            "Content-Type": "application/x-www-form-urlencoded",
        }
        body = urlencode(asked).encode("ascii")
        received = await self._carrier.send(name, "POST", self._client.token_url, headers, body, safe=False)
        self._token, seconds = _token(name, received)
        self._until = self._clock() + seconds - min(_MARGIN, seconds / 2)


def _token(name: str, received: Received) -> tuple[str, float]:
    if received.status != 200:
        raise SiloUnreachable(f"{name}: the token server answers {received.status}")
    try:
        fields: Any = decode_json(received.body, _MAX_TOKEN_BYTES)
    except FormatError as error:
        raise SiloUnreachable(f"{name}: the token server's answer {error}") from None
    token = fields.get("access_token") if isinstance(fields, dict) else None
    if not (isinstance(token, str) and token and token.isascii() and token.isprintable()):
        raise SiloUnreachable(f"{name}: the token server's answer has no token")
    if str(fields.get("token_type", _BEARER)).lower() != _BEARER:
        raise SiloUnreachable(f"{name}: the token server's answer has a token of another type than Bearer")
    seconds = fields.get("expires_in")
    return token, float(seconds) if type(seconds) is int and 0 < seconds < 10**9 else _UNTOLD


def _fixed_fields(auth: Auth | None) -> dict[str, str]:
    if auth is None:
        return {}
    if auth.bearer is not None:
        return {"Authorization": _bearer(auth.bearer.get_secret_value())}
    if auth.basic is not None:
        return {"Authorization": _basic(auth.basic.user, auth.basic.password.get_secret_value())}
    if auth.api_key is not None and auth.api_key.header is not None:
        return {auth.api_key.header: auth.api_key.value.get_secret_value()}
    return {}


def _bearer(token: str) -> str:
    return f"Bearer {token}"


def _query(auth: Auth | None) -> tuple[tuple[str, str], ...]:
    if auth is None or auth.api_key is None or auth.api_key.query is None:
        return ()
    return ((auth.api_key.query, auth.api_key.value.get_secret_value()),)


def _basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode("ascii")
