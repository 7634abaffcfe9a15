"""What an operator wrote, as what it means: blocks of keys into the frozen values that everything else reads.

Nothing is checked here. A key that was left out takes the default of the value, which is the only place it is written.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from facade.config.ending_file import compile_notice
from facade.config.evidence_file import GuardBlock
from facade.config.facade_file import FacadeFile, FreezeBlock, ListenBlock, LogBlock, TlsBlock
from facade.config.reach import TargetTlsBlock
from facade.config.routes_file import CanaryBlock, GroupBlock, PlatformBlock, RouteBlock
from facade.config.settings import Drain, Freeze, Listener, Log, Settings, Tls
from facade.config.silo_file import ExternalBlock, PassthroughSettings, ProtectBlock, SiloBlock
from facade.routing.guard import Guard
from facade.routing.route import Canary, Group, Place, PlatformService, Route, SiloReference, TargetTls
from facade.routing.shadow import Shadow
from facade.routing.stage import Stage
from facade.targets.definition import Adapted, BreakerRules, Passthrough, Protect, Silo
from facade.targets.protect.hours import Hours
from facade.wire.limits import Forwarded, Limits


def compile_settings(block: FacadeFile, folder: Path) -> Settings:
    """facade.yaml; relative paths start at `folder`."""
    token = block.admin.token if block.admin is not None else None
    given: dict[str, Any] = {
        "listen": _listen(block.listen, folder) if block.listen else None,
        "observe": Listener(*block.observe) if block.observe else None,
        "admin": Listener(*block.admin.address) if block.admin and block.admin.address else None,
        "admin_token": token,
        "timezone": block.timezone,
        "drain": Drain(**_given(block.drain)),
        "state": folder / block.state if block.state else None,
        "limits": Limits(**_given(block.limits)),
        "forwarded": Forwarded(**_given(block.forwarded)),
        "unmatched": block.unmatched,
        "log": _log(block.log),
        "freeze": tuple(_freeze(each) for each in block.freeze),
    }
    return Settings(**{key: value for key, value in given.items() if value is not None})


def compile_silo(block: SiloBlock | ExternalBlock, reach: Passthrough | Adapted, place: Place, zone: ZoneInfo) -> Silo:
    """A silo or an external that is reached by `reach`; its hours are told by the clock of `zone`."""
    is_external = isinstance(block, ExternalBlock)
    name = block.external if isinstance(block, ExternalBlock) else block.silo
    given = _given(block, "owner", "switch_off", "after_switch_off")
    return Silo(name, reach, **given, protect=_protect(block.protect, zone), is_external=is_external, place=place)


def compile_passthrough(block: PassthroughSettings, folder: Path) -> Passthrough:
    """How a silo that speaks HTTP is reached; relative paths start at `folder`."""
    first, *others = block.url
    return Passthrough(
        url=first,
        host=block.host,
        rewrite=block.rewrite == "on",
        others=tuple(others),
        tls=_target_tls(block.tls, folder),
        takes_chunks=block.chunked != "never",
        leniency=frozenset(block.lenient),
        paths_as_sent=block.paths is not None,
    )


def compile_route(
    block: RouteBlock, group: GroupBlock | None, place: Place, folder: Path, zone: ZoneInfo
) -> Route | None:
    """A route with its stage and canary, or its group's; None where neither says a stage.

    Relative paths start at `folder`; its dates are told by the clock of `zone`.
    """
    stage, canary = (block.stage, block.canary) if group is None else (group.stage, group.canary)
    if stage is None:
        return None
    return Route(
        name=block.name,
        match=block.match.match(),
        stage=stage,
        legacy=block.legacy,
        platform=_platform(block.platform, folder) if block.platform else None,
        canary=_canary(canary) if canary else None,
        records=block.records,
        timeout=block.timeout,
        fallback=block.fallback,
        errors=block.errors,
        successor=block.successor,
        group=group.name if group else None,
        owner=block.owner,
        shadow=_shadow_of(block, group),
        guard=_guard(block.guard or (group.guard if group else None)),
        notice=compile_notice(block.deprecated, block.sunset, block.brownouts, zone),
        place=place,
    )


def with_sides(route: Route, systems: Mapping[str, Silo]) -> Route:
    """The route with what all its sides say alike."""
    sides = [side for side in (route.legacy, route.platform) if side is not None]
    return replace(route, as_sent=bool(sides) and all(_takes_as_sent(side, systems) for side in sides))


def with_api_key_header(route: Route, name: str) -> Route:
    """The route whose shadow knows in which field callers show their API keys."""
    if route.shadow is None:
        return route
    return replace(route, shadow=replace(route.shadow, api_key_header=name.lower()))


def _takes_as_sent(side: SiloReference | PlatformService, systems: Mapping[str, Silo]) -> bool:
    if isinstance(side, PlatformService):
        return side.paths_as_sent
    reach = systems[side.silo].reach
    return isinstance(reach, Passthrough) and reach.paths_as_sent


def compile_group(block: GroupBlock) -> Group:
    canary = _canary(block.canary) if block.canary else None
    return Group(block.name, block.routes, Stage(block.stage), canary)


def _shadow_of(route: RouteBlock, group: GroupBlock | None) -> Shadow | None:
    """Its own or its group's; none of a route to an external, which is asked nothing for a comparison."""
    block = route.shadow or (group.shadow if group else None)
    if block is None or isinstance(route.platform, SiloReference):
        return None
    return Shadow(
        sample=block.sample,
        noise=block.noise,
        ignore=block.ignore,
        unordered=block.unordered,
        tolerance=tuple(block.tolerance.items()),
        rename=tuple(block.rename.items()),
        headers=block.headers,
        credentials=block.credentials == "send",
    )


def _guard(block: GuardBlock | None) -> Guard | None:
    return None if block is None else Guard(**_given(block))


def _listen(block: ListenBlock, folder: Path) -> Listener:
    return Listener(*block.address, tls=_tls(block.tls, folder) if block.tls else None)


def _tls(block: TlsBlock, folder: Path) -> Tls:
    return Tls(folder / block.certificate, folder / block.key, folder / block.client_ca if block.client_ca else None)


def _log(block: LogBlock | None) -> Log:
    given = _given(block)
    if "requests" in given:
        given["requests"] = float(given["requests"])
    if "errors" in given:
        given["errors"] = given["errors"] == "all"
    return Log(**given)


def _freeze(block: FreezeBlock) -> Freeze:
    return Freeze(block.start, block.end, block.why or "")


def _protect(block: ProtectBlock | None, zone: ZoneInfo) -> Protect:
    given = _given(block)
    if block is not None and block.breaker is not None:
        given["breaker"] = BreakerRules(**_given(block.breaker))
    if block is not None and block.hours is not None:
        given["hours"] = Hours(block.hours, zone)
    return Protect(**given)


def _platform(block: PlatformBlock | SiloReference, folder: Path) -> PlatformService | SiloReference:
    if isinstance(block, SiloReference):
        return block
    first, *others = block.url
    tls = _target_tls(block.tls, folder)
    as_sent = block.paths is not None
    return PlatformService(first, block.path, block.timeout, block.host, tuple(others), tls, as_sent)


def _target_tls(block: TargetTlsBlock | None, folder: Path) -> TargetTls | None:
    if block is None:
        return None
    named = (block.ca, block.certificate, block.key)
    ca, certificate, key = (None if name is None else folder / name for name in named)
    return TargetTls(ca, block.server_name, certificate, key)


def _canary(block: CanaryBlock) -> Canary:
    return Canary(block.share, block.by, block.without_key, block.platform_for, block.legacy_for, block.keys)


def _given(block: BaseModel | None, *names: str) -> dict[str, Any]:
    """The keys that were written, all or those of `names`."""
    if block is None:
        return {}
    return {name: getattr(block, name) for name in names or block.model_fields_set if name in block.model_fields_set}
