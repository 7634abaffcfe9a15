"""The fixtures of tests without sockets."""

from __future__ import annotations

from network import network, nothing_goes_unhandled

__all__ = ["network", "nothing_goes_unhandled"]
