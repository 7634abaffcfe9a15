"""The story of `chapters`, told under traffic by `facade demo --once`: each step is taken, shown and judged.

In each chapter something happens, an operator types what there is to type, and then every citizen calls at least once.
A request belongs to the chapter in which it began: a chapter begins when its last command has returned, and the next
is begun only when all answers of the last are in.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from typing import Final

from facade.control.judge.verdict import Ruling
from facade.demo.chapters import CHAPTERS, Chapter, Command, Happening
from facade.demo.citizens import EMPTIED, ROUTE
from facade.demo.crowd import Crowd
from facade.demo.shares import fits, percent, tolerance
from facade.demo.sidecar import Running, Sidecar
from facade.demo.surroundings import Surroundings
from facade.demo.tally import Tally
from facade.demo.trouble import Trouble
from facade.demo.waiting import until
from facade.routing.stage import Side, Stage

CITIZENS: Final = 600
"""Distinct sticky keys in every chapter: at a share of 10% four deviations are 4.9 points, at 50% 8.2."""

ROUND: Final = 20.0
"""Seconds for all citizens to call once; two on an idle machine."""

PASS: Final = 20.0
"""Seconds for a guard to have what it needs to pass: fifty calls of the platform, a second's worth at 10%."""

ROLLBACK: Final = 30.0
"""Seconds for a guard to be sure of a bad release: some two hundred calls of the platform, two seconds at 25%."""

IMPATIENT: Final = 10
"""Citizens who press the button a second time, at the end: the old cashier would have charged them twice."""

Say = Callable[[str], None]


async def tell(sidecar: Sidecar, crowd: Crowd, surroundings: Surroundings, say: Say) -> None:
    """Tell all of it, line by line; `Trouble` at the first thing that is not as it should be."""
    kept: dict[str, frozenset[str]] = {}
    say(HEADING)
    for chapter in CHAPTERS:
        await _turn(chapter, sidecar, surroundings, say)
        tally = await period(crowd)
        require_no_failure(chapter.name, crowd.whole)
        say(line(chapter, tally))
        judge(chapter, tally, kept.get(chapter.route, frozenset()))
        if chapter.stage is Stage.SHADOW:
            say(await _compared(sidecar))
        if chapter.share:
            kept[chapter.route] = tally.on_platform(chapter.route)
    await crowd.pay_twice(IMPATIENT)
    require_no_failure("paying twice", crowd.whole)


async def look_back(sidecar: Sidecar, say: Say) -> None:
    """What a chief technology officer asks at the end: how far each silo has sunk, and whether the empty one may go."""
    for question in (("schedule",), ("evidence", EMPTIED)):
        say(f"$ facade {' '.join(question)}")
        say(textwrap.indent(await sidecar.command(*question, may_say_no=True), "  "))


async def period(crowd: Crowd) -> Tally:
    """The tally of a period in which every citizen called; all its answers are in. A failure cuts it short."""
    crowd.next_period()
    tally = crowd.period

    async def everybody_called() -> bool:
        return tally.measured(ROUTE).callers >= CITIZENS or bool(crowd.whole.failed)

    async def everybody_answered() -> bool:
        return tally.waiting == 0

    await until(everybody_called, ROUND, f"{CITIZENS:,} citizens to call")
    crowd.next_period()
    await until(everybody_answered, ROUND, "the last answers")
    return tally


def require_no_failure(when: str, tally: Tally) -> None:
    """Refuse to go on where any citizen was failed."""
    if tally.failed:
        failures = "; ".join(f"{why} ({number} times)" for why, number in tally.failures.items())
        raise Trouble(f"{when}: citizens were failed: {failures}")


def judge(chapter: Chapter, tally: Tally, kept: frozenset[str]) -> None:
    """Refuse a share that is not the configured one, and a share that left out a caller of `kept`.

    `kept` are those whom the platform answered at the last share, which was smaller: also before a rollback.
    """
    measured = tally.measured(chapter.route)
    if not fits(measured, chapter.share):
        both = f" ({measured.both} by both sides)" if measured.both else ""
        raise Trouble(
            f"{chapter.name}: {measured.platform} of {measured.callers} callers were answered by the platform{both}, "
            f"where {percent(chapter.share)} is configured"
        )
    sent_back = kept - tally.on_platform(chapter.route)
    if chapter.share and sent_back:
        raise Trouble(f"{chapter.name}: raising the share sent {len(sent_back)} callers back to legacy")


HEADING: Final = """\
                  answers of           callers on the platform
                  legacy   platform    measured   configured    failed"""


def line(chapter: Chapter, tally: Tally) -> str:
    """Who answered in one chapter, in one line below `HEADING`."""
    measured = tally.measured(chapter.route)
    legacy, platform = (tally.answered[chapter.route, side] for side in (Side.LEGACY, Side.PLATFORM))
    spread = tolerance(measured.callers, chapter.share) / max(measured.callers, 1)
    configured = percent(chapter.share) + (f" ± {spread * 100:.1f}" if spread else "")
    failed, asked = tally.failed.total(), tally.answered.total() + tally.failed.total()
    return (
        f"  {chapter.name:<14}{legacy:>8,}{platform:>11,}"
        f"{percent(measured.share):>12}{configured:>13}    {failed} of {asked:,}"
    )


async def _turn(chapter: Chapter, sidecar: Sidecar, surroundings: Surroundings, say: Say) -> None:
    if chapter.first is not None:
        say(f"# {chapter.first.value}")
        await _happen(chapter.first, surroundings)
    for command in chapter.commands:
        await _type(command, sidecar, say)
    if chapter.by_itself:
        await _by_itself(chapter, sidecar, say)
    running = await _running(sidecar, chapter.route)
    if running.stage != chapter.stage:
        raise Trouble(f"{chapter.name}: the sidecar runs {chapter.route} at {running.stage}, not at {chapter.stage}")


async def _happen(happening: Happening, surroundings: Surroundings) -> None:
    """What has to be done for it, if anything."""
    match happening:
        case Happening.BAD_RELEASE | Happening.MENDED:
            surroundings.release(bad=happening is Happening.BAD_RELEASE)
        case Happening.SWITCHED_OFF:
            await surroundings.switch_off_land_register()


async def _type(command: Command, sidecar: Sidecar, say: Say) -> None:
    """Type a command as a careful operator would, who moves on when the guard passes."""
    verb, route, *_ = command

    async def passes() -> bool:
        return (await _running(sidecar, route)).verdict in (None, Ruling.PASS)

    if verb == "move" and (await _running(sidecar, route)).stage == Stage.CANARY:
        await until(passes, PASS, f"the guard of {route} to pass")
    say(f"$ facade {' '.join(_quoted(word) for word in command)}")
    await sidecar.command(*command)


async def _by_itself(chapter: Chapter, sidecar: Sidecar, say: Say) -> None:
    """Wait for the guard, and show what it says and what citizens were spared."""

    async def is_there() -> bool:
        return (await _running(sidecar, chapter.route)).stage == chapter.stage

    await until(is_there, ROLLBACK, f"the guard to take {chapter.route} to {chapter.stage}")
    why = (await _running(sidecar, chapter.route)).differs
    if why is None:
        raise Trouble(f"{chapter.name}: {chapter.route} went to {chapter.stage}, and the sidecar does not say why")
    spared = await sidecar.fallbacks(chapter.route)
    if not spared:
        raise Trouble(f"{chapter.name}: no call that the platform failed was answered by legacy")
    say(f"# {why}")
    say(f"# until then legacy answered the {spared} reads that the platform had failed")


async def _compared(sidecar: Sidecar) -> str:
    compared = await sidecar.compared(ROUTE)
    if not compared.number or compared.parity is None:
        raise Trouble(f"shadow: no answer of {ROUTE} was compared with the platform's")
    return f"# {compared.number:,} answers compared with the platform's, {percent(compared.parity)} of them alike"


async def _running(sidecar: Sidecar, route: str) -> Running:
    return (await sidecar.routes())[route]


def _quoted(word: str) -> str:
    return f'"{word}"' if " " in word or "?" in word else word
