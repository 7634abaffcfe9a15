"""An external behind a running sidecar: what leaves for it, how often, and what is said of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest

from harness.client import ask, problem, request
from harness.folder import Folder
from harness.messages import Message
from harness.patience import eventually
from harness.peer import Conversation, Peer, answer, answering
from harness.sidecar import Sidecar, run

EXTERNAL = """\
external: card-payments
adapter: rest
owner: Treasury
settings: {{url: "{url}", auth: {{bearer: "${{file:{key}}}"}}}}
protect: {{concurrency: 10}}
operations:
  take-payment:
    call: POST /v1/accounts/{{path.account}}/payments
    writes: true
    send: {{amount: "{{body.pence:int}}", reference: "{{body.reference}}"}}
    idempotency: "{{header.Idempotency-Key}}"
    status: 201
  find-payment:
    call: GET /v1/payments
    send: {{reference: "{{path.reference}}"}}
"""
ROUTES = """\
routes:
  - name: payments.take
    match: "POST /accounts/{{account}}/payments/{{rest...}}"
    legacy: portal
    platform: card-payments.take-payment
    stage: platform
  - name: payments.find
    match: "GET /payments/{{reference}}"
    legacy: portal
    platform: card-payments.find-payment
    fallback: {fallback}
  - {{name: receipts.read, match: "GET /receipts/{{number}}", legacy: portal, platform: "{platform}"}}
groups:
  - name: paying
    routes: [payments.find, receipts.read]
    stage: {stage}
    canary: {{share: 50%, by: header X-Key}}
    shadow: {{sample: 100%}}
"""
MARKER = "m4rk3d"
TRACE = "6d34726b33646d34726b33646d34726b"
"""The same as the 16 bytes of a trace's identity."""

ADDRESS = "203.0.113.77"
PAID = answering(lambda _: answer(b'{"id": "p-1"}', "Content-Type: application/json", status="201 Created"))


@pytest.fixture
def provider() -> Iterator[Peer]:
    with Peer("provider") as peer:
        peer.script = PAID
        yield peer


@pytest.fixture
def written(folder: Folder, legacy: Peer, platform: Peer, provider: Peer) -> Folder:
    (folder / "externals").mkdir()
    folder.write("key", "sk-operators\n")
    folder.write("externals/pay.yaml", EXTERNAL.format(url=provider.url, key=folder / "key"))
    folder.facade(forwarded="{trust: [127.0.0.0/8]}")
    folder.silo("portal", legacy.url)
    folder.routes(ROUTES.format(platform=platform.url, stage="platform", fallback="none"))
    return folder


@pytest.fixture
def sidecar(written: Folder, serve: Callable[..., Sidecar]) -> Sidecar:
    return serve(written)


def marked() -> bytes:
    """A payment with a marker wherever a call can carry one, but for what its operation names."""
    fields = [
        *(f"{name}: {MARKER}" for name in ("User-Agent", "Referer", "From", "Accept-Language", "X-Request-Id", MARKER)),
        *(f"{name}: {MARKER}" for name in ("X-Api-Key", "X-Forwarded-Host", "X-Real-Ip", "Baggage", "Via", "Origin")),
        *(f"{name}: {MARKER}" for name in ("Traceparent-Other", "X-B3-TraceId", "If-Match", "Prefer", "Accept")),
        f"Authorization: Bearer {MARKER}",
        f"Cookie: session={MARKER}; {MARKER}=1",
        f"Forwarded: for={ADDRESS};host={MARKER}",
        f"X-Forwarded-For: {ADDRESS}",
        f"Traceparent: 00-{TRACE}-6d34726b33646d34-01",
        f"Tracestate: vendor={MARKER}",
        f"Content-Type: application/json; profile={MARKER}",
        f"Trailer: {MARKER}",
        "Idempotency-Key: k-1",
        "Transfer-Encoding: chunked",
    ]
    body = json.dumps(
        {"pence": 1250, "reference": "R-7", MARKER: 1, "nino": MARKER, "payer": {"reference": MARKER, "list": [MARKER]}}
    ).encode()
    target = f"/accounts/A-1/payments/{MARKER}/{MARKER}?{MARKER}={MARKER}&amount={MARKER}&reference={MARKER}"
    head = request("POST", target, *fields, host=f"{MARKER}.example")
    trailers = f"{MARKER}: {MARKER}\r\nIdempotency-Key: {MARKER}\r\n"
    return head + b"%x;%s=1\r\n%s\r\n0\r\n" % (len(body), MARKER.encode(), body) + trailers.encode() + b"\r\n"


def paid(sidecar: Sidecar, data: bytes) -> Message:
    answered = ask(sidecar.port, data)
    assert answered.status == 201, answered.head + answered.body
    return answered


def find(sidecar: Sidecar, key: str = "a") -> Message:
    return ask(sidecar.port, request("GET", "/payments/R-7", f"X-Key: {key}"))


def test_nothing_leaves_but_the_fields_that_the_operation_names(sidecar: Sidecar, provider: Peer) -> None:
    assert json.loads(paid(sidecar, marked()).body) == {"id": "p-1"}
    (conversation,) = provider.conversations
    sent = conversation.received
    for mark in (MARKER, TRACE, "6d34726b33646d34", ADDRESS, "facade", "aiohttp"):
        assert mark.encode() not in sent.lower(), mark
    (got,) = provider.requests
    assert got.start == b"POST /v1/accounts/A-1/payments HTTP/1.1"
    assert sorted(got.fields) == [
        (b"Accept", b"application/json, application/xml;q=0.9"),
        (b"Authorization", b"Bearer sk-operators"),
        (b"Connection", b"close"),
        (b"Content-Length", b"33"),
        (b"Content-Type", b"application/json"),
        (b"Host", f"127.0.0.1:{provider.port}".encode()),
        (b"Idempotency-Key", b"k-1"),
    ]
    assert got.body == b'{"amount":1250,"reference":"R-7"}'
    assert sent == got.head + got.body


def test_a_get_carries_what_it_names_in_its_query_and_nothing_else(sidecar: Sidecar, provider: Peer) -> None:
    data = request("GET", f"/payments/R-7?{MARKER}={MARKER}", f"Cookie: a={MARKER}", f"User-Agent: {MARKER}")
    assert ask(sidecar.port, data).status == 200
    (got,) = provider.requests
    assert got.target == b"/v1/payments?reference=R-7"
    assert MARKER.encode() not in provider.conversations[0].received.lower()


def test_an_external_that_breaks_off_is_not_asked_again(sidecar: Sidecar, provider: Peer, legacy: Peer) -> None:
    def breaks_off(conversation: Conversation) -> None:
        conversation.request()

    for _ in range(2):
        assert find(sidecar).status == 200  # whoever keeps a connection has one now
    provider.script = breaks_off
    problem(find(sidecar), 502)
    problem(ask(sidecar.port, request("POST", "/accounts/A-1/payments/", "Idempotency-Key: k", body=b"{}")), 400)
    body = b'{"pence": 1, "reference": "R"}'
    problem(ask(sidecar.port, request("POST", "/accounts/A-1/payments/", "Idempotency-Key: k", body=body)), 502)
    assert [each.method for each in provider.requests] == [b"GET", b"GET", b"GET", b"POST"]
    assert legacy.requests == []


def test_legacy_answers_what_an_external_failed_to_read_and_the_external_is_asked_once(
    sidecar: Sidecar, provider: Peer, legacy: Peer, platform: Peer
) -> None:
    routes = ROUTES.format(platform=platform.url, stage="platform", fallback="reads")
    sidecar.changed(lambda: sidecar.folder.routes(routes))
    provider.script = answering(lambda _: answer(status="503 Service Unavailable"))
    assert find(sidecar).body == b"legacy"
    assert (len(provider.requests), legacy.targets) == (1, [b"/payments/R-7"])
    assert sidecar.metric('facade_fallbacks_total{route="payments.find"}') == 1


def test_an_external_is_asked_nothing_for_a_comparison_though_its_group_compares(
    sidecar: Sidecar, provider: Peer, legacy: Peer, platform: Peer
) -> None:
    provider.script = answering(lambda _: answer(b'{"from": "provider"}', "Content-Type: application/json"))
    sidecar.changed(
        lambda: sidecar.folder.routes(ROUTES.format(platform=platform.url, stage="canary", fallback="none"))
    )
    answers = [find(sidecar, f"caller-{number}").body for number in range(40)]
    outside = sum(b"provider" in body for body in answers)
    assert 0 < outside < 40
    for number in range(10):
        assert ask(sidecar.port, request("GET", f"/receipts/{number}", f"X-Key: caller-{number}")).status == 200
    eventually(lambda: len(platform.requests) >= 10, "every receipt is asked of the platform, too")
    assert len(provider.requests) == outside
    assert len([target for target in legacy.targets if b"payments" in target]) == 40 - outside


def test_a_shadow_is_no_stage_of_an_external_and_a_canary_follows_legacy(
    sidecar: Sidecar, provider: Peer, platform: Peer
) -> None:
    folder = sidecar.folder
    sidecar.changed(lambda: folder.routes(ROUTES.format(platform=platform.url, stage="legacy", fallback="none")))
    where = ("--reason", "the provider is ready", "--config", folder.path)
    refused = run("move", "paying", "shadow", *where)
    assert refused.returncode == 1
    assert "paying: it goes to an external, which is never asked what legacy answers; move it to canary" in (
        refused.stdout + refused.stderr
    )
    moved = run("move", "paying", "canary", "--share", "100%", *where)
    assert moved.returncode == 0, moved.stdout + moved.stderr
    provider.script = answering(lambda _: answer(b"{}", "Content-Type: application/json"))
    assert find(sidecar).body == b"{}"
    folder.edit("routes/all.yaml", "stage: canary", "stage: shadow")
    checked = run("check", folder.path)
    assert checked.returncode == 1
    assert 'stage shadow is of no use: route "payments.find" goes to the external' in checked.stdout


def test_an_external_is_shown_as_one_everywhere(sidecar: Sidecar) -> None:
    paid(sidecar, marked())
    rows = sidecar.document("/api/routes")
    (row,) = rows["externals"]
    assert (row["name"], row["kind"], row["owner"], row["calls"]) == ("card-payments", "rest", "Treasury", 1)
    assert [silo["name"] for silo in rows["silos"]] == ["portal"]
    route = next(each for each in rows["routes"] if each["name"] == "payments.take")
    assert (route["platform"], route["calls"]["platform"]) == ("card-payments.take-payment", 1)
    assert b"card-payments" in sidecar.admin("/").body
    metrics = sidecar.metrics()
    assert metrics['facade_target_seconds_count{target="card-payments"}'] == 1
    assert metrics['facade_in_flight{target="card-payments"}'] == 0
    assert not any(name.startswith("facade_silo") and "card-payments" in name for name in metrics)
    said = run("explain", "POST", "/accounts/A-1/payments/", "--config", sidecar.folder.path).stdout
    assert "the platform, card-payments.take-payment" in said
    assert "card-payments.take-payment is an external: it is asked once, and nothing is compared" in said
    assert "card-payments  rest      1" in run("status", "--config", sidecar.folder.path).stdout


def test_a_changed_external_is_served_without_a_restart(sidecar: Sidecar, provider: Peer) -> None:
    sidecar.changed(lambda: sidecar.folder.edit("externals/pay.yaml", "amount: ", "sum: "))
    paid(sidecar, marked())
    assert json.loads(provider.requests[0].body) == {"sum": 1250, "reference": "R-7"}
