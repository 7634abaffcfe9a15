"""What every page carries beside what every answer of the listener does: it runs our script and nobody else's."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

POLICY: Final = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
"""Content Security Policy Level 3: nothing from elsewhere, nothing written into the page itself, no frame around it."""

HEADERS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "Content-Security-Policy": POLICY,
        "Cross-Origin-Opener-Policy": "same-origin",
        # Other sites learn nothing either way. But with `no-referrer` a browser says of our own form that it comes from
        # nowhere (`Origin: null`, Fetch section 3.2), and one that asks without TLS has no other sign of where from.
        "Referrer-Policy": "same-origin",
    }
)
