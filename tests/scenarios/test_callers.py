"""Who calls decides which side answers: by key, certificate, token or a trusted peer's word, and nobody else's."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Final

import pytest
from joserfc import jwk
from tokens import AUDIENCE, ISSUER, key, key_set, token, unsigned

from harness.authority import Authorities
from harness.client import Client, get
from harness.folder import Folder
from harness.patience import eventually
from harness.peer import Peer
from harness.sidecar import Sidecar, run

Serve = Callable[..., Sidecar]

SECRET: Final = "a-key-that-the-bailiffs-keep"

CALLERS: Final = """\
tokens:
  - issuer: https://login.example
    keys: login.jwks.json
    audience: platform
callers:
  - name: bailiffs
    api_key: "${env:BAILIFFS_KEY}"
  - name: courts
    certificate: "CN=courts,OU=Courts,O=Justice"
  - name: mesh
    san: DNS:mesh.example
  - name: portal
    claim: azp=portal
  - name: intake
    header: X-Caller=intake
"""

ROUTES: Final = """\
routes:
  - name: items.read
    match: GET /items
    legacy: portal
    platform: {platform}
    stage: canary
    canary:
{canary}
"""

JUSTICE: Final = {"organization_name": "Justice", "organization_unit_name": "Courts"}

LATER: Final = 4_000_000_000
"""Unix time after every run of these tests."""


@pytest.fixture
def divided(folder: Folder, legacy: Peer, platform: Peer, serve: Serve) -> Callable[..., Sidecar]:
    """A sidecar whose one route is divided by these lines; callers.yaml knows everybody above."""

    def start(*canary: str, **facade: str) -> Sidecar:
        if facade or not (folder / "facade.yaml").exists():
            folder.facade(**facade)
        folder.silo("portal", legacy.url)
        folder.write("callers.yaml", CALLERS)
        folder.write("login.jwks.json", key_set())
        lines = "\n".join(f"      {line}" for line in canary)
        folder.routes(ROUTES.format(platform=platform.url, canary=lines))
        return serve(folder, environment={"BAILIFFS_KEY": SECRET})

    return start


def side(port: int, *lines: str | bytes) -> str:
    return get(port, "/items", *lines, "Connection: close").body.decode()


def bearer(**claims: object) -> bytes:
    return b"Authorization: Bearer " + token(**{"exp": LATER, **claims})


def test_a_caller_is_known_by_its_key_or_its_token_and_what_it_shows_goes_on(
    divided: Callable[..., Sidecar], platform: Peer
) -> None:
    port = divided("share: 0%", "platform_for: [caller bailiffs, caller portal]", "by: address").port
    assert side(port) == "legacy"
    assert side(port, f"X-Api-Key: {SECRET}") == "platform"
    assert side(port, f"X-Api-Key: {SECRET}x") == "legacy"
    assert side(port, f"X-Api-Key: {SECRET}", f"X-Api-Key: {SECRET}") == "legacy"
    assert side(port, bearer(azp="portal")) == "platform"
    assert side(port, bearer(azp="stranger")) == "legacy"
    assert side(port, "X-Caller: bailiffs", "X-Client-Cert-Subject: CN=courts,OU=Courts,O=Justice") == "legacy"
    keyed, signed = platform.requests
    assert keyed.one("X-Api-Key") == SECRET.encode()
    assert (signed.one("Authorization") or b"").startswith(b"Bearer eyJ")


def test_no_token_counts_that_its_issuer_did_not_sign_for_here_and_now(divided: Callable[..., Sidecar]) -> None:
    port = divided("share: 0%", "platform_for: claim cohort=staff", "by: address").port
    assert side(port, bearer(cohort="staff")) == "platform"
    assert side(port, bearer(cohort=["clerk", "staff"])) == "platform"
    good = token(exp=LATER, cohort="staff")
    head, payload, signature = good.split(b".")
    forged = [
        token(jwk.ECKey.generate_key("P-256", {"kid": "one"}), exp=LATER, cohort="staff"),
        token(exp=1, cohort="staff"),
        token(exp=10**400, cohort="staff"),
        token(exp=LATER, nbf=10**400, cohort="staff"),
        token(exp=LATER, nbf=LATER - 1, cohort="staff"),
        token(exp=LATER, aud="other", cohort="staff"),
        token(exp=LATER, iss="https://other.example", cohort="staff"),
        b".".join((unsigned(b'{"alg":"none"}', b"", b"").split(b".")[0], payload, b"")),
        b".".join((unsigned(b'{"alg":"HS256","kid":"one"}', b"", b"").split(b".")[0], payload, signature)),
        b".".join((head, payload, b"AAAA")),
        b".".join((head, payload)),
        good + b"A" * 9_000,
        b"[" * 5_000,
    ]
    for text in forged:
        assert side(port, b"Authorization: Bearer " + text) == "legacy"
    assert side(port, bearer(cohort="staff"), bearer(cohort="staff")) == "legacy"
    assert side(port, bearer(cohort="staff")) == "platform"


def test_a_certificate_names_its_caller_and_a_field_of_that_name_nobody(
    divided: Callable[..., Sidecar], folder: Folder
) -> None:
    authorities = Authorities()
    authorities.furnish(folder, client_ca=True)
    port = divided("share: 0%", "platform_for: [caller courts, caller mesh]", "by: address").port
    courts = authorities.callers.issue_cert("a.example", **JUSTICE, common_name="courts")
    mesh = authorities.callers.issue_cert("mesh.example")
    other = authorities.callers.issue_cert("other.example", **JUSTICE, common_name="other")
    for certificate, expected in ((courts, b"platform"), (mesh, b"platform"), (other, b"legacy")):
        with Client(port, tls=authorities.trusting(certificate)) as client:
            assert client.get("/items").body == expected
            assert client.get("/items", "X-Client-Cert-San: DNS:mesh.example", "X-Caller: courts").body == expected


def test_a_trusted_peer_says_who_calls_and_from_where(divided: Callable[..., Sidecar]) -> None:
    rules = "[caller intake, caller courts, network 192.0.2.0/24, 'network 2001:db8::/32']"
    port = divided("share: 0%", f"platform_for: {rules}", "by: address", forwarded="{trust: 127.0.0.1}").port
    assert side(port) == "legacy"
    for line in (
        "X-Caller: intake",
        "X-Client-Cert-Subject: CN=courts,OU=Courts,O=Justice",
        "X-Forwarded-For: 192.0.2.7",
        "X-Forwarded-For: 203.0.113.1, 192.0.2.7:4711",
        "X-Forwarded-For: 2001:db8::7",
        "X-Forwarded-For: ::ffff:192.0.2.7",
    ):
        assert side(port, line) == "platform", line
    for line in ("X-Caller: stranger", "X-Forwarded-For: 192.0.2.7, 203.0.113.1", "X-Forwarded-For: unknown"):
        assert side(port, line) == "legacy", line


def test_without_trust_nobody_says_who_calls_or_from_where(divided: Callable[..., Sidecar]) -> None:
    port = divided("share: 0%", "platform_for: [caller intake, network 192.0.2.0/24]", "by: address").port
    assert side(port, "X-Caller: intake", "X-Forwarded-For: 192.0.2.7", "Forwarded: for=192.0.2.7") == "legacy"


def test_a_sticky_claim_stays_where_it_is_whatever_token_carries_it(divided: Callable[..., Sidecar]) -> None:
    port = divided("share: 50%", "by: claim sub").port
    sides = {}
    for number in range(40):
        who = f"citizen-{number}"
        found = {side(port, bearer(sub=who, exp=LATER + change)) for change in range(2)}
        assert len(found) == 1
        sides[who] = found.pop()
    assert set(sides.values()) == {"legacy", "platform"}
    assert side(port) == "legacy"


def test_legacy_for_beats_platform_for_beats_the_share(divided: Callable[..., Sidecar]) -> None:
    port = divided("share: 100%", "by: address", "platform_for: claim cohort=staff", "legacy_for: caller bailiffs").port
    assert side(port) == "platform"
    assert side(port, bearer(cohort="staff"), f"X-Api-Key: {SECRET}") == "legacy"


def test_an_issuers_new_keys_are_read_while_it_serves(divided: Callable[..., Sidecar], folder: Folder) -> None:
    sidecar = divided("share: 0%", "platform_for: claim cohort=staff", "by: address")
    following = key("P-256", "two")
    new = b"Authorization: Bearer " + token(following, exp=LATER, cohort="staff")
    assert side(sidecar.port, new) == "legacy"
    assert side(sidecar.port, bearer(cohort="staff")) == "platform"
    sidecar.changed(folder.write, "login.jwks.json", key_set(following))
    assert side(sidecar.port, new) == "platform"
    assert side(sidecar.port, bearer(cohort="staff")) == "legacy", "a key that is withdrawn vouches for nobody"
    before = sidecar.running()
    folder.write("login.jwks.json", json.dumps({"keys": [following.as_dict(private=True)]}))
    sidecar.said("configuration rejected")
    assert (sidecar.running(), side(sidecar.port, new)) == (before, "platform")


def test_a_token_counts_until_it_expires(divided: Callable[..., Sidecar], folder: Folder) -> None:
    sidecar = divided("share: 0%", "platform_for: claim cohort=staff", "by: address")
    sidecar.changed(folder.edit, "callers.yaml", "audience: platform", "audience: platform\n    leeway: 0s")
    brief = bearer(cohort="staff", exp=int(time.time()) + 3)
    assert side(sidecar.port, brief) == "platform"
    eventually(lambda: side(sidecar.port, brief) == "legacy", "it expires, though it was believed before")


def test_what_a_caller_shows_is_in_no_log_no_metric_and_no_answer(divided: Callable[..., Sidecar]) -> None:
    sidecar = divided(
        "share: 0%",
        "by: [claim sub, caller]",
        "platform_for: [caller bailiffs, claim cohort=staff, network 203.0.113.0/24]",
    )
    shown = token(exp=LATER, sub="citizen-7", cohort="staff")
    side(sidecar.port, b"Authorization: Bearer " + shown)
    side(sidecar.port, b"Authorization: Bearer " + shown[:-4] + b"AAAA")
    side(sidecar.port, f"X-Api-Key: {SECRET}")
    eventually(lambda: len(sidecar.lines("request")) == 3, "each call has its line")
    reasons = {line["reason"] for line in sidecar.lines("request")}
    assert reasons == {"platform_for claim cohort", "no key: legacy", "platform_for caller bailiffs"}
    asked = f"/api/explain?url=/items&header=Authorization:Bearer%20{shown.decode()}"
    explained = sidecar.document(asked)
    assert explained["reason"] == "platform_for claim cohort"
    everything = bytes(sidecar.output) + bytes(sidecar.errors) + json.dumps(explained).encode()
    for path in ("/metrics", "/api/config", "/api/routes", "/"):
        everything += sidecar.admin(path).body
    for secret in (SECRET.encode(), b"citizen-7", *shown.split(b"."), ISSUER.encode()):
        assert secret not in everything


def test_the_command_explains_what_the_wire_does(divided: Callable[..., Sidecar], folder: Folder) -> None:
    sidecar = divided("share: 0%", "by: address", "platform_for: [caller bailiffs, claim cohort=staff]")
    for line in (
        f"X-Api-Key: {SECRET}",
        bearer(cohort="staff").decode(),
        bearer(cohort="staff", exp=9).decode(),
        "X: y",
    ):
        told = run(
            *("explain", "GET", "/items", "--json", "--config", folder.path, "-H", line),
            environment={"BAILIFFS_KEY": SECRET},
        )
        assert told.returncode == 0, told.stderr
        assert json.loads(told.stdout)["side"] == side(sidecar.port, line)
        assert AUDIENCE in (folder / "callers.yaml").read_text()
        assert line.partition(" ")[2] not in told.stdout or line == "X: y"
