"""A call as a guard sees it: which side, how it ended, how long it took; and what of it counts for whom.

The law of this file:

- no answer, an answer cut short and any 5xx are the side's error;
- what the caller did wrong (4xx) is no error of either side, but a side that answers more of it than the other is found
  by the kinds of answers;
- a caller who hung up counts against nobody, except that a call it waited for longer than a limit was slower than it.
"""

from __future__ import annotations

import enum
from typing import Final, NamedTuple

from facade.routing.stage import Side


class Kind(enum.IntEnum):
    """What a call came to. A 304 confirms what the caller has, so it is a success (RFC 9110 section 15.4.5)."""

    SUCCESS = 0
    REDIRECT = 1
    REFUSED = 2
    ERROR = 3
    LEFT = 4

    def __str__(self) -> str:
        return _WORDS[self]


_WORDS: Final = {
    Kind.SUCCESS: "2xx",
    Kind.REDIRECT: "3xx",
    Kind.REFUSED: "4xx",
    Kind.ERROR: "errors",
    Kind.LEFT: "left",
}

ANSWERED: Final = slice(Kind.ERROR)
"""Of counts by kind, those of answers that are no errors."""

COUNTED: Final = slice(Kind.LEFT)
"""And those that count for the side: all but the calls whose caller hung up."""

_NOT_MODIFIED: Final = 304


class JudgedCall(NamedTuple):
    """One call that is over, of `Side.LEGACY` or `Side.PLATFORM`.

    `status` is None where the side gave no answer; `seconds` is how long the side took, or was waited for; `whole`
    says that its answer came to its end; `caller_left` that the caller did not wait for it. A fallback is two of them.
    """

    side: Side
    status: int | None
    seconds: float
    whole: bool = True
    caller_left: bool = False

    @property
    def kind(self) -> Kind:
        status = self.status
        if self.caller_left:
            return Kind.LEFT
        if status is None or not self.whole or status >= 500:
            return Kind.ERROR
        if status >= 400:
            return Kind.REFUSED
        return Kind.REDIRECT if status >= 300 and status != _NOT_MODIFIED else Kind.SUCCESS
