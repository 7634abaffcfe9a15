"""Words and figures for what the configuration says, as every command, page and answer uses them. Pure."""

from __future__ import annotations

from facade.routing.route import Keys, Match, PlatformService, Route, SiloReference
from facade.routing.stage import Stage
from facade.targets.definition import Adapted, Silo


def share_of(route: Route) -> float | None:
    """The platform's part of a route's calls by its stage, 0 to 1; None where no side is asked."""
    match route.stage:
        case Stage.LEGACY | Stage.SHADOW:
            return 0.0
        case Stage.CANARY:
            return (
                float(route.canary.share) if route.canary is not None and route.canary.keys is not Keys.EVICT else 0.0
            )
        case Stage.PLATFORM | Stage.COMPLETE:
            return 1.0
        case Stage.GONE:
            return None


def keys_of(route: Route) -> str | None:
    """What is said of a canary's keys where it has not all of them."""
    canary = route.canary
    return None if route.stage is not Stage.CANARY or canary is None or canary.keys is Keys.OPEN else str(canary.keys)


def name_of(side: SiloReference | PlatformService | None) -> str | None:
    """What a side points at, as an operator writes it: `SILO.OPERATION`, `SILO`, or a service's URLs with its path."""
    if side is None:
        return None
    return f"{', '.join(side.urls)}{side.path or ''}" if isinstance(side, PlatformService) else str(side)


def match_of(match: Match) -> str:
    """What a route matches, as an operator writes it, its host and header conditions behind it."""
    told = f"{match.method} {match.path}" if match.method is not None else match.path
    if match.host is not None:
        told += f" on {match.host}"
    return told + "".join(f" with {name}: {value}" for name, value in match.headers)


def kind_of(silo: Silo) -> str:
    """The kind of adapter that reaches a silo."""
    return silo.reach.kind.name if isinstance(silo.reach, Adapted) else "passthrough"


def percent(share: float | None) -> str:
    """A share as it is written, `25%`; a dash where there is none.

    >>> percent(0.005), percent(1.0), percent(None)
    ('0.5%', '100%', '-')
    """
    return "-" if share is None else f"{share * 100:.4f}".rstrip("0").rstrip(".") + "%"
