"""Fields of a request: rows H of the catalogue of faults. They pass as sent, or the request is refused.

What says who the client is cannot be forged, hidden or taken away; what was meant for this connection ends here.
"""

from __future__ import annotations

import gzip
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from harness import strict
from harness.client import problem, request
from harness.folder import Folder
from harness.house import House, furnish
from harness.messages import Message
from harness.peer import Conversation, Peer, answer, answering
from harness.rows import arrived, case, dated, goes_on, mirror, passed, post, refused
from harness.sidecar import Sidecar

MORE: Final = """\
routes:
  - {{name: tenant, match: {{path: "/tenant/{{rest...}}", host: tenant.test}}, platform: "{platform}", stage: complete}}
  - {{name: other, match: {{path: "/tenant/{{rest...}}", host: other.test}}, legacy: portal, stage: legacy}}
  - name: canary
    match: GET /canary/{{x}}
    legacy: portal
    platform: "{platform}"
    stage: canary
    canary: {{share: 0.1%, by: cookie session, platform_for: header X-Cohort=staff}}
"""
HOST: Final = "Host: facade.test"
LINE: Final = b"GET /old/x HTTP/1.1\r\n"


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = Folder(Path(tmp_path_factory.mktemp("fields")) / "config")
    folder.facade()
    with Peer("legacy") as legacy, Peer("platform") as platform:
        furnish(folder, legacy, platform)
        folder.routes(MORE.format(platform=platform.url), "routes/more.yaml")
        with Sidecar(folder).ready() as sidecar:
            yield House(sidecar, legacy, platform)


@pytest.fixture
def house(own: House) -> Iterator[House]:
    yield own
    own.legacy.fresh()
    own.platform.fresh()


def head(*lines: str | bytes, start: bytes = LINE) -> bytes:
    """A request of nothing but these lines."""
    raw = [line if isinstance(line, bytes) else line.encode() for line in lines]
    return start + b"".join(line + b"\r\n" for line in raw) + b"\r\n"


def get(*lines: str | bytes) -> bytes:
    return head(HOST, *lines)


def sent(message: Message) -> list[bytes]:
    """The field lines as the peer got them, without the facade's own, which stand behind them, and without Host."""
    lines = message.head[:-4].split(b"\r\n")[2:-5]
    return [line for line in lines if not line.startswith(b"traceparent:")]


HOSTS: Final = [
    case("H1-none", head("X-A: 1")),
    case("H1-empty", head("Host:")),
    case("H1-two-equal", head(HOST, HOST)),
    case("H1-two", head(HOST, "Host: other.test")),
    case("H1-two-in-other-case", head(HOST, "hOST: other.test")),
    case("H1-second-is-empty", head(HOST, "Host:")),
    case("H1-a-list", head("Host: facade.test, other.test")),
    case("H2-space", head("Host: facade.test other.test")),
    case("H2-tab", head("Host: facade.test\tother.test")),
    case("H2-slash", head("Host: facade.test/old")),
    case("H2-user", head("Host: user@facade.test")),
    case("H2-fragment", head("Host: facade.test#other.test")),
    case("H2-query", head("Host: facade.test?x")),
    case("H2-two-ports", head("Host: facade.test:80:80")),
    case("H2-port-of-letters", head("Host: facade.test:http")),
    case("H2-port-of-six-digits", head("Host: facade.test:000080")),
    case("H2-negative-port", head("Host: facade.test:-80")),
    case("H2-half-a-bracket", head("Host: [::1")),
    case("H2-the-other-half", head("Host: ::1]")),
    case("H2-behind-the-bracket", head("Host: [::1]x")),
    case("H2-zone", head("Host: [fe80::1%25eth0]")),
    case("H2-unbracketed", head("Host: ::1")),
    case("H2-backslash", head("Host: facade.test\\other.test")),
    case("H2-quotes", head('Host: "facade.test"')),
    case("H2-angles", head("Host: <facade.test>")),
    case("H2-latin-1", head(b"Host: f\xe0cade.test")),
    case("H2-utf-8", head("Host: f\N{LATIN SMALL LETTER A WITH GRAVE}cade.test")),
    case("H2-half-an-escape", head("Host: facade%2.test")),
    case("H2-scheme", head("Host: http://facade.test")),
    case("H2-two-dots-at-the-end", head("Host: facade.test..")),
    case("H2-empty-label", head("Host: facade..test")),
    case("H2-dot-before", head("Host: .facade.test")),
    case("H2-comma", head("Host: facade.test,other.test")),
    case("H2-300-letters", head("Host: " + "a" * 300)),
]


@pytest.mark.parametrize("raw", HOSTS)
def test_a_request_without_exactly_one_good_host_is_refused(house: House, raw: bytes) -> None:
    refused(house, raw, 400, "host")


@pytest.mark.parametrize(
    "raw",
    [
        case("H3-nobody", request("GET", "/tenant/x", host="nobody.test")),
        case("H3-none-in-http-1.0", b"GET /tenant/x HTTP/1.0\r\n\r\n"),
        case("H3-longer", request("GET", "/tenant/x", host="tenant.test.evil.example")),
        case("H3-forwarded", request("GET", "/tenant/x", "X-Forwarded-Host: tenant.test", host="nobody.test")),
    ],
)
def test_a_host_that_no_route_knows_is_a_404(house: House, raw: bytes) -> None:
    refused(house, raw, 404, "no_route", "destination_not_found")


@pytest.mark.parametrize(
    ("host", "side"),
    [
        case("H3-tenant", "tenant.test", "platform"),
        case("H3-other-tenant", "other.test", "legacy"),
        case("H3-upper-case", "TENANT.test", "platform"),
        case("H3-port", "tenant.test:8080", "platform"),
    ],
)
def test_a_tenants_host_leads_to_that_tenant(house: House, host: str, side: str) -> None:
    passed(house, request("GET", "/tenant/x", host=host), b"/tenant/x")
    assert b"/tenant/x" in getattr(house, side).targets


NAMES: Final = [
    case("H4-space", get("X A: 1")),
    case("H4-space-before-the-colon", get("X-A : 1")),
    case("H4-tab-before-the-colon", get("X-A\t: 1")),
    case("H4-empty", get(": 1")),
    case("H4-no-colon", get("X-A")),
    case("H4-no-colon-first", head("X-A", HOST)),
    case("H4-no-colon-last", get("X-B: 1", "X-A")),
    *(case(f"H4-delimiter-{ord(each):02x}", get(f"X{each}A: 1")) for each in '"(),/;<=>?@[\\]{}'),
    case("H4-latin-1", get(b"X-\xe9: 1")),
    case("H4-utf-8", get("X-\N{LATIN SMALL LETTER E WITH ACUTE}: 1")),
    case("H4-byte-80", get(b"\x80: 1")),
    case("H4-byte-ff", get(b"X-A\xff: 1")),
    case("H4-nul", get(b"X-A\0: 1")),
    case("H4-control", get(b"X-A\x01: 1")),
    case("H4-delete", get(b"X-A\x7f: 1")),
    case("H4-bare-cr", get(b"X-A\r: 1")),
    case("H4-length-of-other-letters", get("Content-Length\N{NO-BREAK SPACE}: 5")),
    *(case(f"H5-control-{each:02x}", get(b"X-A: a%cb" % each)) for each in range(32) if each not in b"\t\r\n"),
    case("H5-delete", get(b"X-A: a\x7fb")),
    case("H5-nul-at-the-end", get(b"X-A: a\0")),
    case("H5-nul-in-a-cookie", get(b"Cookie: session=a\0b")),
    case("H5-bare-cr", get(b"X-A: a\rb")),
    case("H5-bare-lf", get(b"X-A: a\nb")),
    case("H5-cr-cr-lf", get(b"X-A: a\r")),
    case("H5-cr-hides-a-field", get(b"X-A: a\rX-Forwarded-For: 6.6.6.6")),
    case("H5-lf-hides-a-field", get(b"X-A: a\nX-Forwarded-For: 6.6.6.6")),
    case("H5-lf-cr", get(b"X-A: a\n\rX-B: b")),
    case("H5-folded", get("X-A: a", " b")),
    case("H5-folded-by-tab", get("X-A: a", "\tb")),
    case("H5-folded-to-nothing", get("X-A: a", " ")),
    case("H5-folded-host", head("Host:", " facade.test")),
    case("H5-nul-in-the-host", head(b"Host: facade.test\0")),
]  # fmt: skip


@pytest.mark.parametrize("raw", NAMES)
def test_a_field_of_two_readings_is_refused(house: House, raw: bytes) -> None:
    assert refused(house, raw, 400, "malformed").closes


LARGE: Final = [
    case("H8-value-of-64-kib", get("X-A: " + "a" * 65_536)),
    case("H8-name-of-64-kib", get("A" * 65_536 + ": 1")),
    case("H8-5000-fields", get(*[f"X-{number}: 1" for number in range(5000)])),
    case("H8-101-fields", get(*["X-A: 1"] * 100)),
    case("H8-5000-empty-fields", get(*["A:"] * 5000)),
    case("H8-cookies-of-64-kib", get("Cookie: " + "; ".join(f"a{number}=b" for number in range(9000)))),
]


@pytest.mark.parametrize("raw", LARGE)
def test_fields_that_are_too_large_or_too_many_are_refused(house: House, raw: bytes) -> None:
    assert refused(house, raw, 431, "header_size").closes


VERBATIM: Final = {
    "H6-latin-1": [b"X-Name: Andr\xe9 \xfc\xdf"],
    "H6-utf-8": ["X-Name: \N{SNOWMAN} \N{GRINNING FACE}".encode()],
    "H6-every-octet": [b"X-All: " + bytes(each for each in range(0x21, 0x100) if each != 0x7F)],
    "H6-tab-inside": [b"X-A: a\tb"],
    "H6-odd-cookies": [b'Cookie: a="b;c"; ;=;d; e=f=g; \xe9=\xff; a=1; a=2; {json:[1,2]}; $Version=1; \\"'],
    "H6-cookies-in-two-lines": [b"Cookie: a=1", b"Cookie: b=2"],
    "H6-a-colon-first": [b"X-A: : b"],
    "H6-escapes": [b"X-A: %0d%0aX-Injected:%201"],
    "H6-ansi-colours-escaped": [b"X-A: \\x1b[31m"],
    "H6-long": [b"X-Long: " + b"a" * 60_000],
    "H7-repeated": [b"X-A: 1", b"X-B: 2", b"x-a: 3", b"X-A: 1"],
    "H7-empty": [b"X-A:", b"X-B: ", b"X-A:"],
    "H7-odd-case": [b"x-LOWER-upper: 1", b"ACCEPT: */*", b"accept: text/html"],
    "H7-white-space-around": [b"X-A:1", b"X-B: \t 2 \t ", b"X-C:\t3"],
    "H7-odd-names": [b"!#$%&'*+.^`|~09: 1", b"a: 2", b"-: 3"],
    "H7-a-hundred": [b"X-%d: %d" % (number, number) for number in range(99)],
    "H9-underscores-of-others": [b"X_Custom: 1", b"x_auth_user: 2", b"_: 3", b"User_Agent: 4"],
    "H13-X-HTTP-Method-Override": [b"X-HTTP-Method-Override: DELETE"],
    "H13-X-HTTP-Method": [b"X-HTTP-Method: DELETE"],
    "H13-X-Method-Override": [b"X-Method-Override: DELETE"],
    "H13-X-Original-URL": [b"X-Original-URL: /new/x"],
    "H13-X-Rewrite-URL": [b"X-Rewrite-URL: /new/x"],
    "H13-X-Original-Host": [b"X-Original-Host: tenant.test"],
    "H13-X-Envoy-Original-Path": [b"X-Envoy-Original-Path: /new/x"],
    "H13-X-Skipper-Proxy": [b"X-Skipper-Proxy: http://127.0.0.1:1"],
    "H13-X-Accel-Redirect": [b"X-Accel-Redirect: /new/x"],
    "H13-Destination": [b"Destination: http://127.0.0.1:1/x"],
    "H14-side": [b"X-Facade-Side: platform"],
    "H14-route": [b"X-Facade-Route: new"],
    "H14-stage": [b"X-Facade-Stage: complete"],
    "H18-encodings": [b"Accept-Encoding: gzip, br;q=0.5, *;q=0"],
    "H20-range": [b"Range: bytes=0-3,-1", b'If-Range: "a"'],
    "H20-conditions": [b'If-Match: "a", W/"b"', b"If-None-Match: *", b"If-Unmodified-Since: never"],
}  # fmt: skip


@pytest.mark.parametrize("lines", [case(name, lines) for name, lines in VERBATIM.items()])
def test_fields_arrive_as_they_were_sent(house: House, lines: list[bytes]) -> None:
    received = passed(house, get(*lines))
    assert sent(received) == lines
    assert (received.method, b"/old/x" in house.legacy.targets) == (b"GET", True)


def test_fields_arrive_as_they_were_sent_byte_by_byte(house: House) -> None:
    """H7-split-in-bytes"""
    mirror(house)
    lines = [b"X-A: 1", b"x-a:", b"Cookie: \xe9=\xff"]
    with house.client() as client:
        for each in get(*lines):
            client.send(bytes([each]))
            time.sleep(0.0005)
        assert client.response().body == b"/old/x"
    assert sent(house.legacy.requests[0]) == lines


TWINS: Final = [
    *("X_Forwarded_For", "x_forwarded_for", "X-Forwarded_For", "X_Forwarded-For", "X_FORWARDED_PROTO"),
    *("X_Forwarded_Host", "X_Forwarded_Port", "X_Real_IP", "X-Real_IP", "Content_Length", "Transfer_Encoding"),
]


@pytest.mark.parametrize("name", [case(f"H9-{name}", name) for name in TWINS])
def test_an_underscore_twin_of_what_the_facade_writes_is_dropped(house: House, name: str) -> None:
    received = passed(house, get("X-A: 1", f"{name}: 6", "X-B: 2"))
    assert sent(received) == [b"X-A: 1", b"X-B: 2"]
    assert received.all("X-Forwarded-For") == [b"127.0.0.1"]


HOPS: Final = {
    "H10-connection-alone": ["Connection: keep-alive"],
    "H10-nominated": ["Connection: X-Hop", "X-Hop: 1"],
    "H10-nominated-before": ["X-Hop: 1", "Connection: x-HOP"],
    "H10-nominated-twice": ["Connection: X-Hop, X-Skip", "X-Hop: 1", "Connection: close-not", "X-Skip: 1", "X-Hop: 2"],
    "H10-nominated-in-a-list-with-holes": ["Connection: , X-Hop,,\t", "X-Hop: 1"],
    "H10-keep-alive": ["Keep-Alive: timeout=5"],
    "H10-proxy-connection": ["Proxy-Connection: keep-alive"],
    "H10-te": ["TE: trailers, gzip;q=0.5"],
    "H10-upgrade-without-connection": ["Upgrade: websocket"],
    "H10-http2-settings": ["HTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA", "Connection: HTTP2-Settings"],
}


@pytest.mark.parametrize("lines", [case(name, lines) for name, lines in HOPS.items()])
def test_what_is_for_this_connection_ends_here(house: House, lines: list[str]) -> None:
    assert sent(passed(house, get("X-A: 1", *lines, "X-B: 2"))) == [b"X-A: 1", b"X-B: 2"]


def test_whoever_takes_trailers_is_asked_for(house: House) -> None:
    """H10-te-asked-for"""
    received = passed(house, get("Connection: TE", "TE: gzip, trailers"))
    assert sent(received) == [b"Connection: TE", b"TE: trailers"]


STANDING: Final = {
    "H11-X-Forwarded-For": "X-Forwarded-For",
    "H11-X-Forwarded-Host": "X-Forwarded-Host",
    "H11-Forwarded": "Forwarded",
    "H11-Via": "Via",
    "H11-Host": "Host",
    "H11-traceparent": "traceparent",
}


@pytest.mark.parametrize("name", [case(name, field) for name, field in STANDING.items()])
def test_connection_does_not_take_away_what_the_facade_adds(house: House, name: str) -> None:
    received = passed(house, get(f"Connection: close-not, {name}"))
    assert len(received.all(name)) == 1


IDENTITY: Final = [
    *(
        "X-Auth-User",
        "X-Auth-Request-Email",
        "X-Remote-User",
        "Remote-User",
        "X-User",
        "X-Tenant-Id",
    ),
    *("X-Client-Verify", "X-SSL-Subject", "X-Groups", "X-Roles", "X-API-Key", "X-Amzn-Oidc-Identity", "X-CSRF-Token"),
    *("Cookie", "Authorization", "Proxy-Authorization", "Content-Type", "Content-Encoding", "Range", "If-Match"),
    *("Accept", "User-Agent", "Origin", "Referer", "Cache-Control", "X-Request-ID", "Idempotency-Key", "SOAPAction"),
]


@pytest.mark.parametrize("name", [case(f"H11-{name}", name) for name in IDENTITY])
def test_connection_does_not_take_away_what_says_who_calls_or_for_what(house: House, name: str) -> None:
    lines = [f"{name}: one", "X-Hop: 1"]
    received = passed(house, get(f"Connection: {name.lower()}, X-Hop", *lines))
    assert sent(received) == [f"{name}: one".encode()]


FORGED: Final = {
    "H12-X-Forwarded-For": ["X-Forwarded-For: 6.6.6.6"],
    "H12-X-Forwarded-For-two-lines": ["X-Forwarded-For: 6.6.6.6", "x-forwarded-for: 6.6.6.6, 6.6.6.6"],
    "H12-X-Forwarded-For-empty": ["X-Forwarded-For:"],
    "H12-X-Forwarded-For-nominated": ["X-Forwarded-For: 6.6.6.6", "Connection: X-Forwarded-For"],
    "H12-X-Forwarded-Proto": ["X-Forwarded-Proto: https", "X-Forwarded-Proto: gopher"],
    "H12-X-Forwarded-Host": ["X-Forwarded-Host: evil.example"],
    "H12-X-Forwarded-Port": ["X-Forwarded-Port: 666"],
    "H12-X-Real-IP": ["X-Real-IP: 6.6.6.6", "X-REAL-IP: 6.6.6.6"],
    "H12-X-Forwarded-Prefix": ["X-Forwarded-Prefix: /6.6.6.6", "x_forwarded-ssl: on", "X-Forwarded: 6.6.6.6"],
    "H12-True-Client-IP": ["True-Client-IP: 6.6.6.6", "X-Cluster-Client-IP: 6.6.6.6", "Client_IP: 6.6.6.6"],
    "H12-Forwarded": ["Forwarded: for=6.6.6.6;host=evil.example;proto=https", "Forwarded: for=6.6.6.6"],
    "H12-Forwarded-unquoted": ['Forwarded: for="6.6.6.6;host=evil.example, for=6.6.6.6'],
}


@pytest.mark.parametrize("lines", [case(name, lines) for name, lines in FORGED.items()])
def test_a_stranger_says_nothing_of_where_he_is(house: House, lines: list[str]) -> None:
    received = passed(house, get(*lines))
    assert sent(received) == []
    assert received.one("X-Forwarded-For") == b"127.0.0.1"
    assert received.one("X-Forwarded-Proto") == b"http"
    assert received.one("X-Forwarded-Host") == b"facade.test"
    assert received.one("Forwarded") == b"for=127.0.0.1;host=facade.test;proto=http"
    assert b"6.6.6.6" not in received.head


@pytest.mark.parametrize(
    "line", ["X-Facade-Side: platform", "X-Cohort: Staff", "X_Cohort: staff", "Cookie: X-Cohort=staff"]
)
def test_a_client_does_not_choose_its_side(house: House, line: str) -> None:
    """H14-canary"""
    passed(house, request("GET", "/canary/x", line), b"/canary/x")
    assert b"/canary/x" in house.legacy.targets


def test_a_client_chooses_its_side_where_the_operator_says_so(house: House) -> None:
    """H14-configured"""
    passed(house, request("GET", "/canary/x", "X-Cohort: staff"), b"/canary/x")
    assert b"/canary/x" in house.platform.targets


CIRCLES: Final = [
    case("H15-four-lines", get(*["Via: 1.1 facade"] * 4)),
    case("H15-one-line", get("Via: 1.1 facade, 1.0 front, 1.1 facade (x), 1.1 Facade, 1.1 facade")),
    case("H15-nominated", get("Connection: Via", *["Via: 1.1 facade"] * 4)),
]


@pytest.mark.parametrize("raw", CIRCLES)
def test_a_request_that_has_passed_here_before_goes_round_no_more(house: House, raw: bytes) -> None:
    refused(house, raw, 508, "loop", "proxy_loop_detected")


def test_others_in_via_are_no_circle(house: House) -> None:
    """H15-others"""
    via = [b"Via: 1.1 facade", b"Via: 1.1 facade-of-others, 1.1 facades, 1.1 facade.example:80, 1.1 fred"]
    received = passed(house, get(*via))
    assert b"\r\n".join(via) in received.head
    assert received.all("Via")[-1] == b"1.1 facade"


UPGRADES: Final = {
    "H16-h2c": ["Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA"],
    "H16-h2c-beside-another": ["Connection: Upgrade", "Upgrade: websocket, h2c"],
    "H16-h2c-in-upper-case": ["Connection: upgrade", "Upgrade: H2C"],
    "H16-not-nominated": ["Upgrade: websocket"],
}


@pytest.mark.parametrize("lines", [case(name, lines) for name, lines in UPGRADES.items()])
def test_an_upgrade_that_would_hide_requests_is_not_asked_for(house: House, lines: list[str]) -> None:
    received = passed(house, get(*lines))
    assert sent(received) == []


@pytest.mark.parametrize("protocol", [case("H16-unknown", "tls/1.3"), case("H16-websocket", "websocket")])
def test_a_refused_upgrade_leaves_http_as_it_was(house: House, protocol: str) -> None:
    mirror(house)
    with house.client() as client:
        client.send(get("Connection: Upgrade", f"Upgrade: {protocol}") + request("GET", "/new/second"))
        assert [client.response().body, client.response().body] == [b"/old/x", b"/new/second"]
        assert sent(house.legacy.requests[0]) == [b"Connection: Upgrade", f"Upgrade: {protocol}".encode()]
        client.send(b"\x81\x05hello" * 3 + b"\r\n\r\n")  # frames of a tunnel that there is not
        answered = client.response()
        problem(answered, 400)
        goes_on(house, client, answered)


@pytest.mark.parametrize(
    "raw",
    [
        case("H17-another", post("Expect: 200-ok", "Content-Length: 5", body=b"hello")),
        case("H17-two", post("Expect: 100-continue, 200-ok", "Content-Length: 5", body=b"hello")),
        case("H17-twice", post("Expect: 100-continue", "Expect: 100-continue", "Content-Length: 5", body=b"hello")),
        case("H17-empty", post("Expect:", "Content-Length: 5", body=b"hello")),
        case("H17-parameters", post("Expect: 100-continue;x=1", "Content-Length: 5", body=b"hello")),
    ],
)
def test_an_expectation_that_nobody_knows_fails(house: House, raw: bytes) -> None:
    refused(house, raw, 417, "expectation")


@pytest.mark.parametrize(
    "value", [case("H17-ignored-by-the-silo", "100-continue"), case("H17-in-case", "100-Continue")]
)
def test_a_body_that_is_sent_without_waiting_arrives(house: House, value: str) -> None:
    received = passed(house, post(f"Expect: {value}", "Content-Length: 5", body=b"hello"))
    assert (received.one("Expect"), received.body) == (value.encode(), b"hello")


def test_an_http_1_0_client_expects_nothing(house: House) -> None:
    """H17-http-1.0"""
    raw = b"POST /old/x HTTP/1.0\r\nHost: facade.test\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\nhello"
    received = passed(house, raw)
    assert (received.one("Expect"), received.body) == (None, b"hello")


@pytest.mark.parametrize(
    ("target", "status"), [case("H17-no-route", "/nowhere", 404), case("H17-dead", "/dead/x", 502)]
)
def test_nobody_is_told_to_send_a_body_that_nobody_wants(house: House, target: str, status: int) -> None:
    mirror(house)
    with house.client() as client:
        client.send(post("Expect: 100-continue", "Content-Length: 5", target=target))
        answered = client.response()
        problem(answered, status)
        assert (answered.interims, answered.closes) == ([], True)
        goes_on(house, client, answered)


ZIPPED: Final = {
    "H18-gzip": gzip.compress(b"hello"),
    "H18-bomb": gzip.compress(bytes(50_000_000), 9),
    "H18-wrongly-labelled": b"this is no gzip",
    "H18-cut-off": gzip.compress(b"hello" * 1000)[:20],
}


@pytest.mark.parametrize("body", [case(name, body) for name, body in ZIPPED.items()])
def test_a_coded_body_arrives_as_it_was_sent(house: House, body: bytes) -> None:
    before = house.sidecar.resident()
    received = passed(house, post("Content-Encoding: gzip", f"Content-Length: {len(body)}", body=body))
    assert received.body == body
    assert received.one("Content-Encoding") == b"gzip"
    assert house.sidecar.resident() - before < 8 * 2**20


@pytest.mark.parametrize(
    "line",
    [case("H19-0", "Max-Forwards: 0"), case("H19-00", "Max-Forwards: 00"), case("H19-in-case", "MAX-FORWARDS: 0")],
)
def test_options_that_may_go_no_further_are_answered_here(house: House, line: str) -> None:
    mirror(house)
    with house.client() as client:
        answered = client.ask(request("OPTIONS", "/old/x", line))
        assert answered.status == 200
        assert b"OPTIONS" in (answered.one("Allow") or b"")
        goes_on(house, client, answered)
    assert len(arrived(house)) == 1


@pytest.mark.parametrize(
    ("method", "sent_hops", "hops"),
    [
        case("H19-one-less", "OPTIONS", "7", b"6"),
        case("H19-last", "OPTIONS", "1", b"0"),
        case("H19-large", "OPTIONS", "999999999", b"999999998"),
        case("H19-other-methods", "GET", "0", b"0"),
        case("H19-other-methods-nonsense", "GET", "many", b"many"),
    ],
)
def test_options_go_on_with_one_hop_less(house: House, method: str, sent_hops: str, hops: bytes) -> None:
    assert passed(house, request(method, "/old/x", f"Max-Forwards: {sent_hops}")).one("Max-Forwards") == hops


@pytest.mark.parametrize(
    "lines",
    [
        case("H19-negative", ["Max-Forwards: -1"]),
        case("H19-word", ["Max-Forwards: many"]),
        case("H19-5000-digits", ["Max-Forwards: " + "1" * 5000]),
        case("H19-two", ["Max-Forwards: 1", "Max-Forwards: 0"]),
    ],
)
def test_options_with_a_number_of_hops_that_is_none_are_refused(house: House, lines: list[str]) -> None:
    refused(house, request("OPTIONS", "/old/x", *lines), 400, "malformed")


@pytest.mark.parametrize(
    "connection", [case("H19-http-1.0", ""), case("H19-http-1.0-kept", "Connection: keep-alive\r\n")]
)
def test_an_http_1_0_client_gets_no_chunks(house: House, connection: str) -> None:
    house.legacy.script = answering(
        lambda _: b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n3\r\ndef\r\n0\r\nX-Sum: 1\r\n\r\n"
    )
    with house.client() as client:
        answered = client.ask(b"GET /old/x HTTP/1.0\r\nHost: a\r\n" + connection.encode() + b"\r\n")
        assert (answered.status, answered.body) == (200, b"abcdef")
        assert answered.one("Transfer-Encoding") is None
        assert answered.closes
    mirror(house)
    with house.client() as client:
        kept = b"GET /new/%d HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n\r\n"
        assert [client.ask(kept % number).body for number in (1, 2)] == [b"/new/1", b"/new/2"]


CONDITIONS: Final = [
    case("H20-partial", ["Range: bytes=1-3"], b"HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 1-3/9\r\n"
        b"Content-Length: 3\r\n\r\nbcd", 206),
    case("H20-not-satisfiable", ["Range: bytes=99-"], b"HTTP/1.1 416 Range Not Satisfiable\r\n"
        b"Content-Range: bytes */9\r\nContent-Length: 0\r\n\r\n", 416),
    case("H20-not-modified", ['If-None-Match: "a"'], b'HTTP/1.1 304 Not Modified\r\nETag: "a"\r\n\r\n', 304),
    case("H20-failed", ['If-Match: "b"'], b"HTTP/1.1 412 Precondition Failed\r\nContent-Length: 0\r\n\r\n", 412),
]  # fmt: skip


@pytest.mark.parametrize(("lines", "raw", "status"), CONDITIONS)
def test_conditions_are_the_targets_to_judge(house: House, lines: list[str], raw: bytes, status: int) -> None:
    def script(conversation: Conversation) -> None:
        assert sent(conversation.request()) == [line.encode() for line in lines]
        conversation.send(raw)
        while True:
            conversation.send(answer(conversation.request().target))

    house.legacy.script = script
    with house.client() as client:
        answered = client.ask(get(*lines))
        assert (answered.status, answered.head + answered.body) == (status, dated(raw, answered))
        assert client.get("/old/follow-up").body == b"/old/follow-up"
    assert len(house.legacy.conversations) == 1
    assert strict.targets(house.legacy.conversations[0].received) == [b"/old/x", b"/old/follow-up"]


def test_nothing_that_was_forged_is_in_the_log(own: House) -> None:
    assert own.sidecar.lines("request")
    for hidden in (b"6.6.6.6", b"evil.example", b"X-Injected", b"gopher", b"session="):
        assert hidden not in bytes(own.sidecar.output)
