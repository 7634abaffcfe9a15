"""What the operator's language names and this version does not build yet, as data.

Such a key is refused like any unknown one, never ignored; only the mistake says why. Whoever builds one takes it out.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

FACADE: Final = frozenset({"tunnel_grace"})

SILO: Final[frozenset[str]] = frozenset()

GROUP: Final = frozenset({"plan", "point_of_no_return", "reverse_shadow_until"})

ROUTE: Final = GROUP | {
    "contract",
    "minimise",
    "privacy",
}

PATHS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "contract": "contracts",
    }
)
"""Files and folders beside facade.yaml, and what they will be for."""

KINDS: Final = frozenset({"batch", "queue", "screen"})
"""Kinds of adapter; one that is installed is built, whatever is said here."""
