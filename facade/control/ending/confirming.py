"""Confirming the evidence of a silo, or withdrawing that: it is worked out, kept, made to run, and recorded.

The law of this file: a word holds for the evidence that its giver saw, and for no other. They name it by its digest,
and where that is another one by now, they look again.
"""

from __future__ import annotations

import asyncio
import datetime
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, Protocol

from facade.config.settings import Configuration
from facade.control.because import Because
from facade.control.ledger.entry import LONGEST
from facade.control.reload import Reloader
from facade.control.subject import Refused
from facade.ending.refusing import Confirmation, SwitchOff, ended

_NEXT: Final = "facade evidence shows all of it"


class Reason(Protocol):
    """One thing that speaks for switching a silo off, or against it."""

    @property
    def holds(self) -> bool: ...
    @property
    def text(self) -> str: ...


class Evidence(Protocol):
    """What there is to be known of a silo's end; `digest` names what a person agrees to who confirms it."""

    @property
    def may(self) -> bool: ...
    @property
    def digest(self) -> str: ...
    @property
    def reasons(self) -> Sequence[Reason]: ...


@dataclass(frozen=True, slots=True)
class Confirmed:
    """What became of it: how the silo stands now, since when or from when on it refuses, and its routes' next stages.

    `problems` say what keeps this from being kept or recorded.
    """

    silo: str
    sentence: str
    confirmed_by: str | None
    refuses_from: datetime.datetime | None
    routes: tuple[str, ...]
    problems: tuple[str, ...] = ()


class Confirming:
    """Takes confirmations of one sidecar, one at a time. `clock` tells the time, aware, in UTC.

    `evidence` is asked for that of a silo by its name.
    """

    def __init__(
        self,
        reloader: Reloader,
        evidence: Callable[[str], Awaitable[Evidence]],
        clock: Callable[[], datetime.datetime],
    ) -> None:
        self._reloader = reloader
        self._evidence = evidence
        self._clock = clock
        self._one = asyncio.Lock()

    def __repr__(self) -> str:
        return f"<Confirming {self._reloader.endings!r}>"

    async def confirm(self, silo: str, seen: str, because: Because) -> Confirmed:
        """Let the silo be refused once its day is over. `seen` is the digest of the evidence that the person saw.

        Raises `Refused`, also where the evidence is another one by now or speaks against it.
        """
        async with self._one:
            dated = self._dated(silo)
            found = await self._evidence(silo)
            verdict = _verdict(found)
            if found.digest != seen:
                raise Refused(_changed(silo))
            if not found.may and not because.forced:
                raise Refused(f"{silo}: {verdict}; wait for it, or confirm with force; {_NEXT}")
            word = Confirmation(
                silo=silo,
                switch_off=dated.date,
                by=because.by,
                why=because.why,
                at=self._clock(),
                evidence=found.digest,
                verdict=verdict,
                forced=not found.may,
            )
            try:
                await asyncio.to_thread(self._reloader.endings.confirm, word)
            except OSError as error:
                raise Refused(f"state: {error}; make it a folder that this user may write, and try again") from error
            told = replace(because, evidence={f"silo {silo}": _recorded(found)}, forced=word.forced)
            return self._confirmed(silo, await self._reloader.stand({}, told))

    async def withdraw(self, silo: str, because: Because) -> Confirmed:
        """Let the confirmation hold no more: the silo answers again. Raises `Refused` where there is none."""
        async with self._one:
            if silo not in self._reloader.endings.confirmations:
                raise Refused(f"{silo}: nobody has confirmed its evidence; there is nothing to withdraw")
            unkept: tuple[str, ...] = ()
            try:
                await asyncio.to_thread(self._reloader.endings.withdraw, silo)
            except OSError as error:
                unkept = (f"state: {error}; mend it and withdraw again: a restart would bring the confirmation back",)
            return self._confirmed(silo, (*unkept, *await self._reloader.stand({}, because)))

    def _dated(self, silo: str) -> SwitchOff:
        files = self._reloader.written
        if silo not in files.silos:
            raise Refused(f"{silo}: no silo has this name; facade schedule lists them")
        dated = self._reloader.endings.silos(files).get(silo)
        if dated is None:
            raise Refused(f"{silo}: has no switch_off, so nothing can be confirmed; write its date into its file")
        return dated

    def _confirmed(self, silo: str, problems: tuple[str, ...]) -> Confirmed:
        files = self._reloader.written
        dated = self._reloader.endings.silos(files).get(silo)
        if dated is None:  # a confirmation of a silo whose date, or whose file, went
            return Confirmed(silo, f"{silo} has no switch_off", None, None, (), problems)
        refuses_from = dated.off if dated.is_confirmed else None
        return Confirmed(
            silo=silo,
            sentence=dated.sentence,
            confirmed_by=dated.confirmed_by,
            refuses_from=refuses_from,
            routes=tuple(_next_stages(files, dated)),
            problems=problems,
        )


def _next_stages(files: Configuration, dated: SwitchOff) -> Iterator[str]:
    """What becomes of the silo's routes once its day is over."""
    if not dated.is_confirmed:
        return
    for route in files.routes:
        if route.legacy is not None and route.legacy.silo == dated.silo:
            then = ended(route, replace(dated, is_past=True))
            if then.stage is not route.stage:
                yield f"{route.name}: {route.stage} -> {then.stage}"


def _changed(silo: str) -> str:
    return (
        f"{silo}: its evidence is not what was seen: it has changed since, or was looked at on another sidecar or for "
        f"other days; look at facade evidence {silo} again, and confirm what it says then"
    )


def _recorded(found: Evidence) -> str:
    """What the ledger says: which evidence it was, and its verdict."""
    return f"sha256 {found.digest}: {_verdict(found)}"[:LONGEST]


def _verdict(found: Evidence) -> str:
    """What the evidence says, in a line."""
    against = [reason.text for reason in found.reasons if not reason.holds]
    said = "the evidence says that it may be switched off" if found.may else "the evidence speaks against it"
    return (f"{said}: {'; '.join(against)}" if against else said)[:LONGEST]
