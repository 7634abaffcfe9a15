"""May a silo be switched off? Each reason for it or against it, and the verdict. Pure.

The law of this file: it says yes only where every reason does, and what is not known is no reason for it. Silence
counts on days that were watched from beginning to end and on no others. What a person confirms is what they saw
(`digest`), and their word changes none of its reasons.
"""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import msgspec

from facade.ending.burndown import BurnDown
from facade.ending.candidates import Candidate
from facade.ending.counts import CallerCalls
from facade.ending.refusing import Confirmation
from facade.ending.silo import EndingSilo
from facade.ending.words import listed, number_of, written

DAYS: Final = 30
"""Days without a call that are asked for where nothing else is said: what is called once a month has called by then."""


@dataclass(frozen=True, slots=True)
class Reason:
    """One of the reasons: `holds` if it speaks for switching off."""

    holds: bool
    text: str


@dataclass(frozen=True, slots=True)
class OpenDifference:
    """A route whose two sides were found to differ in `differing` of `compared` answers since its last change."""

    route: str
    compared: int
    differing: int


@dataclass(frozen=True, slots=True)
class LedgerState:
    """What an audit of the ledger found: `entries` up to the one with the hash `last`, and what is wrong with it.

    `problem` is why it could not be looked through, None if it was.
    """

    entries: int
    last: str
    findings: tuple[str, ...] = ()
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Unresolved:
    """What goes to a silo without any route: whether it takes all of that, and what it was called by, and `more`."""

    takes_unmatched: bool
    orphans: tuple[Candidate, ...] = ()
    more: int = 0


@dataclass(frozen=True, slots=True)
class Found:
    """What is known of a silo on the day `today`. `callers` are those of the days that are asked for.

    `problem` is why calls are not known, None where they are.
    """

    silo: EndingSilo
    at: datetime.datetime
    today: datetime.date
    burn_down: BurnDown
    callers: tuple[CallerCalls, ...]
    differences: tuple[OpenDifference, ...]
    unresolved: Unresolved
    ledger: LedgerState
    confirmations: tuple[Confirmation, ...] = ()
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """The evidence of one silo, looked at `at` (aware, in UTC), for `days` days without a call.

    `may` it be switched off, by `reasons`, as `sentence` says. `zero_days` are the whole days without a call since the
    last one, `observed_days` those of the last `days` that were watched from beginning to end. `digest` names what a
    person who looks at this agrees to, 64 hexadecimal digits; see `_digest`.
    """

    silo: str
    owner: str | None
    switch_off: datetime.date | None
    at: datetime.datetime
    days: int
    may: bool
    sentence: str
    reasons: tuple[Reason, ...]
    callers: tuple[CallerCalls, ...]
    zero_days: int
    observed_days: int
    routes: tuple[tuple[str, str], ...]
    differences: tuple[OpenDifference, ...]
    unresolved: Unresolved
    ledger: LedgerState
    confirmations: tuple[Confirmation, ...]
    digest: str = ""


def evidence(found: Found, days: int = DAYS) -> Evidence:
    """Judge what was found, asking for `days` whole days without a call."""
    silo, quiet = found.silo, found.burn_down.quiet
    oldest = found.today - datetime.timedelta(days)
    watched = sum(each.is_whole and each.day >= oldest for each in found.burn_down.days)
    reasons = tuple(_reasons(found, days, watched))
    against = sum(not reason.holds for reason in reasons)
    unsigned = Evidence(
        silo=silo.name,
        owner=silo.owner,
        switch_off=silo.switch_off,
        at=found.at,
        days=days,
        may=not against,
        sentence=_sentence(silo.name, against, len(reasons)),
        reasons=reasons,
        callers=tuple(sorted(found.callers, key=lambda each: (-each.calls, each.caller))),
        zero_days=len(quiet),
        observed_days=watched,
        routes=tuple((name, str(stage)) for name, stage in silo.routes),
        differences=found.differences,
        unresolved=found.unresolved,
        ledger=found.ledger,
        confirmations=found.confirmations,
    )
    return replace(unsigned, digest=_digest(unsigned))


def _sentence(silo: str, against: int, reasons: int) -> str:
    if against:
        speak = "speaks" if against == 1 else "speak"
        return f"{silo} may not be switched off: {against} of {reasons} reasons {speak} against it"
    return f"{silo} may be switched off: all {reasons} reasons speak for it"


def _reasons(found: Found, days: int, watched: int) -> Iterator[Reason]:
    yield _routes(found.silo)
    yield _callers(found.callers, days, found.problem)
    yield _silence(found.burn_down, days, watched, found.problem)
    yield _differences(found.differences)
    yield _unresolved(found.silo, found.unresolved)
    yield _ledger(found.ledger)


def _routes(silo: EndingSilo) -> Reason:
    left = silo.left
    if not silo.routes:
        return Reason(holds=True, text="no route names it")
    if not left:
        names = listed([name for name, _ in silo.routes])
        return Reason(holds=True, text=f"its routes are all complete or gone: {names}")
    names = listed([f"{name} ({stage})" for name, stage in left])
    told = f"{len(left):,} of its {number_of(len(silo.routes), 'route')} not yet complete or gone: {names}"
    return Reason(holds=False, text=told)


def _callers(callers: Sequence[CallerCalls], days: int, problem: str | None) -> Reason:
    if problem is not None:
        return Reason(holds=False, text=f"who calls it is not known: {problem}")
    if not callers:
        return Reason(holds=True, text=f"nobody called it in the last {number_of(days, 'day')}")
    most = sorted(callers, key=lambda each: (-each.calls, each.caller))
    names = listed([f"{each.caller} ({number_of(each.calls, 'call')}, last {each.last:%Y-%m-%d})" for each in most])
    told = f"{number_of(len(callers), 'caller')} called it in the last {number_of(days, 'day')}: {names}"
    return Reason(holds=False, text=told)


def _silence(burn_down: BurnDown, days: int, watched: int, problem: str | None) -> Reason:
    quiet = burn_down.quiet
    if problem is not None:
        return Reason(holds=False, text="how long it has been silent is not known")
    told = f"{number_of(len(quiet), 'whole day')} without a call since the last one"
    if len(quiet) >= days:
        return Reason(holds=True, text=f"{told}, from {written(quiet[0].day)} on")
    of_them = f"{watched} of the last {number_of(days, 'day')} were watched whole"
    return Reason(holds=False, text=f"{told}, and {days} are asked for; {of_them}")


def _differences(differences: Sequence[OpenDifference]) -> Reason:
    if not differences:
        return Reason(holds=True, text="no route's two sides are known to differ")
    told = [f"{each.route} ({each.differing:,} of {number_of(each.compared, 'answer')})" for each in differences]
    noun = "1 route's two sides differ" if len(told) == 1 else f"{len(told):,} routes' two sides differ"
    return Reason(holds=False, text=f"{noun}: {listed(told)}")


def _unresolved(silo: EndingSilo, unresolved: Unresolved) -> Reason:
    if not unresolved.takes_unmatched:
        return Reason(holds=True, text="what no route covers does not go to it")
    shapes = [each.match for each in unresolved.orphans]
    if not shapes:
        return Reason(holds=False, text=f"what no route covers goes to it (unmatched: {silo.name}), if anything comes")
    number = number_of(len(shapes) + unresolved.more, "shape")
    told = f"what no route covers goes to it (unmatched: {silo.name}); calls of {number} came: {listed(shapes)}"
    return Reason(holds=False, text=told)


def _ledger(ledger: LedgerState) -> Reason:
    if ledger.problem is not None:
        return Reason(holds=False, text=f"the ledger could not be verified: {ledger.problem}")
    if ledger.findings:
        return Reason(
            holds=False, text=f"the ledger is not as it was written: {ledger.findings[0]}; see facade ledger verify"
        )
    return Reason(holds=True, text=f"the ledger is as it was written, up to entry {ledger.entries}:{ledger.last}")


def _digest(unsigned: Evidence) -> str:
    """The SHA-256 of what the verdict rests on: names, stages, dates and each reason's yes or no, and never a number.

    Calls and entries of the ledger are counted on while somebody reads; a caller, a difference or a finding that comes
    in between is another thing to agree to.
    """
    content = {
        "silo": unsigned.silo,
        "switch_off": unsigned.switch_off,
        "days": unsigned.days,
        "reasons": [reason.holds for reason in unsigned.reasons],
        "callers": sorted(each.caller for each in unsigned.callers),
        "routes": sorted(unsigned.routes),
        "differences": sorted(each.route for each in unsigned.differences),
        "takes_unmatched": unsigned.unresolved.takes_unmatched,
        "ledger": [unsigned.ledger.problem is None, sorted(unsigned.ledger.findings)],
    }
    return hashlib.sha256(msgspec.json.encode(content, order="sorted")).hexdigest()
