"""While a configuration is read, garbage that is a circle may wait.

Reading 1,000 routes makes some 100,000 objects within a few tenths of a second, nearly all of which end by themselves.
The collector takes so many for a reason to look through everything, again and again, and every request waits for each
look (25 to 45 ms, measured). The few objects that stay are looked at afterwards, in a few milliseconds.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """No collection in any thread until the end of this `with`, of which there may be one at a time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
