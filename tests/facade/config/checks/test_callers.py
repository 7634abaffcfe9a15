"""Callers across files: who is named is there, and nobody is somebody else."""

from __future__ import annotations

import pytest
from tokens import key_set

CALLERS = """\
tokens:
  - {issuer: "https://login.example", keys: login.jwks.json, audience: platform}
callers:
  - {name: bailiffs, claim: azp=bailiffs}
  - {name: courts, header: X-Caller=courts}
"""
FILES = {"login.jwks.json": key_set(), "facade.yaml": "forwarded: {trust: 127.0.0.0/8}\n"}
ROUTES = """\
routes:
  - name: a
    match: GET /a
    legacy: portal
    platform: http://127.0.0.1:7101
    stage: canary
    canary: {canary}
"""


def routed(canary: str) -> dict[str, str]:
    return {"routes/a.yaml": ROUTES.replace("{canary}", canary)}


@pytest.fixture
def callers_told(told):
    return lambda callers, canary="{share: 5%, by: address}": told({**FILES, "callers.yaml": callers, **routed(canary)})


def test_rules_and_keys_of_callers_and_claims_are_good_where_they_can_be_known(callers_told):
    rules = "platform_for: [claim cohort=staff, network 10.0.0.0/8], legacy_for: caller courts"
    assert callers_told(CALLERS, f"{{share: 5%, by: [claim sub, caller], {rules}}}") == []


def test_a_rule_names_a_caller_that_is_there(callers_told):
    canary = "{share: 5%, by: address, legacy_for: [caller court, caller stranger]}"
    assert callers_told(CALLERS, canary) == [
        'routes/a.yaml:7: the rule names caller "court", and callers.yaml has no such caller; '
        "write courts, or add the caller",
        'routes/a.yaml:7: the rule names caller "stranger", and callers.yaml has no such caller; '
        "add the caller to callers.yaml, or remove the rule",
    ]


def test_without_a_file_no_caller_and_no_claim_is_ever_known(told):
    canary = "{share: 5%, by: [claim sub, caller], platform_for: claim cohort=staff, legacy_for: caller courts}"
    assert told(routed(canary)) == [
        'routes/a.yaml:7: the rule names caller "courts", and callers.yaml has no such caller; '
        "add the caller to callers.yaml, or remove the rule",
        "routes/a.yaml:7: the key caller is nobody's: callers.yaml has no callers; add callers to callers.yaml",
        'routes/a.yaml:7: "claim sub" is never known: no token is believed; '
        "add tokens to callers.yaml: issuer, keys and audience",
        'routes/a.yaml:7: "claim cohort" is never known: no token is believed; '
        "add tokens to callers.yaml: issuer, keys and audience",
    ]


def test_a_caller_by_a_claim_needs_tokens(callers_told):
    assert callers_told("callers: [{name: a, claim: azp=a}]\n") == [
        "callers.yaml:1: claim is never known: no token is believed; "
        "add tokens to callers.yaml: issuer, keys and audience"
    ]


def test_a_caller_that_is_mistaken_otherwise_is_still_there(callers_told):
    canary = "{share: 5%, by: claim sub, legacy_for: caller courts}"
    assert [line.split(":")[1] for line in callers_told(CALLERS.replace("X-Caller=courts", "X"), canary)] == ["5"]
    assert [line.split(":")[1] for line in callers_told(CALLERS.replace("audience", "audiences"), canary)] == ["2", "2"]


def test_a_file_that_cannot_be_read_makes_no_rule_mistaken(callers_told):
    canary = "{share: 5%, by: claim sub, legacy_for: caller courts}"
    (line,) = callers_told(CALLERS + "  - {", canary)
    assert line.startswith("callers.yaml:")


def test_callers_and_issuers_have_names_of_their_own(callers_told):
    twice = CALLERS.replace("courts", "bailiffs").replace(
        "callers:", '  - {issuer: "https://login.example", keys: login.jwks.json, audience: b}\ncallers:'
    )
    assert callers_told(twice) == [
        'callers.yaml:3: issuer "https://login.example" is there already, at callers.yaml:2; rename one of the two',
        'callers.yaml:6: caller "bailiffs" is there already, at callers.yaml:5; rename one of the two',
    ]


def test_two_callers_do_not_show_the_same(callers_told):
    text = CALLERS + '  - {name: c, header: [x-caller=courts, X-Other=a]}\n  - {name: d, san: ["DNS:a", "DNS:a"]}\n'
    assert callers_told(text) == [
        'callers.yaml:6: header is that of caller "courts" at callers.yaml:5; keep one of the two',
        "callers.yaml:7: san stands twice; keep one of the two",
    ]


def test_two_callers_have_not_the_same_key_wherever_it_is_written(told):
    text = "callers: [{name: a, api_key: '${env:A}'}, {name: b, api_key: '${env:B}'}]\n"
    both = {"A": "the-very-same-key", "B": "the-very-same-key"}
    assert told({"callers.yaml": text}, environment=both) == [
        'callers.yaml:1: api_key is that of caller "a" at callers.yaml:1; keep one of the two'
    ]


TLS = "listen: {address: '127.0.0.1:0', tls: {certificate: a.pem, key: a.key, client_ca: ca.pem}}\n"


@pytest.mark.parametrize(
    ("facade", "warned"),
    [
        ("version: 1\n", ["certificate", "header", "san"]),
        ("forwarded: {trust: 127.0.0.0/8}\n", []),
        (TLS, ["header"]),
    ],
)
def test_what_nobody_can_show_is_a_warning(read, facade: str, warned: list[str]):
    text = "callers: [{name: a, header: X-A=a, certificate: CN=a, san: DNS:a}]\n"
    loaded = read({"facade.yaml": facade, "callers.yaml": text}, serving=False)
    told = [each for each in loaded.warnings if each.place.file == "callers.yaml"]
    assert sorted(each.what.split()[0] for each in told) == warned
    for each in told:
        assert each.what.endswith("can be shown by nobody: facade.yaml trusts no peer")
        assert each.mend.startswith("name the peer in forwarded.trust")


def test_no_caller_is_called_as_everybody_else(callers_told):
    assert callers_told(CALLERS.replace("courts,", "unknown,")) == [
        "callers.yaml:5: caller unknown is called as everybody is whom callers.yaml does not name; "
        "give it another name",
    ]
