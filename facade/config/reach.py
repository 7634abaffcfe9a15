"""How a target over the wire is reached, as an operator writes it: its URL or URLs, and what TLS to it stands on.

A silo that is passed through says it in `settings`, a platform service in `platform`; both mean the same.
"""

from __future__ import annotations

import re
from typing import Annotated, Final

from pydantic import AfterValidator, Field, WithJsonSchema, model_validator

from facade.config.block import Block, one_or_more
from facade.config.network import EndpointUrl, parse_endpoint
from facade.config.types import Text, Unfit, reads, written_as

MAX_ENDPOINTS: Final = 32
"""URLs of one target: more are found by one name that leads to all of them."""

_SERVER: Final = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,251}[A-Za-z0-9_])?")


def parse_server_name(text: str) -> str:
    """The name that a server's certificate must carry."""
    if _SERVER.fullmatch(text) is None:
        raise Unfit("is not the name of a server; write one without scheme and port, such as titles.example")
    return text


def check_urls(urls: tuple[str, ...]) -> tuple[str, ...]:
    """URLs of one target: each once, and not too many."""
    if len(set(urls)) < len(urls):
        raise Unfit("names one URL twice; keep one of the two")
    if len(urls) > MAX_ENDPOINTS:
        raise Unfit(f"names more than {MAX_ENDPOINTS} URLs; give them one name in the DNS, and write that")
    return urls


EndpointUrls = Annotated[
    tuple[EndpointUrl, ...], Field(min_length=1), AfterValidator(check_urls), one_or_more(EndpointUrl)
]
SettingsUrl = Annotated[
    str,
    reads(parse_endpoint),
    WithJsonSchema({"type": "string", "pattern": r"^https?://|^unix:|\$\{", "examples": ["http://127.0.0.1:7000"]}),
]
"""The same, or to an editor a substitution, which is made before it is read."""
SettingsUrls = Annotated[
    tuple[SettingsUrl, ...], Field(min_length=1), AfterValidator(check_urls), one_or_more(SettingsUrl)
]
ServerName = Annotated[str, reads(parse_server_name), written_as(_SERVER, "titles.example")]


class TargetTlsBlock(Block):
    """What TLS to a target stands on: PEM files beside the file that names them, and a name."""

    ca: Text | None = None
    server_name: ServerName | None = None
    certificate: Text | None = None
    key: Text | None = None

    @model_validator(mode="after")
    def _has_both_or_neither(self) -> TargetTlsBlock:
        if (self.certificate is None) != (self.key is None):
            lacking = "key" if self.key is None else "certificate"
            raise Unfit(f"gives half of what the facade shows; add {lacking}")
        return self


def check_reach(urls: tuple[str, ...], tls: TargetTlsBlock | None) -> None:
    """TLS is for https alone. Raises Unfit."""
    if tls is not None and not all(url.startswith("https://") for url in urls):
        raise Unfit("gives tls for a URL that is not https; write https://, or remove tls")
