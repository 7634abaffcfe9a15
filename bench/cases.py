"""What is asked: a case is one kind of request, the same for every contender."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final


@dataclass(frozen=True, slots=True)
class Case:
    """A kind of request. `path` has a place for a number, so that a thousand callers ask for a thousand things.

    `variants` names who takes part, where that is not everybody, and `ours` whose targets these are.

    With `upload` a request carries so many bytes, and is a POST; with `tls` the caller speaks TLS. `targets` are the
    most CPU time a request that the facade may take, as a ratio to other contenders'. `fields` are the request's beside
    `Host`, which wrk sends, and `Cookie`, whose `session` is each caller's own.
    """

    name: str
    path: str
    fields: Mapping[str, str]
    answer: bytes
    answer_fields: tuple[str, ...]
    upload: int = 0
    tls: bool = False
    variants: str = ""
    ours: str = "facade"
    targets: Mapping[str, float] = field(default_factory=dict)


_TITLE: Final = b'{"number":"DN1234","tenure":"freehold","charges":[{"id":"C1","lender":"Example Bank"}],"count":1}'

# What peers/upstream.conf answers, beside nginx's own Server, Date, Content-Type, Content-Length, Connection.
_ANSWERED: Final = (
    "ETag",
    "Cache-Control",
    "Vary",
    "X-Request-ID",
    "X-Frame-Options",
    "X-Content-Type-Options",
    "Link",
)

SMALL_JSON: Final = Case(
    name="small JSON, 13 request and 12 answer headers",
    path="/titles/DN%d",
    fields={
        "User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
        "Accept": "application/json, text/plain;q=0.9, */*;q=0.5",
        "Accept-Language": "en-GB,en;q=0.7,cy;q=0.3",
        "Accept-Encoding": "gzip, deflate, br, zstd",
        "Referer": "https://services.example/conveyancing/search",
        "Origin": "https://services.example",
        "X-Requested-With": "XMLHttpRequest",
        "X-Request-ID": "3f2c8f6e0b5d4a7c9e1f20d4c6b8a091",
        "Authorization": "Bearer eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJiZW5jaCJ9.c2lnbmF0dXJl",
        "Cache-Control": "no-cache",
        "DNT": "1",
    },
    answer=_TITLE,
    answer_fields=_ANSWERED,
    targets={"nginx": 1.8, "envoy": 0.8, "traefik": 0.5, "caddy": 0.4, "aiohttp proxy": 0.25},
)

HOST_ALONE: Final = Case(
    name="the same with nothing but Host and the session's cookie",
    path=SMALL_JSON.path,
    fields={},
    answer=_TITLE,
    answer_fields=_ANSWERED,
    targets={"envoy": 0.75},
)

TEN_KIB: Final = Case(
    name="10 KiB, 13 request and 12 answer headers",
    path=SMALL_JSON.path,
    fields=SMALL_JSON.fields,
    answer=b'{"title":"' + b"x" * (10 * 1024 - 12) + b'"}',
    answer_fields=_ANSWERED,
    targets={"envoy": 0.8},
)

_MIB: Final = 1024 * 1024
_AS_THE_CHEAPEST: Final = {"nginx": 1.3, "haproxy": 1.3, "envoy": 1.3}
"""At most so much by the cheapest of them, which is by each of them."""

DOWN: Final = Case(
    name="1 MiB down",
    path=SMALL_JSON.path,
    fields=SMALL_JSON.fields,
    answer=b'{"title":"' + b"x" * (_MIB - 12) + b'"}',
    answer_fields=_ANSWERED,
    targets=_AS_THE_CHEAPEST,
)

UP: Final = Case(
    name="1 MiB up",
    path=SMALL_JSON.path,
    fields=SMALL_JSON.fields,
    answer=_TITLE,
    answer_fields=_ANSWERED,
    upload=_MIB,
    targets=_AS_THE_CHEAPEST,
)

FEW_ROUTES, MANY_ROUTES, WITHOUT_UVLOOP = "facade, 10 routes", "facade, 10,000 routes", "facade without uvloop"

ROUTES: Final = replace(
    SMALL_JSON,
    name="small JSON with 10,000 routes against 10",
    variants="routes",
    ours=MANY_ROUTES,
    targets={FEW_ROUTES: 1.1},
)
TLS: Final = replace(
    SMALL_JSON, name="small JSON over a TLS listener", variants="tls", tls=True, targets={"envoy": 1.0}
)
LOOP: Final = replace(SMALL_JSON, name="small JSON without uvloop", variants="loop", ours=WITHOUT_UVLOOP, targets={})

CASES: Final = {
    "small": SMALL_JSON,
    "host": HOST_ALONE,
    "10k": TEN_KIB,
    "down": DOWN,
    "up": UP,
    "routes": ROUTES,
    "tls": TLS,
    "loop": LOOP,
}
"""Every case by the name that `--cases` knows it by."""
