"""The status page over the real sidecar: its forms move routes for who has the token, and for no other site."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, Final
from urllib.parse import urlencode

import pytest

from harness.client import ask, request
from harness.folder import Folder
from harness.messages import Message
from harness.patience import PATIENCE, eventually
from harness.peer import Peer
from harness.sidecar import Sidecar

FORM: Final = "Content-Type: application/x-www-form-urlencoded"
ROUTES: Final = """\
routes:
  - name: titles.read
    match: GET /titles/{{number}}
    legacy: portal
    platform: {platform}
    stage: shadow                 # next: canary
    canary: {{share: 25%, by: header X-Key}}
"""


@pytest.fixture
def sidecar(folder: Folder, legacy: Peer, platform: Peer, serve: Callable[..., Sidecar]) -> Sidecar:
    folder.silo("portal", legacy.url, "owner: Licensing")
    folder.routes(ROUTES.format(platform=platform.url))
    return serve(folder)


def token(sidecar: Sidecar) -> str:
    return (sidecar.folder / "state/admin.token").read_text().strip()


def revision(sidecar: Sidecar) -> str:
    running: str = sidecar.document("/api/config")["running"]["revision"]
    return running


def send(sidecar: Sidecar, *lines: str, host: str | None = None, **fields: str) -> Message:
    """The form of the route's page, as a browser sends it."""
    form = {"choice": "move canary", "share": "50%", "by": "Ada", "reason": "good", "revision": revision(sidecar)}
    body = urlencode(form | {"token": token(sidecar)} | fields).encode()
    port = sidecar.folder.admin
    head = ("Connection: close", FORM, *lines)
    return ask(port, request("POST", "/routes/titles.read", *head, body=body, host=host or f"127.0.0.1:{port}"))


def stands(sidecar: Sidecar) -> tuple[str, float]:
    (row,) = sidecar.document("/api/routes")["routes"]
    return row["stage"], row["share"]


def entries(sidecar: Sidecar) -> list[Any]:
    lines = (sidecar.folder / "state/ledger.jsonl").read_text().splitlines()
    return [entry for entry in (json.loads(line)["entry"] for line in lines) if entry["cause"] != "start"]


def test_a_move_from_the_page_runs_stands_in_the_file_and_the_ledger_and_is_counted(sidecar: Sidecar) -> None:
    answered = send(sidecar, f"Origin: http://127.0.0.1:{sidecar.folder.admin}", "Sec-Fetch-Site: same-origin")
    assert (answered.status, b"It runs" in answered.body) == (200, True)
    assert stands(sidecar) == ("canary", 0.5)
    text = (sidecar.folder / "routes/all.yaml").read_text()
    assert "stage: canary                 # next: canary" in text
    assert "share: 50%" in text
    (entry,) = [each for each in entries(sidecar) if each["what"] == "titles.read"]
    assert (entry["cause"], entry["by"], entry["why"], entry["after"]) == ("page", "Ada", "good", "canary 50%")
    assert sidecar.metrics()['facade_moves_total{cause="page",route="titles.read"}'] == 1
    assert b"canary 50%" in sidecar.admin("/routes/titles.read").body
    assert token(sidecar).encode() not in bytes(sidecar.output)


@pytest.mark.parametrize(
    "lines",
    [
        ("Origin: https://evil.example",),
        ("Origin: null",),
        ("Origin: http://127.0.0.1:1",),
        ("Sec-Fetch-Site: cross-site",),
        ("Sec-Fetch-Site: same-site", "Origin: http://127.0.0.1"),
    ],
)
def test_a_page_of_another_site_moves_nothing_even_with_the_token(sidecar: Sidecar, lines: tuple[str, ...]) -> None:
    assert send(sidecar, *lines).status == 403
    assert stands(sidecar) == ("shadow", 0.0)


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example"])
def test_a_name_that_was_rebound_to_the_listener_moves_nothing(sidecar: Sidecar, host: str) -> None:
    assert send(sidecar, f"Origin: http://{host}", "Sec-Fetch-Site: same-origin", host=host).status == 403
    assert stands(sidecar) == ("shadow", 0.0)


@pytest.mark.parametrize("given", ["", "hush", "é"])
def test_without_the_token_nothing_moves(sidecar: Sidecar, given: str) -> None:
    answered = send(sidecar, token=given)
    assert (answered.status, b"not the token" in answered.body) == (403, True)
    assert stands(sidecar) == ("shadow", 0.0)
    assert entries(sidecar) == []


def test_a_form_that_is_sent_twice_moves_once(sidecar: Sidecar) -> None:
    shown = revision(sidecar)
    assert send(sidecar, revision=shown).status == 200
    again = send(sidecar, revision=shown, share="100%")
    assert (again.status, b"Nothing was moved" in again.body) == (409, True)
    assert stands(sidecar) == ("canary", 0.5)


def test_a_stage_is_not_skipped_and_the_way_back_needs_no_fresh_page(sidecar: Sidecar) -> None:
    assert send(sidecar, choice="move complete").status == 400
    assert send(sidecar).status == 200
    assert send(sidecar, choice="back", revision="of long ago").status == 200
    assert stands(sidecar) == ("legacy", 0.0)


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b"{}", "application/json", 415),
        (b"x" * 20_000, "application/x-www-form-urlencoded", 413),
        (b"a=1&a=2", "application/x-www-form-urlencoded", 400),
        (b"%ff=%ff", "application/x-www-form-urlencoded", 400),
    ],
)
def test_what_is_no_form_of_ours_is_a_problem(sidecar: Sidecar, body: bytes, content_type: str, status: int) -> None:
    port = sidecar.folder.admin
    lines = ("Connection: close", f"Content-Type: {content_type}")
    assert (
        ask(port, request("POST", "/routes/titles.read", *lines, body=body, host=f"127.0.0.1:{port}")).status == status
    )


def test_pages_may_run_their_own_script_and_nothing_else_may(sidecar: Sidecar) -> None:
    for path in ("/", "/routes/titles.read", "/silos/portal", "/callers"):
        answer = sidecar.admin(path)
        assert answer.status == 200
        policy = (answer.one("Content-Security-Policy") or b"").decode()
        assert "script-src 'self'" in policy
        assert "unsafe" not in policy
        assert answer.one("X-Content-Type-Options") == b"nosniff"
    assert b"script" not in (sidecar.admin("/api/config").one("Content-Security-Policy") or b"")


@contextmanager
def watching(sidecar: Sidecar, since: float) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", sidecar.folder.admin), PATIENCE) as connection:
        head = f"GET /events?since={since} HTTP/1.1\r\nHost: 127.0.0.1:{sidecar.folder.admin}\r\n\r\n"
        connection.sendall(head.encode())
        yield connection


def until(connection: socket.socket, wanted: bytes) -> bytes:
    received = b""
    while wanted not in received:
        piece = connection.recv(65_536)
        assert piece, received
        received += piece
    return received


def test_who_watches_is_told_of_a_move_and_the_sidecar_leaves_without_waiting_for_them(sidecar: Sidecar) -> None:
    with watching(sidecar, time.time()) as one, watching(sidecar, time.time()) as other:
        head = until(one, b'"again":true')
        assert b"text/event-stream" in head
        until(other, b"event: changed")
        time.sleep(0.5)  # the first look
        assert send(sidecar).status == 200
        assert b'data-stage=\\"canary\\"' in until(one, b"route-titles.read")
        until(other, b"route-titles.read")
        sidecar.process.terminate()
        while one.recv(65_536):
            pass
    eventually(lambda: sidecar.process.poll() == 0, "it has left")


def test_three_hundred_watchers_take_no_place_from_probes_and_pages(sidecar: Sidecar) -> None:
    with ExitStack() as all_of_them:
        connections = [all_of_them.enter_context(watching(sidecar, 0)) for _ in range(300)]
        for connection in connections:
            until(connection, b'"again":true')
        assert sidecar.admin("/").status == 200
        assert sidecar.admin("/livez").status == 200
    eventually(lambda: sidecar.admin("/").status == 200, "it answers on")
