"""Request lines and targets: rows T of the catalogue of faults. One spelling, one meaning; every other is refused.

What no route covers goes to the legacy peer here, so that whatever slips past a route is seen there. The routes of
`/api` lead to the platform peer; those of `/retired` are gone.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from harness import strict
from harness.client import problem, request
from harness.folder import Folder
from harness.house import House, furnish
from harness.peer import Peer
from harness.rows import arrived, case, goes_on, mirror, passed, refused
from harness.sidecar import Sidecar

MORE: Final = """\
routes:
  - {{name: api.root, match: /api, platform: "{platform}", stage: complete}}
  - {{name: api, match: "/api/{{rest...}}", platform: "{platform}", stage: complete}}
  - {{name: retired.root, match: /retired, legacy: portal, stage: gone}}
  - {{name: retired, match: "/retired/{{rest...}}", legacy: portal, platform: "{platform}", stage: gone}}
  - {{name: retired.page, match: "/files/{{folder}}/old.asp", legacy: portal, stage: gone}}
"""
HOST: Final = b"Host: facade.test\r\n"


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = Folder(Path(tmp_path_factory.mktemp("targets")) / "config")
    folder.facade(unmatched="portal")
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


def line(start: str | bytes, *lines: str) -> bytes:
    """A request with this line as it stands."""
    raw = start.encode() if isinstance(start, str) else start
    return raw + b"\r\n" + HOST + b"".join(each.encode() + b"\r\n" for each in lines) + b"\r\n"


def get(target: str | bytes) -> bytes:
    return line(b"GET %b HTTP/1.1" % (target.encode() if isinstance(target, str) else target))


UNKNOWN: Final = [
    case("T1-get", line("get /api/x HTTP/1.1")),
    case("T1-Get", line("Get /api/x HTTP/1.1")),
    case("T1-post", line("post /api/x HTTP/1.1")),
    case("T1-FOOBAR", line("FOOBAR /api/x HTTP/1.1")),
    case("T1-GETS", line("GETS /api/x HTTP/1.1")),
    case("T1-10000-letters", line("A" * 10_000 + " /api/x HTTP/1.1")),
]


@pytest.mark.parametrize("raw", UNKNOWN)
def test_a_method_that_nobody_knows_is_not_implemented(house: House, raw: bytes) -> None:
    assert refused(house, raw, 501, "not_implemented").closes


KNOWN: Final = ["PROPFIND", "REPORT", "MKCALENDAR", "M-SEARCH", "PURGE", "LINK", "QUERY", "DELETE", "PATCH", "OPTIONS"]


@pytest.mark.parametrize("method", [case(f"T1-{method}", method) for method in KNOWN])
def test_any_other_method_goes_on_unchanged(house: House, method: str) -> None:
    assert passed(house, line(f"{method} /api/x HTTP/1.1"), b"/api/x").method == method.encode()


MALFORMED: Final = [
    case("T1-parenthesis", line("GE(T /api/x HTTP/1.1")),
    case("T1-none", line(" /api/x HTTP/1.1")),
    case("T1-nul", line(b"GET\0 /api/x HTTP/1.1")),
    case("T1-latin-1", line(b"G\xc9T /api/x HTTP/1.1")),
    case("T1-colon", line("GET: /api/x HTTP/1.1")),
    case("T2-two-spaces-before", line("GET  /api/x HTTP/1.1")),
    case("T2-two-spaces-behind", line("GET /api/x  HTTP/1.1")),
    case("T2-tab-before", line("GET\t/api/x HTTP/1.1")),
    case("T2-tab-behind", line("GET /api/x\tHTTP/1.1")),
    case("T2-tab-too", line("GET \t/api/x HTTP/1.1")),
    case("T2-vertical-tab", line("GET\x0b/api/x HTTP/1.1")),
    case("T2-form-feed", line("GET /api/x\x0cHTTP/1.1")),
    case("T2-space-in-the-target", line("GET /api/x y HTTP/1.1")),
    case("T2-tab-in-the-target", line("GET /api/x\ty HTTP/1.1")),
    case("T2-a-version-in-the-target", line("GET /api/x HTTP/1.1 HTTP/1.1")),
    case("T2-space-at-the-end", line("GET /api/x HTTP/1.1 ")),
    case("T2-tab-at-the-end", line("GET /api/x HTTP/1.1\t")),
    case("T3-no-version", line("GET /api/x")),
    case("T3-no-version-but-a-space", line("GET /api/x ")),
    case("T3-1.10", line("GET /api/x HTTP/1.10")),
    case("T3-11.1", line("GET /api/x HTTP/11.1")),
    case("T3-lower-case", line("GET /api/x http/1.1")),
    case("T3-01.1", line("GET /api/x HTTP/01.1")),
    case("T3-1.01", line("GET /api/x HTTP/1.01")),
    case("T3-1", line("GET /api/x HTTP/1")),
    case("T3-1-dot", line("GET /api/x HTTP/1.")),
    case("T3-minus", line("GET /api/x HTTP/-1.1")),
    case("T3-letters", line("GET /api/x HTTP/a.b")),
    case("T3-another-protocol", line("GET /api/x ICE/1.1")),
    case("T3-fullwidth", line("GET /api/x HTTP/\N{FULLWIDTH DIGIT ONE}.1")),
    case("T4-space-before", line(" GET /api/x HTTP/1.1")),
    case("T4-tab-before", line("\tGET /api/x HTTP/1.1")),
    case("T4-white-space-line-behind", line("GET /api/x HTTP/1.1", " ", "X-A: 1")),
    case("T4-white-space-line-first", b"GET /api/x HTTP/1.1\r\n \r\n" + HOST + b"\r\n"),
    case("T4-folded-line-first", b"GET /api/x HTTP/1.1\r\n X-A: 1\r\n" + HOST + b"\r\n"),
    case("T4-bare-lf-before", b"\n" + get("/api/x")),
    case("T4-bare-cr-before", b"\r" + get("/api/x")),
    case("T4-line-ends-in-lf", b"GET /api/x HTTP/1.1\n" + HOST + b"\r\n"),
    case("T4-line-ends-in-cr", b"GET /api/x HTTP/1.1\r" + HOST + b"\r\n"),
    case("T5-fragment", get("/api/x#frag")),
    case("T5-fragment-of-a-query", get("/api/x?a=b#frag")),
    case("T5-fragment-of-nothing", get("/api/x#")),
    case("T5-fragment-hides-a-path", get("/api#/../retired/x")),
    case("T5-fragment-alone", get("#frag")),
    case("T6-a-backslash", get("http://evil.example\\@facade.test/api/x")),
    case("T8-no-slash", get("api/x")),
    case("T8-query-alone", get("?x")),
    case("T8-authority", get("facade.test:80")),
    case("T8-scheme-without-slashes", get("http:/api/x")),
    case("T8-nul", get(b"/api/x\0y")),
    case("T8-bare-cr", get(b"/api/x\ry")),
    case("T8-bare-cr-and-a-field", get(b"/api/x\rX-Injected: 1")),
    case("T8-bare-lf", get(b"/api/x\ny")),
    case("T8-control", get(b"/api/x\x01y")),
    case("T8-delete", get(b"/api/x\x7fy")),
    case("T8-escape", get(b"/api/x\x1b[31m")),
    case("T8-utf-8", get("/api/\N{LATIN SMALL LETTER E WITH ACUTE}")),
    case("T8-latin-1", get(b"/api/\xe9")),
    case("T8-no-target", line("GET HTTP/1.1")),
]  # fmt: skip


@pytest.mark.parametrize("raw", MALFORMED)
def test_a_request_line_of_two_readings_is_refused(house: House, raw: bytes) -> None:
    assert refused(house, raw, 400, "malformed").closes


VERSIONS: Final = [
    case("T3-2.0", line("GET /api/x HTTP/2.0")),
    case("T3-0.9", line("GET /api/x HTTP/0.9")),
    case("T3-1.2", line("GET /api/x HTTP/1.2")),
    case("T3-1.9", line("GET /api/x HTTP/1.9")),
    case("T3-3.0", line("GET /api/x HTTP/3.0")),
    case("T3-h2-preface", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
]


@pytest.mark.parametrize("raw", VERSIONS)
def test_another_version_is_refused_in_http_1_1(house: House, raw: bytes) -> None:
    answered = refused(house, raw, 505, "version")
    assert answered.start == b"HTTP/1.1 505 HTTP Version Not Supported"
    assert answered.closes


@pytest.mark.parametrize("empty", [case("T4-empty-line-before", 1), case("T4-500-empty-lines-before", 500)])
def test_empty_lines_before_a_request_are_ignored(house: House, empty: int) -> None:
    passed(house, b"\r\n" * empty + get("/api/x"), b"/api/x")


def test_empty_lines_between_two_requests_are_ignored(house: House) -> None:
    """T4-between"""
    mirror(house)
    with house.client() as client:
        client.send(get("/api/1") + b"\r\n\r\n" + get("/api/2"))
        assert [client.response().body, client.response().body] == [b"/api/1", b"/api/2"]


HOSTS: Final = [
    case("T6-another-host", get("http://evil.example/api/x")),
    case("T6-another-port", get("http://facade.test:8080/api/x")),
    case("T6-the-other-default-port", get("http://facade.test:443/api/x")),
    case("T6-a-user", get("http://user@facade.test/api/x")),
    case("T6-a-user-that-is-the-host", get("http://facade.test@evil.example/api/x")),
    case("T6-no-host", get("http:///api/x")),
    case("T6-no-host-at-all", b"GET http:///api/x HTTP/1.0\r\n\r\n"),
    case("T6-a-longer-host", get("http://facade.test.evil.example/api/x")),
    case("T6-a-space-escaped", get("http://facade.test%20evil.example/api/x")),
]


@pytest.mark.parametrize("raw", HOSTS)
def test_absolute_form_that_names_another_host_is_refused(house: House, raw: bytes) -> None:
    refused(house, raw, 400, "host")


ABSOLUTE: Final = [
    case("T6-the-same-host", get("http://facade.test/api/x?y"), b"/api/x?y"),
    case("T6-the-default-port", get("http://facade.test:80/api/x"), b"/api/x"),
    case("T6-http-1.0", b"GET http://facade.test/api/x HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", b"/api/x"),
    case("T6-upper-case", get("HTTP://FACADE.test/api/x"), b"/api/x"),
    case("T6-no-path", get("http://facade.test"), b"/"),
    case("T6-no-path-but-a-query", get("http://facade.test?y"), b"/?y"),
]


@pytest.mark.parametrize(("raw", "target"), ABSOLUTE)
def test_absolute_form_of_the_same_host_goes_on_as_origin_form(house: House, raw: bytes, target: bytes) -> None:
    passed(house, raw, target)


BLOCKED: Final = [
    case("T7-connect", line("CONNECT facade.test:443 HTTP/1.1")),
    case("T7-connect-elsewhere", line("CONNECT 127.0.0.1:22 HTTP/1.1", "Host: 127.0.0.1:22").replace(HOST, b"", 1)),
    case("T7-trace", line("TRACE /api/x HTTP/1.1", "Cookie: secret=1")),
    case("T7-trace-with-hops", line("TRACE /api/x HTTP/1.1", "Cookie: secret=1", "Max-Forwards: 0")),
]


@pytest.mark.parametrize("raw", BLOCKED)
def test_connect_and_trace_open_and_show_nothing(house: House, raw: bytes) -> None:
    answered = refused(house, raw, 405, "method")
    assert answered.one("Allow") == b"DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT"
    assert b"secret" not in answered.head + answered.body


EVERYTHING: Final = [
    case("T7-options", line("OPTIONS * HTTP/1.1")),
    case("T7-options-absolute", line("OPTIONS http://facade.test HTTP/1.1")),
    case("T7-options-with-hops", line("OPTIONS * HTTP/1.1", "Max-Forwards: 5")),
]


@pytest.mark.parametrize("raw", EVERYTHING)
def test_options_of_everything_are_answered_by_the_facade(house: House, raw: bytes) -> None:
    mirror(house)
    with house.client() as client:
        answered = client.ask(raw)
        assert (answered.status, answered.one("Content-Length")) == (200, b"0")
        assert answered.one("Allow") == b"DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT"
        goes_on(house, client, answered)
    assert len(arrived(house)) == 1


AMBIGUOUS: Final = [
    case("T7-get-everything", get("*")),
    case("T7-post-everything", line("POST * HTTP/1.1", "Content-Length: 0")),
    case("T7-options-star-path", line("OPTIONS *x HTTP/1.1")),
    case("T8-another-scheme", get("ftp://facade.test/api/x")),
    case("T9-path", get("/api/x%0d%0aX-Injected:%201")),
    case("T9-path-lf-alone", get("/api/x%0aX-Injected:%201")),
    case("T9-path-utf-8-next-line", get("/api/x%c2%85y")),
    case("T10-escaped-twice", get("/api/%252e%252e/x")),
    case("T10-slash-escaped-twice", get("/api/..%252f..%252fx")),
    case("T10-dots-and-escaped-slashes", get("/api/..%2f..%2fx")),
    case("T10-escaped-slash", get("/api/a%2Fb")),
    case("T10-escaped-backslash", get("/api/a%5cb")),
    case("T10-nul", get("/api/%00")),
    case("T10-nul-before-an-ending", get("/files/a/old.asp%00.png")),
    case("T10-zz", get("/api/%zz")),
    case("T10-half-an-escape", get("/api/%4")),
    case("T10-percent-alone", get("/api/%")),
    case("T10-percent-u", get("/api/%u002e%u002e/x")),
    case("T10-overlong-dot", get("/api/%c0%ae%c0%ae/x")),
    case("T10-overlong-slash", get("/api/..%c0%afx")),
    case("T10-lone-continuation", get("/api/%bf")),
    case("T10-surrogate", get("/api/%ed%a0%80")),
    case("T11-escaped-dots", get("/api/a/%2e%2e/x")),
    case("T11-half-escaped-dots", get("/api/a/.%2E/x")),
    case("T11-dots", get("/api/a/../x")),
    case("T11-dots-at-the-end", get("/api/a/..")),
    case("T11-dots-out-of-the-root", get("/../api/x")),
    case("T11-dot", get("/api/./x")),
    case("T11-two-slashes-and-a-dot", get("//x/./y")),
    case("T11-two-slashes", get("/api//x")),
    case("T11-two-slashes-at-the-end", get("/api/x//")),
    case("T11-backslash", get("/a\\..\\b")),
    case("T11-backslash-for-a-slash", get("/api\\x")),
    case("T11-dots-with-parameters", get("/api/a/..;/x")),
    case("T11-dots-with-escaped-parameters", get("/api/a/..%3bx/x")),
    case("T11-parameters-of-nothing", get("/api/;x=1/y")),
    case("T14-dot", get("/retired/%2e/x")),
    case("T14-dots", get("/api/../retired/x")),
    case("T14-dots-inside", get("/retired/x/../y")),
    case("T14-two-slashes", get("//retired")),
    case("T14-two-slashes-inside", get("/retired//x")),
    case("T14-escaped-slash", get("/retired%2fx")),
    case("T14-escaped-backslash", get("/retired%5Cx")),
    case("T14-backslash", get("\\retired\\x").replace(b" \\", b" /\\", 1)),
    case("T14-escaped-twice", get("/%2572etired/x")),
    case("T14-parameters-of-nothing", get("/;a/retired")),
    case("T11-full-stop-at-the-end", get("/api.")),
    case("T11-space-at-the-end", get("/api%20")),
    case("T11-escaped-question-mark", get("/api%3Fx")),
    case("T11-dots-and-a-space", get("/api/..%20/x")),
    case("T14-absolute-with-dots", get("http://facade.test/./retired/x")),
    case("T14-absolute-two-slashes", get("http://facade.test//retired/x")),
]  # fmt: skip


@pytest.mark.parametrize("raw", AMBIGUOUS)
def test_a_target_of_two_readings_is_refused(house: House, raw: bytes) -> None:
    refused(house, raw, 400, "target")


LONG: Final = [
    case("T8-100-kib", get("/api/" + "x" * 100 * 1024)),
    case("T8-100-kib-of-query", get("/api/x?" + "x" * 100 * 1024)),
    case("T8-one-byte-too-long", get("/api/" + "x" * (8 * 1024 - 4))),
    case("T8-100-kib-absolute", get("http://facade.test/api/" + "x" * 100 * 1024)),
]


@pytest.mark.parametrize("raw", LONG)
def test_a_target_that_is_too_long_is_refused(house: House, raw: bytes) -> None:
    assert refused(house, raw, 414, "target_size").closes


VERBATIM: Final = {
    "T8-as-long-as-it-may-be": "/api/" + "x" * (8 * 1024 - 5),
    "T9-query": "/api/x?%0d%0aX-Injected:%201",
    "T9-query-nul": "/api/x?a=%00",
    "T10-dots-in-the-query": "/api/x?../../%2e%2e%2f%252e",
    "T10-fragment-escaped": "/api/x%23frag",
    "T10-question-mark-escaped": "/api/x%3Fa=b",
    "T11-parameters": "/api/x;v=1;w=2/y;z",
    "T11-lower-case-escapes": "/api/caf%c3%a9",
    "T11-upper-case-escapes": "/api/caf%C3%A9",
    "T11-escaped-letters": "/api/%41%7e%2d",
    "T11-escaped-prefix": "/%61pi/x",
    "T11-dots-in-a-name": "/api/...x/..x/x..",
    "T12-plus-and-escapes": "/api/x?a=b+c&d=%20&&h==",
    "T12-lone-question-mark": "/api/x?",
    "T12-two-question-marks": "/api/x??a?b",
    "T12-invalid-utf-8": "/api/x?a=%ff%fe%80",
    "T12-half-an-escape": "/api/x?a=%&b=%4&c=%zz",
    "T12-brackets-and-bars": '/api/x?a[]=1|2&b={c}^`"<>',
    "T12-semicolons": "/api/x?a;b;c",
    "T12-slashes": "/api/x?//a//../b",
    "T12-a-url": "/api/x?u=http://evil.example/%2e%2e/@:80",
    "T12-empty-names": "/api/x?=&=1&a=",
    "T12-in-the-path": "/api/x!$&'()*+,=:@~_.-",
}


@pytest.mark.parametrize("target", [case(name, target) for name, target in VERBATIM.items()])
def test_a_target_goes_on_byte_for_byte(house: House, target: str) -> None:
    passed(house, get(target), target.encode())
    [received] = house.platform.conversations
    assert strict.targets(received.received) == [target.encode()]
    assert b"X-Injected: 1" not in received.received


SEGMENTS: Final = [
    case("T13-the-prefix", "/api/x", "platform"),
    case("T13-the-prefix-alone", "/api", "platform"),
    case("T13-the-prefix-and-a-slash", "/api/", "platform"),
    case("T13-upper-case", "/API/x", "legacy"),
    case("T13-one-letter-in-upper-case", "/Api", "legacy"),
    case("T13-a-longer-segment", "/apix", "legacy"),
    case("T13-a-longer-segment-with-dots", "/api..x", "legacy"),
    case("T13-a-shorter-segment", "/ap/i", "legacy"),
    case("T13-deeper", "/x/api/x", "legacy"),
    case("T13-escaped-in-upper-case", "/%41PI/x", "legacy"),
    case("T13-retired-in-upper-case", "/RETIRED/x", "legacy"),
    case("T13-a-longer-retired", "/retiredx", "legacy"),
]


@pytest.mark.parametrize(("target", "side"), SEGMENTS)
def test_a_route_takes_whole_segments_in_their_case(house: House, target: str, side: str) -> None:
    passed(house, get(target), target.encode())
    peer = house.platform if side == "platform" else house.legacy
    assert target.encode() in peer.targets


GONE: Final = {
    "T14-as-written": "/retired/x",
    "T14-root": "/retired",
    "T14-slash": "/retired/",
    "T14-query": "/retired/x?a=b",
    "T14-query-of-dots": "/retired/x?/../",
    "T14-parameters": "/retired;x",
    "T14-parameters-inside": "/retired;x=1/y",
    "T14-parameters-escaped": "/retired%3Bx/y",
    "T14-stream": "/retired::$DATA",
    "T14-slash-behind-a-space": "/files/a/old.asp%20/",
    "T14-slash-behind-parameters": "/files/a/old.asp;x/",
    "T14-empty-behind-a-slash": "/files/a/old.asp/...",
    "T14-full-stop-at-the-end": "/retired.",
    "T14-space-at-the-end": "/retired%20",
    "T14-full-stop-inside": "/retired./x",
    "T14-escaped-question-mark": "/retired%3Fx=1",
    "T14-escaped-fragment": "/files/a/old.asp%23x",
    "T14-escaped-letter": "/%72etired/x",
    "T14-escaped-in-lower-case": "/retire%64/x",
    "T14-absolute": "http://facade.test/retired/x",
    "T14-absolute-in-upper-case": "HTTP://FACADE.TEST/retired/x",
    "T14-slash-more": "/files/a/old.asp/",
    "T14-escaped-dot": "/files/a/old%2easp",
    "T14-parameters-behind-an-ending": "/files/a/old.asp;.png",
    "T14-parameters-before": "/files;a/b/old.asp",
}


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "OPTIONS", "PROPFIND"])
@pytest.mark.parametrize("target", [case(name, target) for name, target in GONE.items()])
def test_a_route_that_is_gone_is_gone_however_it_is_spelt(house: House, target: str, method: str) -> None:
    refused(house, line(f"{method} {target} HTTP/1.1"), 410, "gone")


def test_the_route_that_decides_is_the_one_that_is_counted(house: House) -> None:
    """T11-label"""
    mirror(house)
    series = 'facade_requests_total{code="2xx",route="api",side="platform",stage="complete"}'
    before = house.sidecar.metric(series)
    for target in ("/api/x", "/%61pi/x", "/api;v=1/x", "/api/caf%c3%a9"):
        assert house.ask(get(target)).status == 200
    assert house.sidecar.metric(series) == before + 4


def test_a_refused_target_is_in_no_log(house: House) -> None:
    """T9-log"""
    mirror(house)
    for target in ("/api/x%0d%0aX-Injected:%201", "/api/x?%0d%0aX-Injected:%201", "/retired/x%1b[31m"):
        house.ask(get(target))
    problem(house.ask(request("GET", "/api/../x", "X-Request-ID: the-last")), 400)
    house.sidecar.said("request", request_id="the-last")
    for hidden in (b"X-Injected", b"%0d", b"%1b", b"\x1b", b"secret"):
        assert hidden not in bytes(house.sidecar.output)
