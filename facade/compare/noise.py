"""Noise: what differs between two answers of legacy's own to the same question, such as a time or a serial number.

The law of this file: a field's differences between legacy and platform count only where there are clearly more of them
than between legacy and itself. The three bounds are those of Diffy, which introduced them; it needs two instances of
the old system, while here one is asked twice.
"""

from __future__ import annotations

from typing import Final

RELATIVE: Final = 0.20
"""Of all differences of a field, on both counts, the surplus must be more than a fifth: chance alone makes less."""

ABSOLUTE: Final = 0.0003
"""The surplus must be more than 0.03 % of the comparisons: below that a field is not worth a person's time."""


def counts(raw: float, noise: float) -> bool:
    """Whether a field that differs in `raw` of the comparisons and in `noise` of those of legacy with itself counts.

    Both are parts of 1.

    >>> counts(raw=0.05, noise=0.0), counts(raw=1.0, noise=1.0), counts(raw=0.05, noise=0.04)
    (True, False, False)
    """
    surplus = raw - noise
    return surplus > 0 and surplus > RELATIVE * (raw + noise) and surplus > ABSOLUTE
