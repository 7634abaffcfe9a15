"""What an operator writes of a service and of its operations."""

from __future__ import annotations

import enum
import re
from collections.abc import Mapping
from typing import Annotated, Final
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, StringConstraints, model_validator

from adapters.rest.path import Target
from facade.port import AnsweredOperation, Faults, Template
from facade.port.expression import Expression

MAX_CONNECTIONS: Final = 256
"""More at once than this is no old system's."""

_FIELD_NAME: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
"""A header field's name (RFC 9110 section 5.1)."""

_OURS: Final = frozenset({"authorization", "connection", "content-length", "content-type", "host", "transfer-encoding"})
"""Fields that this kind writes itself."""


_NO_URL: Final = "this is no HTTP URL; write https://HOST or https://HOST/PATH"


def _http_url(text: str) -> str:
    try:
        url = urlsplit(text)
        port = url.port
    except ValueError:  # a port out of range, an address that is half in brackets
        raise ValueError(_NO_URL) from None
    if url.scheme not in {"http", "https"} or not url.hostname or port == 0:
        raise ValueError(_NO_URL)
    if "@" in url.netloc or url.query or url.fragment:
        raise ValueError("a URL here ends with its path; write a key under auth:, and the rest under query:")
    return text.rstrip("/")


def _field_name(text: str) -> str:
    if not _FIELD_NAME.fullmatch(text) or text.lower() in _OURS:
        raise ValueError(f"{text} is no header field that may be written here; use auth: for a key")
    return text


HttpUrl = Annotated[str, AfterValidator(_http_url)]
FieldName = Annotated[str, AfterValidator(_field_name)]
Name = Annotated[str, StringConstraints(min_length=1)]


class _Block(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class ApiKey(_Block):
    """A key in a header field of its own, or in the query."""

    value: SecretStr
    header: FieldName | None = None
    query: Name | None = None

    @model_validator(mode="after")
    def _stands_in_one_place(self) -> ApiKey:
        if (self.header is None) == (self.query is None):
            raise ValueError("a key stands in one place; write header: or query:")
        return self


class Basic(_Block):
    """A user and a password (RFC 7617)."""

    user: str
    password: SecretStr


class ClientCredentials(_Block):
    """OAuth 2.0 client credentials (RFC 6749 section 4.4)."""

    token_url: HttpUrl
    client_id: str
    client_secret: SecretStr
    scope: str | None = None


class Auth(_Block):
    """How the sidecar says who it is: one of these."""

    bearer: SecretStr | None = None
    basic: Basic | None = None
    api_key: ApiKey | None = None
    client_credentials: ClientCredentials | None = None

    @model_validator(mode="after")
    def _is_one(self) -> Auth:
        if len(self.model_fields_set) != 1:
            raise ValueError(
                "this is one way to say who calls; write one of bearer, basic, api_key, client_credentials"
            )
        return self


class RestSettings(_Block):
    """`settings` of a service. Every call goes to `url`, whatever a caller sends."""

    url: HttpUrl
    auth: Auth | None = None
    connections: int = Field(default=20, ge=1, le=MAX_CONNECTIONS)


class Format(enum.StrEnum):
    """How `send` is written."""

    JSON = "json"
    XML = "xml"
    FORM = "form"


class RestOperation(AnsweredOperation):
    """One operation of a service."""

    call: Target
    query: dict[Name, Template] = Field(default_factory=dict)
    headers: dict[FieldName, Template] = Field(default_factory=dict)
    send: dict[Name, Template] = Field(default_factory=dict)
    format: Format = Format.JSON
    root: Name | None = None
    lists: tuple[Name, ...] = ()
    fault: Expression | None = None
    faults: Faults = Field(default_factory=lambda: Faults({}))
    idempotency: Template | None = None

    @property
    def in_query(self) -> Mapping[str, Template]:
        """What goes into the query: all that a method without a body sends."""
        return self.send if self.call.is_safe and self.send else self.query

    @property
    def in_body(self) -> Mapping[str, Template]:
        """What goes into the body (RFC 9110 section 9.3.1: that of a GET has no meaning)."""
        return {} if self.call.is_safe else self.send
