"""What one line of the ledger says. Pure."""

from __future__ import annotations

import datetime
from typing import Final

import msgspec

LONGEST: Final = 500
"""Characters of a text that somebody wrote: a reason is a sentence or two."""


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One change of what runs.

    `at` is aware, in UTC; `what` the route, the group or the word for all that is meant; `before` and `after` are
    standings as an operator writes them (`canary 25%`), None for what was not there. `cause` is one of
    `facade_moves_total`, or `start`. `by` and `why` are as somebody wrote them, empty where nobody did; `evidence` is
    the sentence of the verdict that it stands on; `revision` is that of the configuration that runs from then on.
    """

    at: datetime.datetime
    what: str
    before: str | None
    after: str | None
    cause: str
    revision: str
    by: str = ""
    why: str = ""
    evidence: str = ""
    forced: bool = False

    def __post_init__(self) -> None:
        for text in (self.by, self.why, self.evidence):
            if len(text) > LONGEST:
                raise ValueError(f"a text of the ledger has {LONGEST} characters at most")
