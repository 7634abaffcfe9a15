"""W3C Trace Context, level 1: a call's `traceparent`, passed on where it is valid, made where it is not. Pure.

The facade records no spans of its own, so it takes no place in the chain of parents: what it is sent is what it sends.
One that is missing or invalid is replaced, and `tracestate`, which belongs to it, is dropped with it (section 3.3).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, NamedTuple

RANDOM_BYTES: Final = 24
"""What `mint` needs: 16 bytes of trace-id and 8 of parent-id (section 3.2.2)."""

_TRACE_ID_DIGITS: Final = 32
_NO_TRACE: Final = "0" * 32
_NO_PARENT: Final = "0" * 16

# Section 3.2: lower-case hexadecimal only, and neither identifier may be all zeros.
_FIELDS: Final = rb"-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}"
_version_00: Final = re.compile(rb"00" + _FIELDS).fullmatch
# Section 4.3: a later version starts with the same four fields and may add more after a dash, here as much as would
# fill a header of 512 bytes; ff is no version.
_later_version: Final = re.compile(rb"(?!00|ff)[0-9a-f]{2}" + _FIELDS + rb"(?:-[!-~]{0,456})?").fullmatch


class Trace(NamedTuple):
    """The traceparent to send on, its trace-id for the log, and whether it was made here."""

    header: bytes
    trace_id: str
    minted: bool


def follow_or_mint(header: bytes | None, chance: Callable[[int], bytes]) -> Trace:
    """The trace a call belongs to. `header` is its only traceparent, None where it has none or several.

    `chance` gives as many random bytes as asked; it is asked only where a trace is made.
    """
    if header is not None and (match := _version_00(header) or _later_version(header)):
        return Trace(header, match[1].decode(), False)
    return mint(chance(RANDOM_BYTES))


def mint(random_bytes: bytes) -> Trace:
    """A new trace from 24 random bytes, its sampled flag off: the facade records nothing (section 3.2.2.5.1)."""
    digits = random_bytes.hex()
    trace_id = digits[:_TRACE_ID_DIGITS]
    parent_id = digits[_TRACE_ID_DIGITS:]
    if trace_id == _NO_TRACE or parent_id == _NO_PARENT:
        return mint(bytes(each | 1 for each in random_bytes))
    return Trace(f"00-{trace_id}-{parent_id}-00".encode(), trace_id, True)
