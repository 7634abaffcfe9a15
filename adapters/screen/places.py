"""Addresses: `open: /licences/{path.number}?view=full`, and where a page's links, forms and redirects lead. Pure.

A caller's value fills a part of one segment of the path, or of one value of the query, and is percent-encoded whole.
Whatever a page says, no request leaves the origin (RFC 6454) of the settings' URL.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

from pydantic_core import CoreSchema, core_schema

from facade.port import BadArgument, Call, Template
from facade.port.fitting import as_text

_CONSTANT: Final = re.compile(r"[A-Za-z0-9._~!$&'()*+,;=:@%/?-]*")
"""Characters of a path and a query (RFC 3986 sections 3.3 and 3.4)."""

_STEPS: Final = frozenset({".", ".."})
_PORTS: Final = {"http": 80, "https": 443}
_KEPT: Final = "%!$&'()*+,;=:@/~-._"
"""What stays in a path that a page wrote; everything else in it is percent-encoded."""

_MAX_URL: Final = 8 * 1024
"""Characters of a URL that a page may lead to: what servers take (RFC 9110 section 4.1 recommends it)."""


@dataclass(frozen=True, slots=True)
class Place:
    """A path with its query, compiled. A pydantic model may use it as a field's type."""

    template: Template

    @classmethod
    def parse(cls, text: str) -> Place:
        """Compile `text`; raise ValueError with `what; mend`."""
        template = Template.parse(text)
        constants = "".join(part for part in template.parts if isinstance(part, str))
        if not text.startswith("/") or text.startswith("//"):
            raise ValueError("this is no path; write one that begins with /, such as /search")
        if not _CONSTANT.fullmatch(constants) or constants.count("?") > 1:
            raise ValueError("this path has a character that no path has; percent-encode it, and leave out # and ?")
        if not _STEPS.isdisjoint(urlsplit(text).path.split("/")):
            raise ValueError("this path has a step up or down; write where it leads")
        return cls(template)

    def of(self, call: Call, codec: str) -> str:
        """The path and query of this call; raise BadArgument."""
        parts = [part if isinstance(part, str) else _value(as_text(part.fill(call)), part, codec)
                 for part in self.template.parts]  # fmt: skip
        place = "".join(parts)
        if not _STEPS.isdisjoint(place.partition("?")[0].split("/")) or "//" in place.partition("?")[0]:
            raise BadArgument(self.template.field, "must be one segment of a path")
        return place

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: Any, _handler: Any) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            lambda value: value if isinstance(value, cls) else cls.parse(value),
            json_schema_input_schema=core_schema.str_schema(),
        )


def resolved(href: str, page: str, codec: str) -> str | None:
    """Where a link on a page leads, percent-encoded without its fragment; None where it leaves the page's origin."""
    try:
        parts = urlsplit(urljoin(page, "".join(href.split("\n")).strip()))
        if origin(parts.geturl()) != origin(page) or "@" in parts.netloc:
            return None
    except ValueError:  # no URL at all
        return None
    path = quote(parts.path or "/", safe=_KEPT)
    query = quote(parts.query, safe=_KEPT + "?[]|", encoding=codec, errors="xmlcharrefreplace")
    url = urlunsplit((parts.scheme, parts.netloc, path, query, ""))
    return url if len(url) <= _MAX_URL and url.isascii() else None


def origin(url: str) -> tuple[str, str | None, int | None]:
    """Scheme, host and port; raise ValueError."""
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or _PORTS.get(parts.scheme)


def path_of(url: str) -> str:
    """The path of a URL."""
    return urlsplit(url).path


def _value(text: str, field: object, codec: str) -> str:
    try:
        return quote(text.encode(codec), safe="")
    except UnicodeEncodeError:
        raise BadArgument(str(field), "holds a character that the silo cannot take") from None
