"""How likely a false alarm may be: a hundredth over a route's whole stay in a stage, dealt out to the checks.

The odds hold together by their sum (Bonferroni), however often the verdict is looked at and however long it lasts.
"""

from __future__ import annotations

from typing import Final

FALSE_ALARM: Final = 0.01
"""Of a hundred canaries whose platform keeps within every limit, one at most is taken back for nothing."""

ERRORS: Final = 0.55 * FALSE_ALARM
"""Errors hurt callers most and must be found soonest."""

STATUSES: Final = 0.07 * FALSE_ALARM
"""Each of three kinds of answers; a shift beyond the limit is mostly a wide one, which little odds suffice for."""

LATENCY: Final = 0.06 * FALSE_ALARM
"""Each of three quantiles; a slower answer is still an answer."""

PARITY: Final = 0.06 * FALSE_ALARM
"""Comparisons."""
