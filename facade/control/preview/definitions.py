"""What a route stands on that is written elsewhere: the callers and issuers that its rules and keys mean, its sides.

Each is told by its name and by a hash of how it is defined, so that two definitions can be told apart and none is
shown: whose key a caller shows, and where a silo or an external is, are in nobody's preview. Pure.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import msgspec

from facade.callers.register import IdentityKind, Issuer
from facade.config.settings import Configuration
from facade.routing.route import Key, KeyKind, Route, SiloReference
from facade.targets.definition import Silo

RULES, KEYS = "its rules change", "its keys change"

_DECIDING: Final = frozenset({"adapter", "settings", "protect", "switch_off", "after_switch_off"})
"""The keys of a silo or an external that its calls depend on."""

_DIGEST: Final = 16
"""Bytes of a hash: of two definitions that differ nobody will see the same."""


class Definition(msgspec.Struct, frozen=True, array_like=True):
    """One thing that a route stands on: `where` it comes in, in words, `what` it is, and the hash of its text."""

    where: str
    what: str
    digest: str


class Definitions:
    """What the routes of one configuration may stand on."""

    def __init__(self, configuration: Configuration) -> None:
        register = configuration.callers
        self._callers = {each.name: digest(each.written) for each in register.callers}
        self._api_key_header = digest(register.api_key_header)
        self._issuers = {each.issuer: digest(_issuer(each)) for each in register.issuers}
        self._by_claim = {
            each.name for each in register.callers if any(i.kind is IdentityKind.CLAIM for i in each.identities)
        }
        self._systems = configuration.systems

    def of(self, route: Route) -> tuple[Definition, ...]:
        """What this route stands on, each once."""
        canary = route.canary
        rules = () if canary is None else (*canary.legacy_for, *canary.platform_for)
        named = [rule.value for rule in rules if rule.key.kind is KeyKind.CALLER]
        found = [
            *self._meant(RULES, [rule.key for rule in rules], named),
            *self._meant(KEYS, () if canary is None else canary.by, self._callers),
            *self._of_side(route.legacy),
            *(self._of_side(route.platform) if isinstance(route.platform, SiloReference) else ()),
        ]
        return tuple(dict.fromkeys(found))

    def _meant(self, where: str, keys: Iterable[Key], callers: Iterable[str]) -> Iterator[Definition]:
        """The callers and issuers by which these keys are read, where `callers` are those that are asked for."""
        kinds = {key.kind for key in keys}
        asked = [name for name in callers if name in self._callers] if KeyKind.CALLER in kinds else []
        yield from (Definition(where, f"caller {name}", self._callers[name]) for name in asked)
        if asked:
            yield Definition(where, "api_key_header", self._api_key_header)
        if KeyKind.CLAIM in kinds or not self._by_claim.isdisjoint(asked):
            yield from (Definition(where, f"issuer {name}", text) for name, text in self._issuers.items())

    def _of_side(self, side: SiloReference | None) -> Iterator[Definition]:
        silo = None if side is None else self._systems.get(side.silo)
        if side is None or silo is None:
            return
        parts = _parts(silo, side.operation)
        where = f"its {'external' if silo.is_external else 'silo'} {silo.name} changes"
        yield from (Definition(where, key, text) for key, text in parts.items())


def digest(*texts: object) -> str:
    """By what a text is known."""
    return hashlib.blake2b("\0".join(map(str, texts)).encode(), digest_size=_DIGEST).hexdigest()


def changed(before: Iterable[Definition], after: Iterable[Definition]) -> Iterator[str]:
    """What of it is defined otherwise, in words. A place in which there is nothing on one side is told by others."""
    was, will = _by_place(before), _by_place(after)
    for where in (each for each in was if each in will):
        old, new = was[where], will[where]
        told = [f"{what} is defined otherwise" for what in old if what in new and old[what] != new[what]]
        told += [f"{what} is new" for what in new if what not in old]
        told += [f"{what} is no longer there" for what in old if what not in new]
        if told:
            yield f"{where}: {', '.join(told)}"


def _by_place(definitions: Iterable[Definition]) -> Mapping[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for each in definitions:
        found.setdefault(each.where, {})[each.what] = each.digest
    return found


def _issuer(issuer: Issuer) -> tuple[object, ...]:
    keys = sorted(key.written for key in issuer.keys)
    return sorted(issuer.audience), sorted(issuer.algorithms), issuer.leeway, keys


def _parts(silo: Silo, operation: str | None) -> Mapping[str, str]:
    """What is written of a silo or an external, but for its other operations and what says nothing of a call.

    Which of the files beside it an operation needs is its kind's affair, so they are everybody's.
    """
    wanted = {*_DECIDING, f"operation {operation}"}
    return {key: digest(text) for key, text in silo.written.items() if key in wanted or key.startswith("file ")}
