"""What a sidecar's memory does while something large passes through it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from harness.sidecar import Sidecar

MIB: Final = 1024**2
GROWTH: Final = 16 * MIB
"""Bytes that the sidecar may grow by meanwhile, at any moment."""


@contextmanager
def flat_memory(sidecar: Sidecar) -> Iterator[None]:
    """What is done in this `with` costs the sidecar next to no memory at any moment."""
    before = sidecar.resident()
    sidecar.forget_peak()
    yield
    grown = sidecar.peak() - before
    assert grown < GROWTH, f"the sidecar grew by {grown / MIB:.1f} MiB"
