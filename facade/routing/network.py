"""A client's address, however it is spelt, and whether it lies in a network. Pure.

Proxies write an address with a port, in brackets, with a zone or as IPv4 within IPv6 (RFC 7239 section 6, RFC 4007
section 11); whatever is no address lies in no network.
"""

from __future__ import annotations

import re
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final, TypeAlias

Network: TypeAlias = IPv4Network | IPv6Network

_REMEMBERED: Final = 4_096
"""Addresses whose reading is remembered: it takes 2 us, and a busy sidecar's clients come again."""

_LONGEST: Final = 64
"""Bytes of an address with brackets, zone and port; nothing longer is read or remembered."""

_WITH_PORT: Final = re.compile(rb"(?:\[([^\]]+)\]|([0-9.]+))(?::[0-9]{1,5})?")


def lies_in(address: bytes, network: Network) -> bool:
    """Whether the address is one of the network's."""
    read = _read(address) if len(address) <= _LONGEST else None
    return read is not None and read in network


def spelt(address: bytes) -> bytes:
    """The address as everybody spells it, so that one client has one; what is no address stays as it is.

    >>> spelt(b"[2001:DB8::0007]:4711")
    b'2001:db8::7'
    """
    read = _read(address) if len(address) <= _LONGEST else None
    return address if read is None else str(read).encode()


@lru_cache(maxsize=_REMEMBERED)
def _read(text: bytes) -> IPv4Address | IPv6Address | None:
    """The address; one of IPv6 that stands for one of IPv4 (RFC 4291 section 2.5.5.2) is that one."""
    found = _WITH_PORT.fullmatch(text)
    bare = text if found is None else found[1] or found[2]
    try:
        address = ip_address(bare.partition(b"%")[0].decode("ascii"))
    except ValueError:
        return None
    return address if address.version == 4 else address.ipv4_mapped or address
