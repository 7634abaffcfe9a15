"""Where a silo's answer names the silo, its caller is told the platform; all else passes byte for byte."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from harness.client import Client, ask, request
from harness.folder import Folder
from harness.house import House
from harness.messages import Message
from harness.patience import PATIENCE
from harness.peer import Conversation, Peer, answer, answering
from harness.sidecar import Sidecar

SAMPLED = 2_000
"""Answers to be asked for, of which 1 % are looked at: none of them is looked at once in 500 million runs."""

Serve = Callable[..., Sidecar]


def says(peer: Peer, *lines: str, body: bytes = b"", status: str = "200 OK") -> None:
    """What the peer answers from now on."""
    whole = answer(body, *lines, status=status)
    peer.script = answering(lambda message: whole.removesuffix(body) if message.method == b"HEAD" else whole)


def chunk(piece: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(piece), piece)


def head(answered: Message) -> list[str]:
    """Its fields, without the date that the facade tells."""
    return [line for line in answered.head.decode("latin-1").split("\r\n")[1:-2] if not line.startswith("Date:")]


def rewritten(house: House) -> dict[str, float]:
    """How often each field was mapped back."""
    every = house.sidecar.metrics().items()
    return {series: value for series, value in every if series.startswith("facade_rewritten_total")}


def test_a_redirect_to_the_silo_leads_back_to_the_platform(house: House) -> None:
    before, silo = rewritten(house), f"127.0.0.1:{house.legacy.port}"
    says(
        house.legacy,
        "X-First: caf\xe9",
        f"location:\thttp://{silo}/login?next=http://{silo}/a ",
        f"Content-Location: //{silo}/a",
        f"Refresh: 5;URL='HTTP://{silo}/caf\xe9'",
        f'Link: <http://{silo}/a.css>; title="<http://{silo}/>", </b>',
        f"Set-Cookie: session=http://{silo}/; Domain=127.0.0.1; Path=/app",
        f"X-Last: http://{silo}/",
        status="302 Found",
    )
    answered = house.ask(request("GET", "/old/a", host="facade.test:8080"))
    assert head(answered) == [
        "X-First: caf\xe9",
        f"location:\thttp://facade.test:8080/login?next=http://{silo}/a ",
        "Content-Location: //facade.test:8080/a",
        "Refresh: 5;URL='http://facade.test:8080/caf\xe9'",
        f'Link: <http://facade.test:8080/a.css>; title="<http://{silo}/>", </b>',
        f"Set-Cookie: session=http://{silo}/; Domain=facade.test; Path=/app",
        f"X-Last: http://{silo}/",
        "Content-Length: 0",
    ]
    for field in ("location", "content-location", "refresh", "link", "set-cookie"):
        series = f'facade_rewritten_total{{field="{field}",target="portal"}}'
        assert rewritten(house)[series] == before.get(series, 0) + 1


@pytest.mark.parametrize(
    "line",
    [
        "Location: /login",
        "Location: login?u=http://{silo}/",
        "Location: http://{silo}@evil.example/",
        "Location: http://{silo}1/",
        "Location: http://127.0.0.1/",
        "Location: https://{silo}/",
        "Location: http:// {silo}/",
        "Refresh: later; url=http://{silo}/",
        "Link: http://{silo}/a",
        "Set-Cookie: a=b; Domain=.example.test; Path=/",
        "Content-Location: \xff\xfe//{silo}/",
    ],
)
def test_what_does_not_name_the_silo_or_cannot_be_read_stays(house: House, line: str) -> None:
    before, line = rewritten(house), line.format(silo=f"127.0.0.1:{house.legacy.port}")
    says(house.legacy, line)
    assert head(house.ask(request("GET", "/old/a"))) == [line, "Content-Length: 0"]
    assert rewritten(house) == before


def test_links_in_early_hints_are_mapped_too(house: House) -> None:
    hints = f"HTTP/1.1 103 Early Hints\r\nLink: <{house.legacy.url}/a.css>; rel=preload\r\n\r\n".encode()
    house.legacy.script = answering(lambda _: hints + answer(b"x"))
    answered = house.ask(request("GET", "/old/a"))
    assert [early.one("Link") for early in answered.interims] == [b"<http://facade.test/a.css>; rel=preload"]


def test_the_caller_is_told_the_address_it_knows(folder: Folder, legacy: Peer, serve: Serve) -> None:
    folder.facade(forwarded="{trust: [127.0.0.0/8]}")
    folder.rest(legacy.url)
    sidecar = serve(folder)
    says(legacy, f"Location: {legacy.url}/a", status="301 Moved Permanently")
    told = [
        ((), b"http://facade.test/a"),
        (("X-Forwarded-Proto: https", "X-Forwarded-Host: www.example"), b"https://www.example/a"),
        (("X-Forwarded-Host: evil.example, www.example:8443",), b"http://www.example:8443/a"),
        (("X-Forwarded-Proto: gopher", "X-Forwarded-Host: a'b"), f"{legacy.url}/a".encode()),
    ]
    for lines, location in told:
        assert ask(sidecar.port, request("GET", "/a", *lines)).one("Location") == location


def test_a_silo_that_believes_what_it_is_told_of_tls_is_understood(folder: Folder, legacy: Peer, serve: Serve) -> None:
    """It puts the caller's scheme before the name that it reads in Host."""
    folder.facade(forwarded="{trust: [127.0.0.0/8]}")
    folder.rest(legacy.url)
    sidecar = serve(folder)
    says(legacy, f"Location: https://127.0.0.1:{legacy.port}/a")
    asked = request("GET", "/a", "X-Forwarded-Proto: https")
    assert ask(sidecar.port, asked).one("Location") == b"https://facade.test/a"


def test_a_strangers_word_does_not_change_where_callers_are_sent(house: House) -> None:
    says(house.legacy, f"Location: {house.legacy.url}/a")
    asked = request("GET", "/old/a", "X-Forwarded-Host: evil.example", "X-Forwarded-Proto: https")
    assert house.ask(asked).one("Location") == b"http://facade.test/a"


def test_it_can_be_switched_off_for_a_silo_while_it_serves(folder: Folder, legacy: Peer, serve: Serve) -> None:
    folder.rest(legacy.url)
    sidecar = serve(folder)
    says(legacy, f"Location: {legacy.url}/a")
    with Client(sidecar.port) as client:
        assert client.get("/a").one("Location") == b"http://facade.test/a"
        sidecar.changed(lambda: folder.silo("portal", legacy.url, rewrite="off"))
        assert client.get("/a").one("Location") == f"{legacy.url}/a".encode()
        sidecar.changed(lambda: folder.silo("portal", legacy.url, rewrite="on"))
        assert client.get("/a").one("Location") == b"http://facade.test/a"


CLAIMS = """\
routes:
  - name: claims.open
    match: POST /claims
    platform: {{url: "{url}", host: target, path: /v2/claims}}
    stage: complete
  - name: claims.read
    match: GET /claims/{{reference}}
    platform:
      url: "{url}"
      host: target
      path: /v2/claims/{{reference}}
    stage: complete
  - name: callers
    match: /callers/{{rest...}}
    platform:
      url: "{url}"
      path: /v2/{{rest...}}
    stage: complete
"""


def test_paths_that_a_route_rewrites_are_read_backwards(folder: Folder, platform: Peer, serve: Serve) -> None:
    folder.routes(CLAIMS.format(url=platform.url))
    sidecar, url = serve(folder), platform.url
    opening = answer(b"", f"Location: {url}/v2/claims/A%2D7?new=1", "Set-Cookie: s=1; Path=/v2/claims")
    reading = answer(
        b"",
        f"Content-Location: {url}/v2/claims/7",
        f"Refresh: 5; url={url}/v2/other",
        f"Location: {url}/unknown",
        "Link: </v2/claims/8>",
    )
    platform.script = answering(lambda message: opening if message.method == b"POST" else reading)
    opened = ask(sidecar.port, request("POST", "/claims", body=b"{}"))
    assert head(opened)[:2] == ["Location: http://facade.test/claims/A%2D7?new=1", "Set-Cookie: s=1; Path=/claims"]
    read = ask(sidecar.port, request("GET", "/claims/7"))
    assert head(read)[:4] == [
        "Content-Location: http://facade.test/claims/7",
        "Refresh: 5; url=http://facade.test/callers/other",
        "Location: http://facade.test/unknown",
        "Link: </v2/claims/8>",
    ]
    assert platform.targets == [b"/v2/claims", b"/v2/claims/7"]


def test_a_service_that_reads_the_callers_host_answers_for_itself(folder: Folder, platform: Peer, serve: Serve) -> None:
    folder.routes(CLAIMS.format(url=platform.url))
    says(platform, f"Location: {platform.url}/v2/a")
    answered = ask(serve(folder).port, request("GET", "/callers/a"))
    assert answered.one("Location") == f"{platform.url}/v2/a".encode()


def leaked(house: House) -> float:
    return house.sidecar.metric('facade_leaked_urls_total{silo="portal"}')


def test_addresses_in_bodies_are_counted_in_a_sample_and_pass_as_they_are(house: House) -> None:
    before, silo = leaked(house), f"127.0.0.1:{house.legacy.port}"
    page = f'<A HREF="http://{silo}/a"> caf\xe9 <A HREF="/b"> <A HREF="http:\\/\\/{silo}">'.encode("latin-1")
    says(house.legacy, "Content-Type: text/html", body=page)
    with house.client() as client:
        for _ in range(SAMPLED):
            assert client.get("/old/a").body == page
    found = leaked(house) - before
    assert found % 2 == 0
    assert 1 <= found / 2 <= SAMPLED * 0.05


def test_a_streamed_page_is_looked_at_without_holding_it_back(house: House) -> None:
    """The silo sends the second half of a link when the caller has the first."""
    before = leaked(house)
    begin = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n"
    first, second = f"<a href=http://127.0.0.1:{house.legacy.port}/a>".encode().split(b"0.0")
    arrived = threading.Semaphore(0)

    def script(conversation: Conversation) -> None:
        while conversation.request():
            conversation.send(begin + chunk(first))
            assert arrived.acquire(timeout=PATIENCE), "the first half is held back"
            conversation.send(chunk(b"0.0" + second) + chunk(b""))

    house.legacy.script = script
    with house.client() as client:
        for _ in range(SAMPLED):
            client.send(request("GET", "/old/a"))
            client.until(b"\r\n" + first + b"\r\n")
            arrived.release()
            client.until(chunk(b""))
    assert 1 <= leaked(house) - before <= SAMPLED * 0.05


def test_a_compressed_page_is_not_looked_at(house: House) -> None:
    before = leaked(house)
    says(house.legacy, "Content-Type: text/html", "Content-Encoding: gzip", body=house.legacy.url.encode())
    with house.client() as client:
        for _ in range(SAMPLED // 4):
            assert client.get("/old/a").status == 200
    assert leaked(house) == before
