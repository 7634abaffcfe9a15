"""What a route's dates are on the wire: the fields of its answers. Pure.

`Deprecation` is a structured date (RFC 9745 section 2.1, RFC 9651 section 3.3.7), `Sunset` an HTTP date in its one
good form (RFC 8594 section 3, RFC 9110 section 5.6.7), and `Link` leads to what there is to read and to the successor
(RFC 8288, RFC 5829 section 3.2, RFC 9745 section 3, RFC 8594 section 6).
"""

from __future__ import annotations

import datetime
from email.utils import format_datetime
from typing import Final
from urllib.parse import quote

from facade.routing.notice import Announced, Notice

_URI: Final = ":/?#[]@!$&'()*+,;=-._~%"
"""What a URI may hold beside letters and digits (RFC 3986 section 2). Anything else would end or break its link."""


def deprecation(at: datetime.datetime) -> str:
    """The value of `Deprecation`.

    >>> deprecation(datetime.datetime(2023, 6, 30, 23, 59, 59, tzinfo=datetime.UTC))
    '@1688169599'
    """
    return f"@{int(at.timestamp())}"


def sunset(at: datetime.datetime) -> str:
    """The value of `Sunset`.

    >>> sunset(datetime.datetime(2027, 3, 31, tzinfo=datetime.UTC))
    'Wed, 31 Mar 2027 00:00:00 GMT'
    """
    return format_datetime(at.astimezone(datetime.UTC), usegmt=True)


def link(target: str, relation: str) -> str:
    """One link of `Link`.

    >>> link("/new/titles/7", "successor-version")
    '</new/titles/7>; rel="successor-version"'
    """
    return f'<{quote(target, safe=_URI)}>; rel="{relation}"'


def fields(notice: Notice) -> list[tuple[str, str]]:
    """What every answer of a route with this notice says of its end, but for the successor."""
    deprecated, ends = notice.deprecated, notice.sunset
    found: list[tuple[str, str]] = []
    if deprecated is not None:
        found += [("Deprecation", deprecation(deprecated.at)), *_documented(deprecated, "deprecation")]
    if ends is not None:
        found += [("Sunset", sunset(ends.at)), *_documented(ends, "sunset")]
    return found


def _documented(announced: Announced, relation: str) -> list[tuple[str, str]]:
    return [] if announced.link is None else [("Link", link(announced.link, relation))]
