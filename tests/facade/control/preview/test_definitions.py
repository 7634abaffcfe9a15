"""What a route stands on that is written elsewhere, and what is said where it is written otherwise."""

from __future__ import annotations

import dataclasses
from typing import Any

import msgspec
from counted import COOKIE, QUARTER, a_route

from facade.callers.register import Caller, Identity, IdentityKind, Issuer, Register
from facade.config.settings import Configuration, Settings
from facade.control.preview.definitions import Definitions, changed
from facade.routing.route import Route, SiloReference
from facade.routing.template import parse_condition, parse_key
from facade.targets.definition import Passthrough, Silo

HEADER = Identity(IdentityKind.HEADER, b"intake", "x-caller")
CLAIM = Identity(IdentityKind.CLAIM, b"a", "azp")
INTAKE = Caller("intake", (HEADER,), '{"name": "intake", "header": "X-Caller=intake"}')
COURTS = Caller("courts", (CLAIM,), '{"name": "courts", "claim": "azp=a"}')
ISSUER = Issuer("https://login.example", ("platform",), ())
PORTAL = Silo(
    "portal", Passthrough("http://secret:1"), written={"settings": '{"url": "http://secret:1"}', "owner": "x"}
)


def by_rule(rule: str) -> Route:
    return a_route(canary=dataclasses.replace(QUARTER, platform_for=(parse_condition(rule),)))


def by_key(key: str) -> Route:
    return a_route(canary=dataclasses.replace(QUARTER, by=(parse_key(key),)))


def definitions(
    *callers: Caller, issuers: tuple[Issuer, ...] = (ISSUER,), silo: Silo = PORTAL, **more: Any
) -> Definitions:
    register = Register(callers or (INTAKE, COURTS), issuers, **more)
    return Definitions(Configuration("abc", Settings(), {silo.name: silo}, (), (), register))


def told(route: Route, after: Definitions, before: Definitions | None = None) -> list[str]:
    return list(changed((before or definitions()).of(route), after.of(route)))


def other(caller: Caller) -> Caller:
    return dataclasses.replace(caller, written=caller.written + " ")


def test_a_caller_that_a_rule_means_is_told_where_it_is_defined_otherwise() -> None:
    after = definitions(other(INTAKE), COURTS)
    assert told(by_rule("caller intake"), after) == ["its rules change: caller intake is defined otherwise"]
    assert told(by_rule("caller courts"), after) == []
    assert told(by_rule("header X-Caller=intake"), after) == []
    assert told(a_route(), after) == []


def test_by_a_key_every_caller_counts() -> None:
    new = Caller("new", (HEADER,), "new")
    assert told(by_key("caller"), definitions(other(COURTS), new)) == [
        "its keys change: caller courts is defined otherwise, caller new is new, caller intake is no longer there"
    ]


def test_the_field_of_api_keys_counts_where_callers_do() -> None:
    after = definitions(api_key_header="X-Other")
    assert told(by_rule("caller intake"), after) == ["its rules change: api_key_header is defined otherwise"]
    assert told(by_key("cookie session"), after) == []


def test_an_issuer_counts_where_its_tokens_are_read() -> None:
    after = definitions(issuers=(dataclasses.replace(ISSUER, leeway=1.0),))
    said = "issuer https://login.example is defined otherwise"
    assert told(by_rule("claim group=staff"), after) == [f"its rules change: {said}"]
    assert told(by_key("claim sub"), after) == [f"its keys change: {said}"]
    assert told(by_rule("caller courts"), after) == [f"its rules change: {said}"]
    assert told(by_rule("caller intake"), after) == []


def test_what_is_written_of_a_silo_counts_if_its_calls_depend_on_it() -> None:
    settings = dataclasses.replace(PORTAL, written={**PORTAL.written, "settings": "other", "protect": "p"})
    assert told(a_route(), definitions(silo=settings)) == [
        "its silo portal changes: settings is defined otherwise, protect is new"
    ]
    assert (
        told(a_route(), definitions(silo=dataclasses.replace(PORTAL, written={**PORTAL.written, "owner": "y"}))) == []
    )
    assert told(a_route(legacy=SiloReference("another")), definitions(silo=settings)) == []


def test_of_a_silos_operations_the_routes_own_counts() -> None:
    was, will = (
        definitions(silo=dataclasses.replace(PORTAL, written={"operation read": "same", "operation write": text}))
        for text in ("was", "will")
    )
    assert told(a_route(legacy=SiloReference("portal", "read")), will, was) == []
    assert told(a_route(legacy=SiloReference("portal", "write")), will, was) == [
        "its silo portal changes: operation write is defined otherwise"
    ]


def test_what_has_nothing_to_compare_is_told_by_others() -> None:
    ruled, plain = by_rule("caller intake"), by_key(str(COOKIE))
    assert list(changed(definitions().of(plain), definitions().of(ruled))) == []


def test_nothing_that_is_defined_is_shown() -> None:
    text = msgspec.json.encode(definitions().of(by_rule("caller intake")))
    assert b"secret" not in text
    assert b"X-Caller" not in text


def test_an_external_is_told_as_one() -> None:
    pay = Silo("pay", Passthrough("http://secret:1"), written={"operation take": "was"}, is_external=True)
    was, will = (
        Definitions(Configuration("abc", Settings(), {}, (), (), externals={"pay": each}))
        for each in (pay, dataclasses.replace(pay, written={"operation take": "will"}))
    )
    route = dataclasses.replace(a_route(), platform=SiloReference("pay", "take"))
    assert told(route, will, was) == ["its external pay changes: operation take is defined otherwise"]
