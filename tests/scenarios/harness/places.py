"""Where a sticky key lies, by the letter of the operator's language and with none of the facade's code."""

from __future__ import annotations

from xxhash import xxh64_intdigest


def place(key: str, name: str) -> float:
    """0 to 1, for a key in the canary of a route or group: xxh64(key, seed = xxh64(name)) / 2^64."""
    return float(xxh64_intdigest(key.encode(), seed=xxh64_intdigest(name.encode()))) / 2.0**64
