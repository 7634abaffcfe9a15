"""Callers: each has a name and identities of its own, and who or what a rule names can be known."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from facade.callers.register import UNKNOWN, Identity, IdentityKind
from facade.config.callers_file import FILE
from facade.config.checks.matches import canary_keys
from facade.config.checks.names import twice
from facade.config.draft import Draft, DraftRoute, first_of
from facade.config.mistake import Mistake, quote
from facade.config.nodes import Step
from facade.routing.route import Canary, Key, KeyKind, Place

_SHOWN_TO_PEERS = (IdentityKind.CERTIFICATE, IdentityKind.SAN)


def callers_have_names_of_their_own(draft: Draft) -> Iterator[Mistake]:
    """And none has the name under which everybody else is counted."""
    yield from twice(draft.callers, "caller", "name")
    for caller in draft.callers:
        if caller.name == UNKNOWN:
            what = f"caller {UNKNOWN} is called as everybody is whom {FILE} does not name"
            yield Mistake(caller.at("name"), what, "give it another name")


def issuers_are_named_once(draft: Draft) -> Iterator[Mistake]:
    return twice(draft.issuers, "issuer", "issuer")


def identities_are_one_callers(draft: Draft) -> Iterator[Mistake]:
    """What two callers show tells neither from the other."""
    first: dict[Identity, tuple[str, Place]] = {}
    for written in draft.callers:
        for identity in written.caller.identities if written.caller is not None else ():
            place = written.at(identity.kind)
            if identity not in first:
                first[identity] = (written.name or "", place)
                continue
            other, earlier = first[identity]
            whose = "stands twice" if other == written.name else f"is that of caller {quote(other)} at {earlier}"
            yield Mistake(place, f"{identity.kind} {whose}", "keep one of the two")


def rules_name_known_callers(draft: Draft) -> Iterator[Mistake]:
    known = first_of(draft.callers)
    if FILE in draft.unread:
        return
    for route, canary in _canaries(draft):
        for steps, name in _callers(canary):
            if name not in known:
                like = difflib.get_close_matches(name[:100], known, 1)
                mend = (
                    f"write {like[0]}, or add the caller" if like else f"add the caller to {FILE}, or remove the rule"
                )
                what = f"the rule names caller {quote(name)}, and {FILE} has no such caller"
                yield Mistake(route.mover.at("canary", *steps), what, mend)
        if not known and Key(KeyKind.CALLER) in canary.by:
            at = route.mover.at("canary", "by", canary.by.index(Key(KeyKind.CALLER)))
            yield Mistake(at, f"the key caller is nobody's: {FILE} has no callers", f"add callers to {FILE}")


def claims_are_of_tokens(draft: Draft) -> Iterator[Mistake]:
    """A claim counts only where it can be verified whose it is."""
    if FILE in draft.unread or draft.issuers:
        return
    mend = f"add tokens to {FILE}: issuer, keys and audience"
    for route, canary in _canaries(draft):
        for steps, key in canary_keys(canary):
            if key.kind is KeyKind.CLAIM:
                what = f'"{key}" is never known: no token is believed'
                yield Mistake(route.mover.at("canary", *steps), what, mend)
    for caller in draft.callers:
        if caller.says(IdentityKind.CLAIM):
            yield Mistake(caller.at(IdentityKind.CLAIM), "claim is never known: no token is believed", mend)


def identities_can_be_shown(draft: Draft) -> Iterator[Mistake]:
    """A field counts only from a trusted peer, a certificate only from one or where the listener asks for it."""
    settings = draft.facade.settings if draft.facade is not None else None
    if settings is None or settings.forwarded.trust:
        return
    tls = settings.listen.tls
    asks = tls is not None and tls.client_ca is not None
    kinds = (IdentityKind.HEADER,) if asks else (IdentityKind.HEADER, *_SHOWN_TO_PEERS)
    for caller in draft.callers:
        for kind in kinds:
            if caller.says(kind):
                mend = "name the peer in forwarded.trust" + (
                    "" if kind is IdentityKind.HEADER else ", or set client_ca"
                )
                yield Mistake(caller.at(kind), f"{kind} can be shown by nobody: facade.yaml trusts no peer", mend)


def _canaries(draft: Draft) -> Iterator[tuple[DraftRoute, Canary]]:
    for written in draft.routes:
        if written.route is not None and written.route.canary is not None:
            yield written, written.route.canary


def _callers(canary: Canary) -> Iterator[tuple[tuple[Step, ...], str]]:
    """The callers that rules name, and where."""
    for rules, conditions in (("platform_for", canary.platform_for), ("legacy_for", canary.legacy_for)):
        for position, condition in enumerate(conditions):
            if condition.key.kind is KeyKind.CALLER:
                yield (rules, position), condition.value
