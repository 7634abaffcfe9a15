"""What one connection may cost: the bounds of `limits` and `forwarded` in facade.yaml."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes in bytes, times in seconds. The defaults are those of the operator's language.

    `tunnel_idle` is how long nothing may move in a tunnel, `tunnel_grace` how long one lives whose route moved or went.
    """

    header_bytes: int = 64 * 1024
    headers: int = 100
    url_bytes: int = 8 * 1024
    body: int = 1024**3
    header_timeout: float = 10.0
    body_timeout: float = 30.0
    idle_timeout: float = 75.0
    connections: int = 10_000
    kept_bytes: int = 64 * 1024 * 1024
    tunnel_idle: float = 900.0
    tunnel_grace: float = 3600.0


@dataclass(frozen=True, slots=True, eq=False)
class Forwarded:
    """Whose forwarding fields are believed. Everyone else's are replaced.

    It is a key of what is remembered of senders, so it is itself and equal to no other.
    """

    trust: tuple[IPv4Network | IPv6Network, ...] = ()

    def trusts(self, address: str) -> bool:
        """Whether a peer's own forwarding fields are believed; an address that cannot be read is nobody's."""
        try:
            peer = ip_address(address)
        except ValueError:
            return False
        return any(peer in network for network in self.trust if network.version == peer.version)
