"""Routes with `errors: problem`: no word of a side's own error reaches a caller, and nothing else is changed."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable

import pytest

from harness.client import Client, ask, request
from harness.folder import Folder
from harness.messages import Message
from harness.peer import Conversation, Peer, answer, answering
from harness.sidecar import Sidecar

TRACE = b"java.lang.NullPointerException at gov.legacy.Titles.read(Titles.java:42)"

ROUTES = """\
routes:
  - {{name: old, match: "/old/{{rest...}}", legacy: portal, stage: legacy, errors: problem}}
  - {{name: new, match: "/new/{{rest...}}", legacy: portal, platform: "{platform}", stage: complete, errors: problem}}
  - {{name: plain, match: "/plain/{{rest...}}", legacy: portal, stage: legacy}}
"""

Serve = Callable[..., Sidecar]


@pytest.fixture
def sidecar(folder: Folder, legacy: Peer, platform: Peer, serve: Serve) -> Sidecar:
    folder.silo("portal", legacy.url)
    folder.routes(ROUTES.format(platform=platform.url))
    return serve(folder)


def says(peer: Peer, *lines: str, body: bytes = TRACE, status: str = "500 NullPointerException") -> None:
    whole = answer(body, *lines, status=status)
    peer.script = answering(lambda message: whole.removesuffix(body) if message.method == b"HEAD" else whole)


def problem(answered: Message) -> dict[str, object]:
    assert answered.one("content-type") == b"application/problem+json"
    document: dict[str, object] = json.loads(answered.body)
    return document


@pytest.mark.parametrize(("path", "side"), [("/old/a", "legacy"), ("/new/a", "platform")])
def test_neither_sides_stack_trace_reaches_a_caller(
    sidecar: Sidecar, legacy: Peer, platform: Peer, path: str, side: str
) -> None:
    says(legacy if side == "legacy" else platform, "Content-Type: text/html", "X-Exception: NullPointerException")
    answered = ask(sidecar.port, request("GET", path, "X-Request-ID: 4711"))
    assert answered.status == 500
    assert b"NullPointer" not in answered.head + answered.body
    assert problem(answered) == {
        "type": "urn:problem:failed",
        "title": "The service failed",
        "status": 500,
        "detail": "The service behind this operation failed; its own words are not passed on.",
        "instance": "urn:request:4711",
    }


def test_a_route_that_does_not_ask_for_it_gets_the_silos_own_words(sidecar: Sidecar, legacy: Peer) -> None:
    says(legacy, "Content-Type: text/plain", status="404 No Such Title")
    answered = ask(sidecar.port, request("GET", "/plain/a"))
    assert (answered.status, answered.body) == (404, TRACE)


def test_a_problem_of_the_sides_own_passes_as_it_stands(sidecar: Sidecar, legacy: Peer) -> None:
    own = b'{"type":"https://silo.example/overdrawn"}'
    says(legacy, "Content-Type: application/problem+json", body=own, status="409 Conflict")
    assert ask(sidecar.port, request("GET", "/old/a")).body == own


def test_an_answer_that_is_no_error_passes_byte_for_byte(sidecar: Sidecar, legacy: Peer) -> None:
    says(legacy, "Content-Type: text/html", "X-Exception: none", status="200 Fine")
    answered = ask(sidecar.port, request("GET", "/old/a"))
    assert answered.head.startswith(b"HTTP/1.1 200 Fine\r\n")
    assert answered.body == TRACE


def test_a_caller_still_learns_how_to_sign_in_and_when_to_come_back(sidecar: Sidecar, legacy: Peer) -> None:
    says(legacy, 'WWW-Authenticate: Basic realm="titles"', "Retry-After: 7", status="401 Who are you")
    answered = ask(sidecar.port, request("GET", "/old/a"))
    assert answered.one("www-authenticate") == b'Basic realm="titles"'
    assert answered.one("retry-after") == b"7"
    assert problem(answered)["type"] == "urn:problem:refused"


def test_connections_of_both_sides_go_on_after_it(sidecar: Sidecar, legacy: Peer) -> None:
    says(legacy, "Content-Type: text/html", body=b"x" * 20_000)
    with Client(sidecar.port) as client:
        for _ in range(5):
            assert client.ask(request("GET", "/old/a")).status == 500
    assert len(legacy.conversations) == 1


def test_head_has_no_body_and_the_next_answer_is_read_right(sidecar: Sidecar, legacy: Peer) -> None:
    says(legacy, "Content-Type: text/html")
    with Client(sidecar.port) as client:
        first = client.ask(request("HEAD", "/old/a"))
        assert client.ask(request("GET", "/old/a")).body
    assert int(first.one("content-length") or 0) > 0
    assert first.body == b""


def test_an_error_page_without_end_keeps_nobody_waiting(sidecar: Sidecar, legacy: Peer) -> None:
    over = threading.Event()

    def endless(conversation: Conversation) -> None:
        conversation.request()
        conversation.send(b"HTTP/1.1 500 Oh\r\nContent-Length: 1000000000\r\n\r\n" + TRACE)
        over.wait(30)

    legacy.script = endless
    try:
        assert problem(ask(sidecar.port, request("GET", "/old/a")))["status"] == 500
    finally:
        over.set()


def test_an_error_cut_short_is_a_whole_problem(sidecar: Sidecar, legacy: Peer) -> None:
    def cut(conversation: Conversation) -> None:
        conversation.request()
        conversation.send(b"HTTP/1.1 503 Busy\r\nContent-Length: 100\r\nRetry-After: 5\r\n\r\nhalf")

    legacy.script = cut
    answered = ask(sidecar.port, request("GET", "/old/a"))
    assert problem(answered)["status"] == 503
    assert answered.one("retry-after") == b"5"
