"""Whose forwarding fields are believed."""

from __future__ import annotations

from ipaddress import ip_network

import pytest

from facade.wire.limits import Forwarded

FORWARDED = Forwarded((ip_network("10.0.0.0/8"), ip_network("2001:db8::/32")))


@pytest.mark.parametrize(
    ("address", "trusted"),
    [
        ("10.1.2.3", True),
        ("11.1.2.3", False),
        ("2001:db8::1", True),
        ("2001:db9::1", False),
        ("", False),
        ("not an address", False),
    ],
)
def test_a_peer_is_trusted_by_its_network(address: str, trusted: bool) -> None:
    assert FORWARDED.trusts(address) is trusted


def test_nobody_is_trusted_where_nothing_is_said() -> None:
    assert not Forwarded().trusts("127.0.0.1")
