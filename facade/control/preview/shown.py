"""A route as a preview compares it: what runs, told by the sidecar, and what files say, in the same words. Pure."""

from __future__ import annotations

import re
from typing import Final

import msgspec

from facade.control.describe import match_of, name_of
from facade.control.preview.definitions import Definition, Definitions, digest
from facade.control.usage.sample import rule_digest, sources_of
from facade.routing.route import Canary, Fallback, Keys, Route, SiloReference, WithoutKey
from facade.routing.stage import Stage

_PARAMETER: Final = re.compile(r"\{[^}]*\}")
_ANYTHING: Final = "0"
"""What stands for a parameter in an example of a path: few literals are called so."""


class Division(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a canary divides its calls. `share` is the platform's, 0 to 1; rules are named by `rule_digest`."""

    share: float
    by: str
    without_key: WithoutKey
    keys: Keys
    legacy_for: tuple[str, ...] = ()
    platform_for: tuple[str, ...] = ()


class Shown(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One route. `subject` is its group's name, else its own; `whole` when it moves as a whole, never by a canary,
    and `external` when it goes to an external, never by a shadow.

    `method`, `path`, `host` and `headers` are what it matches, `match` the same in words. `guard` and `shadow` are
    hashes of what its file says of them, None where it says nothing; `timeout` is in seconds; `stands_on` is what it
    means that is written elsewhere.
    """

    name: str
    subject: str
    match: str
    method: str | None
    path: str
    host: str | None
    headers: tuple[tuple[str, str], ...]
    stage: Stage
    whole: bool
    silo: str | None
    legacy: str | None
    platform: str | None
    guard: str | None
    shadow: str | None
    timeout: float | None
    fallback: Fallback
    stands_on: tuple[Definition, ...]
    division: Division | None = None
    external: bool = False

    @property
    def share(self) -> float:
        """The part of the places that is the platform's."""
        if self.stage is Stage.CANARY:
            return 0.0 if self.division is None or self.division.keys is Keys.EVICT else self.division.share
        return 1.0 if self.stage in {Stage.PLATFORM, Stage.COMPLETE} else 0.0

    @property
    def example(self) -> str:
        """A path that it matches, unless another route matches that before it."""
        return _PARAMETER.sub(_ANYTHING, self.path)


def shown(route: Route, definitions: Definitions) -> Shown:
    """The route in these words; `definitions` are those of its configuration."""
    match = route.match
    return Shown(
        name=route.name,
        subject=route.group or route.name,
        match=match_of(match),
        method=match.method,
        path=match.path,
        host=match.host,
        headers=match.headers,
        stage=route.stage,
        whole=route.moves_whole,
        silo=route.legacy.silo if isinstance(route.legacy, SiloReference) else None,
        legacy=name_of(route.legacy),
        platform=name_of(route.platform),
        guard=None if route.guard is None else digest(route.guard),
        shadow=None if route.shadow is None else digest(route.shadow),
        timeout=route.timeout,
        fallback=route.fallback,
        stands_on=definitions.of(route),
        division=None if route.canary is None else _division(route.canary),
        external=route.goes_to_external,
    )


def _division(canary: Canary) -> Division:
    return Division(
        share=float(canary.share),
        by=sources_of(canary) or "",
        without_key=canary.without_key,
        keys=canary.keys,
        legacy_for=tuple(map(rule_digest, canary.legacy_for)),
        platform_for=tuple(map(rule_digest, canary.platform_for)),
    )
