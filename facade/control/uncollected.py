"""A configuration is no work for the garbage collector, neither while it is made nor as long as it serves.

Reading 1,000 routes makes some 100,000 objects within a few tenths of a second, nearly all of which end by themselves.
The collector takes so many for a reason to look through everything, again and again, and every call waits for each look
(25 to 45 ms, measured); and it would look again and again through the 40,000 that stay. So it rests meanwhile, and what
is there afterwards it is never shown: an object ends without it as soon as nothing names it.

The price: what is garbage in a circle at that moment stays for good. So circles are cleared away first, and nothing on
the way of a call leaves one, whether it succeeds or fails (`tests/scenarios/test_at_scale.py` counts).
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_YOUNG: Final = 1
"""The generations up to this one are what was made of late, and are looked through in a millisecond."""


@contextmanager
def uncollected() -> Iterator[None]:
    """No collection in any thread until the end of this `with`, of which there may be one at a time."""
    gc.collect(_YOUNG)
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
