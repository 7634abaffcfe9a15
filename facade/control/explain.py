"""What would become of a call, and why: the same table, path form and decision as the data plane's, and no network. Pure.

An explanation names what the operator wrote (route, rule, place in a file) and nothing of the call that was asked about.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from facade.config.settings import Configuration
from facade.control.describe import name_of, share_of
from facade.routing.decide import decide
from facade.routing.path import normalise
from facade.routing.route import SAFE_METHODS, Fallback, Key, KeyKind, Route
from facade.routing.stage import Side, Stage
from facade.routing.table import Found, RouteTable, WrongMethod

LOCAL: Final = "127.0.0.1"
"""The address a call is taken to come from."""


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

    `status` is that of an answer of the facade's own, None where a side is asked. `share` is the platform's part, 0 to 1.
    `place` is `file:line`. `notes` say what else the stage does.
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
    target = urlsplit(asked.url)
    path = normalise(target.path or "/") if not target.fragment else None
    if path is None:
        return _own(400, "path", "its path could be read as another one: dots, doubled or escaped slashes, or a #")
    fields = _Fields(asked, target.hostname)
    found = table.find(fields.host, asked.method, path, fields.get)
    if isinstance(found, Found):
        return _matched(found, fields)
    return _not_matched(configuration, found)


class _Fields:
    """A call's header fields, and the keys read from them."""

    def __init__(self, asked: Asked, host: str | None) -> None:
        self.asked = asked
        self._values: dict[str, str] = {}
        for name, value in asked.headers:
            self._values.setdefault(name.lower(), value)
        self.host = host or _hostname(self._values.get("host", ""))

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
                return self._fields.asked.address
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
        notes=tuple(_notes(route, decision.side, fields.asked.method)),
    )


def _sentence(route: Route, side: Side) -> str:
    if side is Side.LEGACY:
        return f"legacy, {name_of(route.legacy)}"
    if side is Side.PLATFORM:
        return f"the platform, {name_of(route.platform)}"
    if route.successor is None:
        return "the facade: 410, the route is gone"
    return f"the facade: 308 to {route.successor}, the route is gone"


def _notes(route: Route, side: Side, method: str) -> Sequence[str]:
    notes = []
    if route.stage is Stage.SHADOW:
        notes.append("stage shadow answers like legacy: comparison is not built yet")
    falls_back = route.fallback is Fallback.READS and method in SAFE_METHODS and route.legacy is not None
    if side is Side.PLATFORM and falls_back and route.stage is not Stage.COMPLETE:
        notes.append("fallback reads: if the platform fails, legacy answers")
    return notes


def _not_matched(configuration: Configuration, found: WrongMethod | None) -> Explanation:
    if found is not None:
        return _own(405, "method", f"the path is known with other methods: {', '.join(found.allow)}")
    unmatched = configuration.settings.unmatched
    if unmatched is None:
        return _own(404, "unmatched", "no route covers it, and facade.yaml names no silo as unmatched")
    return Explanation(
        answered_by=f"legacy, {unmatched}: the silo that takes what no route covers",
        side=Side.LEGACY,
        reason="unmatched",
        legacy=unmatched,
    )


def _own(status: int, reason: str, why: str) -> Explanation:
    return Explanation(answered_by=f"the facade: {status}, {why}", side=Side.OWN, reason=reason, status=status)


def _hostname(host: str) -> str:
    return host.lower().partition(":")[0] if not host.startswith("[") else host.lower().partition("]")[0] + "]"
