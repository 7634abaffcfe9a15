"""`FACADE_*` in the environment beats facade.yaml, for its keys of one value; a flag beats both.

The law of this file: the variables are named by their key, as data. What is wrong with one is told at the variable. An
empty variable is one that is not set. Secrets have no variable: `admin.token` takes a substitution. A flag stands in
the environment under its own name, `--listen`, which no variable of a shell has; so it is told as what was typed.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Final

from facade.config.mistake import Mistake, printable
from facade.config.nodes import MappingNode, ScalarNode, placed
from facade.routing.route import Place

KEYS: Final = (
    "listen",
    "observe",
    "admin",
    "timezone",
    "state",
    "unmatched",
    "drain.pause",
    "drain.limit",
    "limits.header_bytes",
    "limits.headers",
    "limits.url_bytes",
    "limits.body",
    "limits.header_timeout",
    "limits.body_timeout",
    "limits.idle_timeout",
    "limits.connections",
    "limits.kept_bytes",
    "limits.tunnel_idle",
    "limits.tunnel_grace",
    "log.requests",
    "log.errors",
    "log.level",
)
"""The keys of facade.yaml that have a variable: `log.level` has FACADE_LOG_LEVEL."""

VARIABLES: Final[Mapping[str, str]] = MappingProxyType({f"FACADE_{key.replace('.', '_').upper()}": key for key in KEYS})

FLAGS: Final[Mapping[str, str]] = MappingProxyType({f"--{key}": key for key in ("listen", "observe", "admin", "state")})
"""The keys that `facade serve` has a flag for."""

OTHERS: Final = frozenset({"FACADE_ADMIN_TOKEN", "FACADE_CONFIG"})
"""Variables that mean something to the command line."""

_SERVICE: Final = re.compile(
    r"FACADE_(?:\w+_)?(?:SERVICE_HOST|SERVICE_PORT(?:_\w+)?|PORT(?:_[0-9]+_[A-Z]+(?:_[A-Z]+)?)?)"
)
"""What Kubernetes sets in every container for a Service that is called facade, or facade-something."""

_LISTENERS: Final = frozenset({"listen", "admin"})
"""Keys whose long form holds more than the address: the variable is the address alone."""


def overlay(root: MappingNode, environment: Mapping[str, str]) -> MappingNode:
    """facade.yaml with what the environment says instead of it, and the flags instead of that."""
    for source, key in (*VARIABLES.items(), *FLAGS.items()):
        text = environment.get(source, "")
        if text:
            place = Place(source if source in FLAGS else f"environment {source}", 0)
            path = key.split(".")
            if key in _LISTENERS and isinstance(root.get(key), MappingNode):
                path.append("address")
            root = placed(root, path, ScalarNode(place, text, style='"', shown=text), place)
    return root


def unknown_variables(environment: Mapping[str, str], asked: Collection[str]) -> list[Mistake]:
    """Warnings: variables that look like ours and are not. `asked` are those that a substitution names."""
    return [
        Mistake(Place(f"environment {printable(name)}", 0), "is not a variable that the facade reads", _mend(name))
        for name in sorted(environment)
        if name.startswith("FACADE_")
        and name not in VARIABLES
        and name not in OTHERS
        and name not in asked
        and not _SERVICE.fullmatch(name)
    ]


def _mend(name: str) -> str:
    near = difflib.get_close_matches(name[:100], VARIABLES, 1)
    return f"set {near[0]}, or unset it" if near else "unset it"
