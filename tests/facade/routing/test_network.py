"""Which network an address lies in."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facade.routing.network import Network, lies_in, spelt

TEN, DOCUMENTS, ALL = ip_network("10.0.0.0/8"), ip_network("2001:db8::/32"), ip_network("::/0")


@pytest.mark.parametrize(
    ("address", "network"),
    [
        (b"10.0.0.1", TEN),
        (b"10.0.0.1:4711", TEN),
        (b"::ffff:10.0.0.1", TEN),
        (b"::FFFF:0a00:1", TEN),
        (b"[::ffff:10.0.0.1]:80", TEN),
        (b"2001:db8::1", DOCUMENTS),
        (b"2001:0DB8:0:0::1", DOCUMENTS),
        (b"[2001:db8::1]", DOCUMENTS),
        (b"[2001:db8::1]:443", DOCUMENTS),
        (b"2001:db8::1%eth0", DOCUMENTS),
    ],
)
def test_an_address_lies_in_its_network_however_it_is_spelt(address: bytes, network: Network) -> None:
    assert lies_in(address, network)
    assert not lies_in(address, ip_network("192.0.2.0/24"))
    assert not lies_in(address, ip_network("2001:db9::/32"))


@pytest.mark.parametrize(
    "text", [b"", b"unknown", b"_hidden", b"10.0.0.01", b"10.0.0", b"10.0.0.0/8", b"\xe9", b"10.0.0.1 ", b"1" * 100]
)
def test_what_is_no_address_lies_in_no_network(text: bytes) -> None:
    assert not lies_in(text, ip_network("0.0.0.0/0"))
    assert not lies_in(text, ALL)


@given(st.integers(0, 2**32 - 1), st.integers(0, 32), st.integers(0, 2**32 - 1))
def test_an_address_lies_in_a_network_exactly_if_their_first_bits_agree(network: int, bits: int, address: int) -> None:
    mask = (2**32 - 1) ^ (2 ** (32 - bits) - 1)
    within = network & mask == address & mask
    text = str(IPv4Address(address)).encode()
    assert lies_in(text, ip_network((network & mask, bits))) is within
    assert lies_in(b"::ffff:" + text, ip_network((network & mask, bits))) is within


@given(st.integers(2**96, 2**128 - 1), st.integers(0, 128), st.integers(2**96, 2**128 - 1))
def test_so_does_one_of_ipv6(network: int, bits: int, address: int) -> None:
    mask = (2**128 - 1) ^ (2 ** (128 - bits) - 1)
    within = network & mask == address & mask
    wanted = ip_network(IPv6Address(network & mask).exploded + f"/{bits}")
    assert lies_in(str(IPv6Address(address)).encode(), wanted) is within
    assert lies_in(IPv6Address(address).exploded.encode(), wanted) is within


@given(st.ip_addresses(), st.integers(0, 65_535))
def test_an_address_is_spelt_in_one_way(address: IPv4Address | IPv6Address, port: int) -> None:
    text = str(address).encode()
    exploded = address.exploded.encode().upper()
    host = exploded if address.version == 4 else b"[%b]" % exploded
    assert spelt(text) == spelt(exploded) == spelt(host) == spelt(b"%b:%d" % (host, port))
    assert spelt(spelt(text)) == spelt(text)


@given(st.binary(max_size=70))
def test_any_bytes_lie_in_a_network_or_not(text: bytes) -> None:
    assert lies_in(text, ALL) in (True, False)
    assert lies_in(text, ALL) == lies_in(spelt(text), ALL)
