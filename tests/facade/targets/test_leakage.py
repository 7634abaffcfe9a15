"""An answer as its caller may see it: what is changed and counted, and what is left alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facade.routing.route import PlatformService, Route
from facade.routing.stage import Stage
from facade.routing.template import parse_match
from facade.targets.definition import Passthrough
from facade.targets.leakage import SAMPLE, Leakage, Leakages
from facade.targets.request import Request
from facade.telemetry.metrics import Metrics
from facade.wire.body import Body
from facade.wire.framing import CHUNKED
from facade.wire.headers import Sender
from facade.wire.message import HTTP_1_1, RequestHead, ResponseHead, block
from facade.wire.references import FIELDS
from facade.wire.reply import Reply

SILO = Passthrough("http://silo.example:7000")
PAGE = b'<a href="http://silo.example:7000/a">' * 2


class Counted(Metrics):
    """Metrics that are read by asking."""

    def __init__(self) -> None:
        super().__init__("0", ())

    @property
    def rewrites(self) -> dict[tuple[str, ...], float]:
        return {labels: counter.value for labels, counter in self._rewrites.items()}

    @property
    def leaks(self) -> dict[tuple[str, ...], float]:
        return {labels: counter.value for labels, counter in self._leaked_urls.items()}


@pytest.fixture
def metrics() -> Counted:
    return Counted()


def of_silo(metrics: Metrics, reach: Passthrough = SILO, drawn: float = 1.0) -> Leakage:
    leakage = Leakages((), metrics, lambda: drawn).of_silo("portal", reach)
    assert leakage is not None
    return leakage


def request(host: bytes = b"platform.example", *, secure: bool = False) -> Request:
    head = RequestHead(b"GET", b"/", HTTP_1_1, block([(b"Host", host)]))
    sender = Sender("192.0.2.1", secure=secure, host=host, trusted=False)
    return Request(head, Body.whole(b""), "/", b"", sender, lambda _: None)


def head(*lines: str, status: int = 302) -> ResponseHead:
    return ResponseHead(status, b"Found", HTTP_1_1, "".join(f"\r\n{line}" for line in lines).encode("latin-1"))


def stopped(leakage: Leakage, *lines: str, asked: Request | None = None) -> bytes:
    return leakage.stop(Reply(head(*lines), Body.whole(b"")), asked or request()).head.block


def test_every_field_that_names_the_silo_names_the_platform_and_is_counted(metrics: Counted) -> None:
    after = stopped(
        of_silo(metrics),
        "Server: http://silo.example:7000/ caf\xe9",
        "location:  http://silo.example:7000/caf\xe9?a=b ",
        "Content-Location: //silo.example:7000/b",
        "Refresh: 5; url=http://silo.example:7000/c",
        'Link: </d>, <http://silo.example:7000/d>; rel=x; anchor="http://silo.example:7000/e"',
        "Set-Cookie: a=http://silo.example:7000/; Domain=.Silo.example; Path=/f",
        "set-cookie: a=b; domain=silo.example",
        'Alt-Svc: h2="silo.example:8443"',
        'Alt-Svc: h2="cdn.example:443", h3=":443"',
        asked=request(secure=True),
    )
    assert after.decode("latin-1").split("\r\n")[1:] == [
        "Server: http://silo.example:7000/ caf\xe9",
        "location:  https://platform.example/caf\xe9?a=b ",
        "Content-Location: //platform.example/b",
        "Refresh: 5; url=https://platform.example/c",
        'Link: </d>, <https://platform.example/d>; rel=x; anchor="https://platform.example/e"',
        "Set-Cookie: a=http://silo.example:7000/; Domain=.platform.example; Path=/f",
        "set-cookie: a=b; domain=platform.example",
        'Alt-Svc: h2="cdn.example:443", h3=":443"',
    ]
    assert metrics.rewrites == {
        ("portal", "location"): 1,
        ("portal", "content-location"): 1,
        ("portal", "refresh"): 1,
        ("portal", "link"): 1,
        ("portal", "set-cookie"): 2,
        ("portal", "alt-svc"): 1,
    }
    assert {field for _, field in metrics.rewrites} == FIELDS


def test_a_head_in_which_nothing_is_to_be_changed_is_the_very_same(metrics: Counted) -> None:
    for lines in (("Location: /a",), ("Server: silo.example",), ("Location: http://silo.example/", "Set-Cookie: a=b")):
        reply = Reply(head(*lines), Body.whole(b""))
        before = reply.head
        assert of_silo(metrics).stop(reply, request()).head is before
    assert metrics.rewrites == {}


def test_what_else_a_head_says_stays(metrics: Counted) -> None:
    reply = Reply(head("Location: http://silo.example:7000/", "Connection: close", status=299), Body.whole(b""))
    after = of_silo(metrics).stop(reply, request()).head
    assert (after.status, after.reason, after.minor, after.options) == (299, b"Found", HTTP_1_1, {b"close"})


def test_a_caller_that_names_no_host_gets_what_the_silo_said(metrics: Counted) -> None:
    line = "Location: http://silo.example:7000/a"
    assert stopped(of_silo(metrics), line, asked=request(b"")) == f"\r\n{line}".encode()


def test_links_that_come_early_are_mapped_too(metrics: Counted) -> None:
    asked, early = request(), []
    asked.interim = early.append
    of_silo(metrics).interim(asked)(head("Link: <http://silo.example:7000/a.css>; rel=preload", status=103))
    assert [each.block for each in early] == [b"\r\nLink: <http://platform.example/a.css>; rel=preload"]
    assert metrics.rewrites == {("portal", "link"): 1}


def test_a_silo_may_have_it_switched_off(metrics: Counted) -> None:
    assert Leakages((), metrics, lambda: 0.0).of_silo("portal", Passthrough(SILO.url, rewrite=False)) is None


def test_a_silo_that_reads_the_callers_host_may_still_name_itself(metrics: Counted) -> None:
    leakage = of_silo(metrics, Passthrough(SILO.url, "caller"))
    secure = request(secure=True)
    assert stopped(leakage, "Location: http://silo.example:7000/a", asked=secure).endswith(
        b"https://platform.example/a"
    )
    assert stopped(leakage, "Location: https://silo.example:7000/a", asked=secure).endswith(b"silo.example:7000/a")


def claims(host: str) -> tuple[Route, PlatformService]:
    service = PlatformService("http://service.example", "/v2/claims/{number}", host=host)
    return Route("claims", parse_match("/claims/{number}"), Stage.COMPLETE, None, service), service


def test_a_service_that_reads_its_own_name_is_treated_alike(metrics: Counted) -> None:
    route, service = claims("target")
    leakage = Leakages([route], metrics, lambda: 0.0).of_service("service.example:80", service, route)
    assert leakage is not None
    assert stopped(leakage, "Location: http://service.example/v2/claims/1") == (
        b"\r\nLocation: http://platform.example/claims/1"
    )
    assert stopped(leakage, "Set-Cookie: a=b; Path=/v2/claims") == b"\r\nSet-Cookie: a=b; Path=/claims"
    assert metrics.rewrites == {("service.example:80", "location"): 1, ("service.example:80", "set-cookie"): 1}


def test_a_service_that_reads_the_callers_host_knows_the_platforms_name_itself(metrics: Counted) -> None:
    route, service = claims("caller")
    assert Leakages([route], metrics, lambda: 0.0).of_service("service.example:80", service, route) is None


def look(metrics: Metrics, body: Body, drawn: float, *lines: str) -> None:
    lines = lines or ("Content-Type: text/html",)
    of_silo(metrics, drawn=drawn).stop(Reply(head(*lines), body), request())


def test_addresses_in_a_body_that_is_drawn_are_counted_and_stay(metrics: Counted) -> None:
    body = Body.whole(PAGE)
    look(metrics, body, 0.0)
    assert metrics.leaks == {("portal",): 2}
    assert body.take() == PAGE


def test_a_body_that_is_under_way_is_looked_at_as_it_passes(metrics: Counted) -> None:
    body = Body(CHUNKED)
    body.feed(PAGE[:50])
    look(metrics, body, 0.0)
    body.feed(PAGE[50:])
    assert body.take() == PAGE
    body.end([])
    assert metrics.leaks == {("portal",): 2}


def test_a_body_that_is_not_drawn_is_not_looked_at(metrics: Counted) -> None:
    look(metrics, Body.whole(PAGE), SAMPLE)
    assert metrics.leaks == {}


@pytest.mark.parametrize("lines", [("Content-Type: image/png",), ("Content-Type: text/html", "Content-Encoding: gzip")])
def test_a_body_that_is_no_plain_text_is_not_looked_at(metrics: Counted, lines: tuple[str, ...]) -> None:
    look(metrics, Body.whole(PAGE), 0.0, *lines)
    assert metrics.leaks == {}


def test_a_body_that_leaks_nothing_was_looked_at(metrics: Counted) -> None:
    look(metrics, Body.whole(b"nothing"), 0.0)
    assert metrics.leaks == {("portal",): 0}


def test_the_bodies_of_a_service_are_its_own_affair(metrics: Counted) -> None:
    route, service = claims("target")
    leakage = Leakages([route], metrics, lambda: 0.0).of_service("service.example:80", service, route)
    assert leakage is not None
    leakage.stop(Reply(head("Content-Type: text/html"), Body.whole(b"http://service.example/")), request())
    assert metrics.leaks == {}


words = st.sampled_from(
    [
        "http://",
        "//",
        "silo.example",
        ":7000",
        "/a",
        " ",
        ";",
        ",",
        "<",
        ">",
        '"',
        "url=",
        "5",
        "Domain=",
        "Path=",
        "\xe9",
        "=",
    ]
)
texts = st.lists(words, max_size=12).map("".join)
lines = st.builds("{}: {}".format, st.sampled_from([*sorted(FIELDS), "Server"]), texts)


@given(st.lists(lines, max_size=5), st.booleans())
def test_stopping_twice_is_stopping_once(sent: list[str], secure: bool) -> None:
    leakage, asked = of_silo(Counted()), request(secure=secure)
    once = stopped(leakage, *sent, asked=asked)
    assert stopped(leakage, *once.decode("latin-1").split("\r\n")[1:], asked=asked) == once


@given(st.lists(lines, max_size=5))
def test_fields_that_do_not_name_the_silo_pass_byte_for_byte(sent: list[str]) -> None:
    others = [line.replace("silo.example", "other.example") for line in sent]
    assert stopped(of_silo(Counted()), *others) == head(*others).block
