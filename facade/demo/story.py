"""The story that `facade demo --once` tells: one route from legacy to the end of the old system, under traffic.

`CHAPTERS` is the story as data. Each is one command of an operator, then every citizen calls at least once, then the
answers are judged. A request belongs to the chapter in which it began: a chapter begins when its command has returned,
and the next command is given only when all answers of the last are in.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from facade.demo.citizens import ROUTE
from facade.demo.crowd import Crowd
from facade.demo.shares import fits, percent, tolerance
from facade.demo.sidecar import Sidecar
from facade.demo.surroundings import Surroundings
from facade.demo.tally import Tally
from facade.demo.trouble import Trouble
from facade.demo.waiting import until
from facade.routing.stage import Side, Stage

CITIZENS: Final = 1_000
"""Distinct sticky keys in every chapter: at a share of 10% four deviations are 3.8 points, at 50% 6.3."""

ROUND: Final = 20.0
"""Seconds for all citizens to call once; three on an idle machine."""

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Chapter:
    """One step: its name, the operator's command, and the stage and the platform's share that it leads to.

    `switches_off` ends the land register's old web server, which nobody may notice any more.
    """

    name: str
    command: tuple[str, ...]
    stage: Stage
    share: Fraction
    switches_off: bool = False


def _moved(name: str, stage: Stage, share: Fraction, reason: str, *more: str) -> Chapter:
    return Chapter(name, ("move", ROUTE, str(stage), *more, "--reason", reason), stage, share)


_ALL, _NONE = Fraction(1), Fraction(0)
CHAPTERS: Final = (
    Chapter("legacy", (), Stage.LEGACY, _NONE),
    _moved("canary 10%", Stage.CANARY, Fraction(1, 10), "a first tenth", "--share", "10%"),
    _moved("canary 50%", Stage.CANARY, Fraction(1, 2), "nobody noticed", "--share", "50%"),
    _moved("platform", Stage.PLATFORM, _ALL, "half of them are content"),
    Chapter("back", ("back", ROUTE), Stage.LEGACY, _NONE),
    _moved("platform again", Stage.PLATFORM, _ALL, "a false alarm"),
    _moved("complete", Stage.COMPLETE, _ALL, "legacy is unplugged"),
    Chapter("switched off", (), Stage.COMPLETE, _ALL, switches_off=True),
)


async def tell(sidecar: Sidecar, crowd: Crowd, surroundings: Surroundings, say: Say) -> None:
    """Tell all of it, line by line; `Trouble` at the first thing that is not as it should be."""
    kept: frozenset[str] = frozenset()
    say(HEADING)
    for chapter in CHAPTERS:
        await _turn(chapter, sidecar, surroundings, say)
        tally = await period(crowd)
        require_no_failure(chapter.name, crowd.whole)
        say(line(chapter, tally))
        judge(chapter, tally, kept)
        kept = tally.on_platform(ROUTE) if chapter.stage is Stage.CANARY else frozenset()


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
    """Refuse a share that is not the configured one, and a chapter that sent a caller of `kept` back to legacy."""
    measured = tally.measured(ROUTE)
    if not fits(measured, chapter.share):
        both = f" ({measured.both} by both sides)" if measured.both else ""
        raise Trouble(
            f"{chapter.name}: {measured.platform} of {measured.callers} callers were answered by the platform{both}, "
            f"where {percent(chapter.share)} is configured"
        )
    sent_back = kept - tally.on_platform(ROUTE)
    if sent_back:
        raise Trouble(f"{chapter.name}: raising the share sent {len(sent_back)} callers back to legacy")


HEADING: Final = """\
                  answers of           callers on the platform
                  legacy   platform    measured   configured    failed"""


def line(chapter: Chapter, tally: Tally) -> str:
    """Who answered in one chapter, in one line below `HEADING`."""
    measured = tally.measured(ROUTE)
    legacy, platform = (tally.answered[ROUTE, side] for side in (Side.LEGACY, Side.PLATFORM))
    spread = tolerance(measured.callers, chapter.share) / max(measured.callers, 1)
    configured = percent(chapter.share) + (f" ± {spread * 100:.1f}" if spread else "")
    failed, asked = tally.failed.total(), tally.answered.total() + tally.failed.total()
    return (
        f"  {chapter.name:<14}{legacy:>8,}{platform:>11,}"
        f"{percent(measured.share):>12}{configured:>13}    {failed} of {asked:,}"
    )


async def _turn(chapter: Chapter, sidecar: Sidecar, surroundings: Surroundings, say: Say) -> None:
    if chapter.command:
        say(f"$ facade {' '.join(_quoted(word) for word in chapter.command)}")
        await sidecar.command(*chapter.command)
    if chapter.switches_off:
        say("# the land register's old web server is switched off")
        await surroundings.switch_off_land_register()
    running = (await sidecar.routes())[ROUTE].stage
    if running != chapter.stage:
        raise Trouble(f"{chapter.name}: the sidecar runs {ROUTE} at {running}, not at {chapter.stage}")


def _quoted(word: str) -> str:
    return f'"{word}"' if " " in word else word
