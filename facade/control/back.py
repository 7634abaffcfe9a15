"""What still holds of mistaken files: the way back.

The law of this file: of rejected files nothing runs but this, that a route or group which they put further back than it
stands goes back. Back is allowed from every stage before `complete`, at any time; so an operator who needs legacy now
need not first mend what somebody else has left half written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby

from facade.config.settings import Configuration
from facade.config.standing import Mover, Standing, movers
from facade.control.change import edited
from facade.control.move import Plan
from facade.control.source import Source
from facade.control.subject import subjects
from facade.routing.stage import Stage


def load_further_back(
    source: Source, running: Configuration, files: Mapping[str, bytes], mistaken: Mapping[str, bytes]
) -> tuple[Configuration, Mapping[str, bytes]] | None:
    """What runs with all that goes back moved there, and its files; None where nothing does. Blocks.

    `files` are those that `running` was read from, `mistaken` those that were rejected.
    """
    plans = tuple(ways_back(running, mistaken))
    if not plans:
        return None
    loaded = source.load({**files, **edited(files, plans)})
    return None if loaded.configuration is None else (loaded.configuration, loaded.files)


def ways_back(running: Configuration, mistaken: Mapping[str, bytes]) -> Iterator[Plan]:
    """The plan of each route or group that the files put further back than it stands in `running`. Pure."""
    known = subjects(running)
    for (name, is_group), same in groupby(sorted(movers(mistaken), key=_identity), _identity):
        subject, wanted = known.get(name), _agreed(list(same))
        if subject is None or wanted is None or (subject.name, subject.is_group) != (name, is_group):
            continue
        if wanted.stage is Stage.CANARY and subject.written_share is None:
            continue
        if subject.is_back(wanted):
            yield Plan(subject, wanted, wanted.share, wanted.keys if wanted.stage is Stage.CANARY else None)


def _identity(mover: Mover) -> tuple[str, bool]:
    return mover.name, mover.is_group


def _agreed(same: list[Mover]) -> Standing | None:
    """Where all that have one name stand; None where they differ, or one cannot be read."""
    first, *others = (mover.standing for mover in same)
    return first if all(other == first for other in others) else None
