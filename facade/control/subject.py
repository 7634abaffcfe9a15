"""What moves as one: a route, or a group with its routes; from a good configuration, or from mistaken files.

Pure. A route of a group has no stage of its own, so it stands for its group. While files are mistaken, what can be read
of their stages is enough for the way back, which is open at any time.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from facade.config.mistake import listed, printable
from facade.config.settings import Configuration
from facade.config.standing import Mover, Standing, movers, standing_of
from facade.routing.route import Canary, Route
from facade.routing.stage import Direction, Stage, judge_move

LONGEST_NAME: Final = 100
"""Characters of a name that is told again, or compared with others: none is longer."""


class Refused(Exception):  # noqa: N818 - the answer to an operator's wish, not a defect
    """The wish goes against the stage machine or the files. The text is `place: what; what to do`, a line each."""


class Busy(Refused):
    """Somebody else is changing the same thing at this moment; another try may do."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What moves as one. `whole` when a canary would split their records, `external` when one goes to an external."""

    name: str
    routes: tuple[str, ...]
    now: Standing
    whole: bool
    written_share: Fraction | None = None
    """The share of its canary as written, whether or not its stage is canary now."""
    is_group: bool = False
    guarded: tuple[str, ...] = ()
    """Those of its routes that have a guard."""
    external: bool = False

    def is_back(self, to: Standing) -> bool:
        """Whether standing there would mean less for the platform: an earlier stage, a smaller share, fewer keys."""
        if self.now.stage is to.stage:
            return to != self.now and _is_no_more(to, self.now)
        return self.direction(to.stage) is Direction.BACK

    def direction(self, to: Stage) -> Direction:
        """What moving it there would mean."""
        return judge_move(self.now.stage, to, whole=self.whole, external=self.external)


Subjects = Mapping[str, Subject]
"""Everything that moves as one, by the name of each group and of each route."""


def subjects(configuration: Configuration) -> Subjects:
    """Everything that moves as one in a good configuration."""
    by_name = {route.name: route for route in configuration.routes}
    found: dict[str, Subject] = {}
    for route in configuration.routes:
        found[route.name] = _subject(route.name, (route,), route.stage, route.canary, is_group=False)
    for group in configuration.groups:
        routes = tuple(by_name[name] for name in group.routes)
        subject = _subject(group.name, routes, group.stage, group.canary, is_group=True)
        found.update(dict.fromkeys((*group.routes, group.name), subject))
    return found


def subjects_as_written(files: Mapping[str, bytes]) -> Subjects:
    """Everything that moves as one, as far as mistaken files can be read. What it writes is not known, so not judged.

    Where something stands twice, the one that gives the platform more counts: it is what has to go back.
    """
    found: dict[str, Subject] = {}
    for mover in sorted(movers(files), key=lambda each: (each.is_group, _platform_part(each))):
        if mover.stage is not None:
            routes = mover.members if mover.is_group else (mover.name,)
            now = mover.standing or Standing(mover.stage)
            subject = Subject(mover.name, routes, now, whole=False, written_share=mover.share, is_group=mover.is_group)
            found.update(dict.fromkeys((*routes, mover.name), subject))
    return found


def find(known: Subjects, name: str) -> Subject:
    """The route or group of this name, or the group that a route of this name belongs to; `Refused` if none."""
    subject = known.get(name)
    if subject is not None:
        return subject
    like = difflib.get_close_matches(name[:LONGEST_NAME], known, 3)
    mend = f"write {' or '.join(like)}" if like else f"the names are: {listed(sorted(known)) or 'none'}"
    raise Refused(f"{printable(name[:LONGEST_NAME])}: no route or group has this name; {mend}")


def _subject(name: str, routes: tuple[Route, ...], stage: Stage, canary: Canary | None, *, is_group: bool) -> Subject:
    share = canary.share if canary is not None else None
    return Subject(
        name=name,
        routes=tuple(route.name for route in routes),
        now=standing_of(stage, canary),
        whole=any(route.moves_whole for route in routes),
        written_share=share,
        is_group=is_group,
        guarded=tuple(route.name for route in routes if route.guard is not None),
        external=any(route.goes_to_external for route in routes),
    )


def _is_no_more(to: Standing, now: Standing) -> bool:
    """Whether the platform has no more in one standing of a canary than in another."""
    if to.share is None or now.share is None:
        return False
    return to.share <= now.share and not now.keys.is_less_than(to.keys)


def _platform_part(mover: Mover) -> tuple[int, Fraction]:
    order = list(Stage)
    return (-1 if mover.stage is None else order.index(mover.stage)), mover.share or Fraction(0)
