"""What would become of a call, and why: by the data plane's own table, path form and decision, without any network.

Pure. An explanation names what the operator wrote (route, rule, place in a file) and nothing of the call itself.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from facade.config.settings import Configuration
from facade.control.describe import name_of, share_of
from facade.problem import Problem
from facade.routing.decide import decide
from facade.routing.path import normalise
from facade.routing.route import Key, KeyKind, Route
from facade.routing.stage import Side, Stage
from facade.routing.table import Found, RouteTable, WrongMethod
from facade.wire import refusals

LOCAL: Final = "127.0.0.1"
"""The address a call is taken to come from."""

_ABSOLUTE: Final = re.compile(r"https?://([^/?]*)(.*)", re.IGNORECASE | re.DOTALL)
"""Absolute-form (RFC 9112 section 3.2.2)."""

NOT_COMPARED: Final = "stage shadow answers like legacy: comparison is not built yet"

REFUSED_METHODS: Final = frozenset({"CONNECT", "TRACE"})
"""What the data plane passes on to nobody."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The call that is asked about: `url` is a path with its query, or absolute; names of `headers` in any case."""

    method: str
    url: str
    headers: tuple[tuple[str, str], ...] = ()
    address: str = LOCAL


@dataclass(frozen=True, slots=True)
class Explanation:
    """Who would answer, and why. `answered_by` says it in one sentence.

    `status` is that of an answer of the facade's own, None where a side is asked. `share` is the platform's part, 0 to
    1. `place` is `file:line`. `notes` say what else the stage does.
    """

    answered_by: str
    side: str
    reason: str
    status: int | None = None
    route: str | None = None
    stage: str | None = None
    group: str | None = None
    share: float | None = None
    legacy: str | None = None
    platform: str | None = None
    place: str | None = None
    notes: tuple[str, ...] = ()


def explain(configuration: Configuration, table: RouteTable, asked: Asked) -> Explanation:
    """Say what `configuration`, compiled as `table`, does with a call."""
    if asked.method in REFUSED_METHODS:
        return _own(refusals.METHOD_NOT_ALLOWED, f"{asked.method} is never passed on")
    host, target = _split(asked.url)
    path = normalise(target.partition("?")[0])
    if path is None:
        return _own(refusals.BAD_TARGET, "its path is none, or could be read as another: dots, doubled slashes, #")
    fields = _Fields(asked, host)
    found = table.find(fields.host, asked.method, path, fields.get)
    if isinstance(found, Found):
        return _matched(found, fields)
    return _not_matched(configuration, found)


def _split(url: str) -> tuple[str | None, str]:
    """The authority of an absolute URL and the rest; a path as it is."""
    absolute = _ABSOLUTE.fullmatch(url)
    if absolute is None:
        return None, url
    authority, rest = absolute.groups()
    return authority, rest if rest.startswith("/") else f"/{rest}"


class _Fields:
    """A call's header fields. The last of a name counts, and cookies are joined (RFC 9113 section 8.2.3)."""

    def __init__(self, asked: Asked, authority: str | None) -> None:
        self.address = asked.address
        self._values: dict[str, str] = {}
        for name, value in asked.headers:
            lower = name.lower()
            joined = f"{self._values[lower]}; {value}" if lower == "cookie" and lower in self._values else value
            self._values[lower] = joined
        self.host = _hostname(self._values.get("host", "") if authority is None else authority)

    def get(self, name: str) -> str | None:
        return self._values.get(name)


class _Facts:
    """What a call carries for the decision."""

    def __init__(self, found: Found, fields: _Fields) -> None:
        self._found = found
        self._fields = fields

    def key(self, key: Key) -> bytes | None:
        """The bytes of this key as sent. A `caller` is somebody verified, which a call that was not made never is."""
        value = self._value(key)
        return None if value is None else value.encode()

    def _value(self, key: Key) -> str | None:
        match key.kind:
            case KeyKind.COOKIE:
                return cookie(self._fields.get("cookie") or "", key.name)
            case KeyKind.HEADER:
                return self._fields.get(key.name.lower())
            case KeyKind.PATH:
                return self._found.parameters.get(key.name)
            case KeyKind.ADDRESS:
                return self._fields.address
            case KeyKind.CALLER:
                return None


def cookie(header: str, name: str) -> str | None:
    """The first cookie of this name in a Cookie field (RFC 6265 section 4.2.1).

    >>> cookie("a=1; session=u7", "session")
    'u7'
    """
    for pair in header.split(";"):
        found, equals, value = pair.strip().partition("=")
        if equals and found == name:
            return value
    return None


def _matched(found: Found, fields: _Fields) -> Explanation:
    route = found.route
    decision = decide(route, _Facts(found, fields))
    status = None if decision.side is not Side.OWN else (410 if route.successor is None else 308)
    return Explanation(
        answered_by=_sentence(route, decision.side),
        side=decision.side,
        reason=decision.reason,
        status=status,
        route=route.name,
        stage=route.stage,
        group=route.group,
        share=share_of(route),
        legacy=name_of(route.legacy),
        platform=name_of(route.platform),
        place=str(route.place),
        notes=(NOT_COMPARED,) if route.stage is Stage.SHADOW else (),
    )


def _sentence(route: Route, side: Side) -> str:
    if side is Side.LEGACY:
        return f"legacy, {name_of(route.legacy)}"
    if side is Side.PLATFORM:
        return f"the platform, {name_of(route.platform)}"
    if route.successor is None:
        return "the facade: 410, the route is gone"
    return f"the facade: 308 to {route.successor}, the route is gone"


def _not_matched(configuration: Configuration, found: WrongMethod | None) -> Explanation:
    if found is not None:
        return _own(refusals.METHOD_NOT_ALLOWED, f"the path is known with other methods: {', '.join(found.allow)}")
    unmatched = configuration.settings.unmatched
    if unmatched is None:
        return _own(refusals.NO_ROUTE, "no route covers it, and facade.yaml names no silo as unmatched")
    return Explanation(
        answered_by=f"legacy, {unmatched}: the silo that takes what no route covers",
        side=Side.LEGACY,
        reason="unmatched",
        legacy=unmatched,
    )


def _own(problem: Problem, why: str) -> Explanation:
    return Explanation(
        answered_by=f"the facade: {problem.status}, {why}",
        side=Side.OWN,
        reason=problem.reason,
        status=problem.status,
    )


def _hostname(host: str) -> str:
    """A host as the table knows it: lower case, without port, an IPv6 address in its brackets."""
    lower = host.lower()
    return lower[: lower.find("]") + 1] if lower.startswith("[") else lower.partition(":")[0]
