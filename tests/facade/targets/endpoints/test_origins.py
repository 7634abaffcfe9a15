"""Every origin that is open: one for each way of reaching it, kept across reloads."""

from __future__ import annotations

from pathlib import Path

from network import resting_wheel

from facade.routing.route import TargetTls
from facade.targets.endpoints.origin import Origin, Reach
from facade.targets.endpoints.origins import Origins
from facade.wire.leniency import STRICT, Fault

PLAIN = Reach("http://10.0.0.1:1", None, STRICT)
SECURE = Reach("https://10.0.0.1:1", None, STRICT)


def adopted(origins: Origins, *reaches: Reach) -> dict[Reach, Origin]:
    adopted: dict[Reach, Origin] = {}
    for reach in reaches:
        assert origins.adopt(reach, adopted) is origins.adopt(reach, adopted)
    return adopted


def is_closed(origin: Origin) -> bool:
    return origin._closed


async def test_an_origin_is_kept_while_it_is_named_and_closed_when_it_is_not() -> None:
    origins = Origins(resting_wheel())
    first = adopted(origins, PLAIN, SECURE)
    origins.settle(first)
    second = adopted(origins, PLAIN)
    assert second[PLAIN] is first[PLAIN]
    assert not is_closed(first[SECURE])
    origins.settle(second)
    assert is_closed(first[SECURE])
    assert not is_closed(first[PLAIN])
    origins.close()
    assert is_closed(first[PLAIN])


async def test_what_was_opened_for_nothing_is_closed_and_nothing_else() -> None:
    origins = Origins(resting_wheel())
    first = adopted(origins, PLAIN)
    origins.settle(first)
    second = adopted(origins, PLAIN, SECURE)
    origins.discard(second)
    assert is_closed(second[SECURE])
    assert not is_closed(first[PLAIN])


async def test_what_is_reached_differently_shares_no_connection() -> None:
    origins = Origins(resting_wheel())
    tls = TargetTls(Path("/ca.pem"))
    reaches = [PLAIN, SECURE, SECURE._replace(tls=tls), PLAIN._replace(leniency=frozenset({Fault.FOLDED_LINES}))]
    found = adopted(origins, *reaches)
    assert len({id(origin.only.pool) for origin in found.values() if origin.only is not None}) == 4


async def test_one_definition_of_tls_has_one_trust_across_reloads() -> None:
    origins = Origins(resting_wheel())
    tls = TargetTls(Path("/ca.pem"))
    first = adopted(origins, SECURE._replace(tls=tls), Reach("https://10.0.0.2", tls, STRICT), SECURE, PLAIN)
    one, other, system, none = (origin._trust for origin in first.values())
    assert one is other
    assert one is not system
    assert none is None
    origins.settle(first)
    again = Reach("https://10.0.0.3", TargetTls(Path("/ca.pem")), STRICT)
    assert adopted(origins, again)[again]._trust is one


async def test_a_definition_that_nobody_names_is_forgotten() -> None:
    origins = Origins(resting_wheel())
    origins.settle(adopted(origins, SECURE))
    origins.settle(adopted(origins, PLAIN))
    assert origins._trusts == {}
    assert repr(origins).startswith("<Origins [<Origin 10.0.0.1:1 ")
