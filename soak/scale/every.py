"""Every run at scale, by name, in the order of the catalogue of figures."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from soak.result import Result
from soak.scale import bodies, connections, reloads, silos, stopping

EVERY: Final[Mapping[str, Callable[[], Result]]] = MappingProxyType(
    {
        "reloads": reloads.disturbance,
        "latency": reloads.latency,
        "stop": stopping.stop,
        "idle": connections.idle,
        "slow-heads": connections.slow_heads,
        "storm": connections.storm,
        "gibibyte": bodies.gibibyte,
        "readers": bodies.readers,
        "endless": bodies.endless,
        "trouble": silos.trouble,
        "retries": silos.retries,
    }
)
"""Each takes between ten seconds and two minutes."""
