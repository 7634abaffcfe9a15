"""Addresses as an operator writes them: where to listen, where to send, whom to believe.

A URL here is an origin: scheme, host and port. What else a URL can hold is refused by name: a user or a password
because secrets never stand in a URL, a path because there is a key for it.
"""

from __future__ import annotations

import re
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_network
from typing import Annotated, Final, NamedTuple

from pydantic import WithJsonSchema

from facade.config.types import Unfit, reads, written_as
from facade.targets.template import PathTemplate

MAX_SOCKET_PATH: Final = 107
"""Bytes of a Unix socket's path: those of `sun_path` less the one that ends it (unix(7))."""

MAX_PORT: Final = 65_535
"""The largest number of 16 bits (RFC 9293 section 3.1)."""

_HOST: Final = r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,251}[A-Za-z0-9_])?"
_BRACKETED: Final = r"\[[0-9A-Fa-f:.]{2,45}\]"
_AUTHORITY: Final = re.compile(rf"({_HOST}|{_BRACKETED})(?::([0-9]{{1,5}}))?")
_ORIGIN: Final = re.compile(rf"https?://(?:{_HOST}|{_BRACKETED})(?::[0-9]{{1,5}})?")
_ADDRESS: Final = re.compile(rf"(?:{_HOST}|{_BRACKETED}):[0-9]{{1,5}}")
_ENDPOINT: Final = re.compile(rf"{_ORIGIN.pattern}|unix:/[!-.0-~][!-~]*")
_SOCKET: Final = re.compile(r"/[!-.0-~][!-~]*")
_HTTP: Final = re.compile(r"https?://")
_SUCCESSOR: Final = re.compile(r"(?:https?://|/).*")
_VISIBLE: Final = re.compile(r"[!-~]{1,4096}")


class HostPort(NamedTuple):
    """An address to bind. Port 0 asks the system for a free one."""

    host: str
    port: int


def parse_address(text: str) -> HostPort:
    """`host:port`, an IPv6 host in brackets.

    >>> parse_address("[::1]:8080")
    HostPort(host='::1', port=8080)
    """
    found = _AUTHORITY.fullmatch(text)
    if found is None or found[2] is None:
        if text.startswith(":"):
            raise Unfit("names no host; write 127.0.0.1 before the colon for this machine only, 0.0.0.0 for all")
        raise Unfit("is not an address; write host:port, such as 127.0.0.1:8080 or [::1]:8080")
    return HostPort(_host(found[1]), _port(found[2]))


def parse_origin(text: str) -> str:
    """`http://host:port` or `https://host:port`, and nothing behind it.

    >>> parse_origin("http://127.0.0.1:7101")
    'http://127.0.0.1:7101'
    """
    scheme, slashes, rest = text.partition("://")
    if not slashes or scheme not in {"http", "https"}:
        raise Unfit("is not an http(s) URL; write one such as http://127.0.0.1:7101")
    if "@" in rest:
        raise Unfit("carries a user name or a password; remove it: secrets never stand in a URL")
    if "?" in rest or "#" in rest:
        raise Unfit("carries a query or a fragment; write scheme, host and port alone")
    if "/" in rest:
        raise Unfit(
            "carries a path or a slash at its end; write scheme, host and port alone, such as http://127.0.0.1:7101"
        )
    found = _AUTHORITY.fullmatch(rest)
    if found is None:
        raise Unfit("has no good host; write one such as http://127.0.0.1:7101 or http://[::1]:7101")
    _host(found[1])
    if found[2] is not None and not _port(found[2]):
        raise Unfit("names port 0; write the port the service listens on")
    return text


def parse_endpoint(text: str) -> str:
    """Where a target listens: an origin, or `unix:` and the whole path of a socket.

    >>> parse_endpoint("unix:/run/app.sock")
    'unix:/run/app.sock'
    """
    scheme, _, path = text.partition(":")
    if scheme != "unix":
        return parse_origin(text)
    if _SOCKET.fullmatch(path) is None:
        raise Unfit("names no whole path of a socket; write one such as unix:/run/app.sock")
    if len(path) > MAX_SOCKET_PATH:
        raise Unfit(f"has a path of more than {MAX_SOCKET_PATH} characters, which no system takes; shorten it")
    return text


def parse_network(text: str) -> IPv4Network | IPv6Network:
    """A network in CIDR form, or one address."""
    try:
        return ip_network(text)
    except ValueError:
        pass
    try:
        wider = ip_network(text, strict=False)
    except ValueError:
        raise Unfit("is not a network; write one such as 10.0.0.0/8, or one address") from None
    raise Unfit(f"has bits set behind its mask; write {wider}")


def parse_successor(text: str) -> str:
    """Where a route that is gone redirects to: a path, or an http(s) URL. Both may hold the route's parameters."""
    if not text.startswith("/"):
        if _HTTP.match(text) is None:
            raise Unfit(
                "is neither a path nor an http(s) URL; write one such as /new/titles or https://example.org/new"
            )
        scheme, _, rest = text.partition("://")
        parse_origin(f"{scheme}://{rest.partition('/')[0]}")
    PathTemplate.parse(text)
    return text


def parse_token(text: str) -> str:
    """The admin token: what a field of HTTP can carry, and more than nothing."""
    if _VISIBLE.fullmatch(text) is None:
        raise Unfit("is no token; write visible ASCII characters without spaces")
    return text


def _host(text: str) -> str:
    if not text.startswith("["):
        return text
    try:
        return str(IPv6Address(text[1:-1]))
    except ValueError:
        raise Unfit("has no good IPv6 address in its brackets; write one such as [::1]") from None


def _port(text: str) -> int:
    port = int(text)
    if port > MAX_PORT:
        raise Unfit(f"has a port above {MAX_PORT}; write one from 1 to {MAX_PORT}")
    return port


Address = Annotated[HostPort, reads(parse_address), written_as(_ADDRESS, "127.0.0.1:8080")]
EndpointUrl = Annotated[str, reads(parse_endpoint), written_as(_ENDPOINT, "http://127.0.0.1:7101")]
Network = Annotated[IPv4Network | IPv6Network, reads(parse_network), WithJsonSchema({"type": "string"})]
Successor = Annotated[str, reads(parse_successor), written_as(_SUCCESSOR, "/new/titles")]
Token = Annotated[str, reads(parse_token), WithJsonSchema({"type": "string", "minLength": 1})]
