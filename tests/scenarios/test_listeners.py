"""The listeners beside the platform's: probes, metrics, the status page and the API, for those who may ask."""

from __future__ import annotations

import signal
import socket
import ssl
from collections.abc import Callable
from contextlib import ExitStack
from typing import Final

import pytest
import trustme
from prometheus_client.parser import text_string_to_metric_families

from harness.client import Client, ask, get, problem, request
from harness.folder import Folder
from harness.house import House
from harness.patience import PATIENCE, eventually
from harness.peer import Conversation, Peer
from harness.ports import free_port
from harness.sidecar import Sidecar

Serve = Callable[..., Sidecar]

BUCKETS: Final = 8
AT_THE_DOOR: Final = 300


def test_probes_answer_on_both_listeners(house: House) -> None:
    for path in ("/livez", "/readyz"):
        assert house.sidecar.observe(path).status == 200
        assert house.sidecar.admin(path).status == 200


def test_hundreds_who_come_while_the_loop_is_busy_wait_at_the_door_and_are_served(
    legacy: Peer, folder: Folder, serve: Serve
) -> None:
    folder.silo("portal", legacy.url)
    folder.routes("routes:\n  - {name: a, match: /a, legacy: portal, stage: legacy}\n")
    sidecar = serve(folder)
    with ExitStack() as stack:
        sidecar.tell(signal.SIGSTOP)
        stack.callback(sidecar.tell, signal.SIGCONT)
        for _ in range(AT_THE_DOOR):
            stack.enter_context(socket.create_connection(("127.0.0.1", sidecar.port), PATIENCE))
    assert get(sidecar.port, "/a").status == 200


def test_dead_silos_and_services_do_not_make_it_unready(folder: Folder, serve: Serve) -> None:
    nobody = f"http://127.0.0.1:{free_port()}"
    folder.silo("portal", nobody)
    folder.routes(
        "routes:\n  - {name: a, match: /a, legacy: portal, stage: legacy}\n"
        f'  - {{name: b, match: /b, platform: "{nobody}", stage: complete}}\n'
        '  - {name: c, match: /c, platform: "http://no-such-host.invalid", stage: complete}\n'
    )
    sidecar = serve(folder)
    for path in ("/a", "/b", "/c"):
        assert get(sidecar.port, path).status == 502
    assert (sidecar.readyz(), sidecar.observe("/livez").status) == (200, 200)


def test_the_metrics_are_what_prometheus_reads_and_bounded(house: House) -> None:
    with house.client() as client:
        for number in range(30):
            client.get(f"/old/{number}?q={number}")
            client.get(f"/nowhere/{number}", f"Host: h{number}")
            client.ask(request("DELETE", f"/items/{number}"))
    answer = house.sidecar.observe("/metrics")
    assert (answer.one("Content-Type") or b"").startswith(b"text/plain")
    text = answer.body.decode()
    families = {family.name: family for family in text_string_to_metric_families(text)}
    for name in (
        "facade_requests",
        "facade_request_seconds",
        "facade_target_seconds",
        "facade_in_flight",
        "facade_refused",
        "facade_unmatched",
        "facade_route_info",
        "facade_route_stage",
        "facade_route_share",
        "facade_silo_last_call_timestamp_seconds",
        "facade_config_revision_info",
        "facade_config_reloads",
        "facade_loop_lag_seconds",
        "facade_build_info",
    ):
        assert families[name].documentation
    asked = [sample for sample in families["facade_requests"].samples if sample.name.endswith("_total")]
    known = {"old", "new", "items.read", "items.write", "dead", "silent", "bounded"}
    assert {sample.labels["route"] for sample in asked} <= known
    assert {sample.labels["code"] for sample in asked} <= {"1xx", "2xx", "3xx", "4xx", "5xx", "aborted"}
    buckets = [each for each in families["facade_request_seconds"].samples if each.name.endswith("_bucket")]
    assert buckets
    for route in {each.labels["route"] for each in buckets}:
        for side in ("legacy", "platform", "own"):
            of_one = [each for each in buckets if (each.labels["route"], each.labels["side"]) == (route, side)]
            assert len(of_one) <= BUCKETS


def test_a_series_stands_there_only_for_routes_that_saw_traffic(folder: Folder, legacy: Peer, serve: Serve) -> None:
    folder.silo("portal", legacy.url)
    folder.routes(
        "routes:\n  - {name: busy, match: /busy, legacy: portal, stage: legacy}\n"
        "  - {name: quiet, match: /quiet, legacy: portal, stage: legacy}\n"
    )
    sidecar = serve(folder)
    get(sidecar.port, "/busy")
    samples = sidecar.metrics()
    assert samples['facade_requests_total{code="2xx",route="busy",side="legacy",stage="legacy"}'] == 1
    assert [name for name in samples if "quiet" in name and name.startswith("facade_request")] == []
    assert samples['facade_in_flight{target="portal"}'] == 0


def test_the_routes_and_silos_are_told_with_their_counts(
    folder: Folder, legacy: Peer, platform: Peer, serve: Serve
) -> None:
    folder.silo("portal", legacy.url, "owner: Licensing", "switch_off: 2020-01-01")
    folder.routes(
        f'routes:\n  - {{name: a, match: GET /a, legacy: portal, platform: "{platform.url}", stage: canary,\n'
        "     canary: {share: 50%, by: header X-Key, platform_for: [header X-Staff=yes]}}\n"
    )
    sidecar = serve(folder)
    with Client(sidecar.port) as client:
        for _ in range(3):
            client.get("/a")
        client.get("/a", "X-Staff: yes")
    document = sidecar.document("/api/routes")
    [route] = document["routes"]
    assert (route["name"], route["stage"], route["share"]) == ("a", "canary", 0.5)
    assert route["calls"] == {"legacy": 3, "platform": 1, "own": 0}
    assert route["place"] == "routes/all.yaml:2"
    [silo] = document["silos"]
    assert (silo["name"], silo["calls"], silo["share"], silo["overdue"]) == ("portal", 3, 0.75, True)


def test_the_status_page_shows_stage_share_counts_and_dates_and_loads_nothing_from_elsewhere(
    folder: Folder, legacy: Peer, serve: Serve
) -> None:
    folder.silo("portal", legacy.url, 'owner: "<script>alert(1)</script>"', "switch_off: 2020-01-01")
    folder.routes("routes:\n  - {name: titles, match: GET /titles, legacy: portal, stage: legacy}\n")
    sidecar = serve(folder)
    get(sidecar.port, "/titles")
    answer = sidecar.admin("/")
    page = answer.body.decode()
    assert (answer.one("Content-Type") or b"").startswith(b"text/html")
    assert b"default-src 'none'" in (answer.one("Content-Security-Policy") or b"")
    for word in ("titles", "legacy", "portal", "2020-01-01", "overdue"):
        assert word in page
    assert page.count("<script") == page.count('<script src="/page.js" defer></script>') == 1
    assert "http://" not in page.replace(legacy.url, "").replace("http://www.w3.org", "")


@pytest.mark.parametrize("host", ["evil.example", "evil.example:9901", "", "169.254.169.254", "127.0.0.1.evil.example"])
def test_the_admin_listener_answers_to_its_own_names_only(house: House, host: str) -> None:
    """A web page that a browser resolved to this address by DNS rebinding carries its own name in Host."""
    for path in ("/", "/api/config", "/metrics"):
        answer = house.sidecar.admin(path, host=host)
        assert answer.status in (400, 403)
        assert b"revision" not in answer.body
    for name in ("localhost", f"localhost:{house.sidecar.folder.admin}", "127.0.0.1"):
        assert house.sidecar.admin("/api/config", host=name).status == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_the_admin_listener_only_reads(house: House, method: str) -> None:
    port = house.sidecar.folder.admin
    answer = ask(port, request(method, "/api/config", "Connection: close", body=b"", host=f"127.0.0.1:{port}"))
    assert answer.status == 405
    assert answer.one("Allow") == b"GET, HEAD"


@pytest.mark.parametrize(
    "path", ["/admin/..;/", "/api/../api/config", "/%2e%2e/etc/passwd", "/style.css/../api/config", "/x"]
)
def test_the_admin_listener_has_its_pages_and_no_tricks(house: House, path: str) -> None:
    assert house.sidecar.admin(path).status in (400, 404)


def test_explain_answers_as_the_data_plane_does(house: House) -> None:
    document = house.sidecar.document("/api/explain?method=PUT&url=/items/1")
    assert (document["route"], document["side"]) == ("items.write", "legacy")
    assert house.sidecar.document("/api/explain?url=/nowhere")["status"] == 404
    assert house.sidecar.document("/api/explain?method=DELETE&url=/items/1")["status"] == 405


def test_a_page_that_thousand_routes_fill_is_whole(folder: Folder, legacy: Peer, serve: Serve) -> None:
    folder.silo("portal", legacy.url)
    folder.routes(
        "routes:\n" + "".join(f"  - {{name: r{n}, match: /r{n}, legacy: portal, stage: legacy}}\n" for n in range(1000))
    )
    sidecar = serve(folder)
    with Client(sidecar.port) as client:
        for number in range(1000):
            client.get(f"/r{number}")
    page = sidecar.admin("/").body
    assert page.count(b"r999") >= 1
    assert page.rstrip().endswith(b"</html>")
    routes = sidecar.document("/api/routes")["routes"]
    assert [route["calls"]["legacy"] for route in routes] == [1] * 1000
    assert len([name for name in sidecar.metrics() if name.startswith("facade_requests_total")]) == 1000


def test_clients_come_by_tls_where_there_is_a_certificate(folder: Folder, legacy: Peer, serve: Serve) -> None:
    authority = trustme.CA()
    _certified(folder, authority)
    folder.facade(listen=f"{{address: '127.0.0.1:{folder.listen}', tls: {{certificate: server.pem, key: server.key}}}}")
    folder.rest(legacy.url)
    sidecar = serve(folder)
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    with Client(sidecar.port, tls=trusting) as client:
        for _ in range(3):
            assert client.get("/x").body == b"legacy"
        body = b"y" * 300_000
        assert client.ask(request("POST", "/x", body=body)).status == 200
    assert legacy.requests[0].one("X-Forwarded-Proto") == b"https"
    assert legacy.requests[-1].body == body
    with Client(sidecar.port) as plain:
        plain.send(request("GET", "/x"))
        assert b"HTTP/1.1 200" not in plain.rest()
    eventually(lambda: sidecar.readyz() == 200, "it is as ready as before")


def test_callers_need_a_certificate_where_their_authority_is_named(folder: Folder, legacy: Peer, serve: Serve) -> None:
    authority, callers = trustme.CA(), trustme.CA()
    _certified(folder, authority)
    callers.cert_pem.write_to_path(folder / "callers.pem")
    tls = "tls: {certificate: server.pem, key: server.key, client_ca: callers.pem}"
    folder.facade(listen=f"{{address: '127.0.0.1:{folder.listen}', {tls}}}")
    folder.rest(legacy.url)
    sidecar = serve(folder)
    known, stranger = ssl.create_default_context(), ssl.create_default_context()
    for context in (known, stranger):
        authority.configure_trust(context)
    callers.issue_cert("caller").configure_cert(known)
    with Client(sidecar.port, tls=known) as client:
        assert client.get("/x").body == b"legacy"
    with pytest.raises((ssl.SSLError, EOFError, ConnectionResetError)), Client(sidecar.port, tls=stranger) as client:
        client.get("/x")


def test_a_service_is_asked_by_tls_if_its_certificate_is_known_and_is_a_502_if_not(
    folder: Folder, legacy: Peer, serve: Serve
) -> None:
    authority = trustme.CA()
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(serving)
    authority.cert_pem.write_to_path(folder / "known.pem")
    plain = legacy.script

    def secured(conversation: Conversation) -> None:
        conversation.socket = serving.wrap_socket(conversation.socket, server_side=True)
        with conversation.socket:
            plain(conversation)

    legacy.script = secured
    folder.routes(f"routes: [{{name: a, match: /a, platform: 'https://127.0.0.1:{legacy.port}', stage: complete}}]\n")
    stranger = serve(folder)
    problem(get(stranger.port, "/a"), 502)
    assert legacy.requests == []
    stranger.close()
    knowing = serve(folder, environment={"SSL_CERT_FILE": str(folder / "known.pem")})
    assert get(knowing.port, "/a").body == b"legacy"


def _certified(folder: Folder, authority: trustme.CA) -> None:
    certificate = authority.issue_cert("localhost", "127.0.0.1")
    certificate.private_key_pem.write_to_path(folder / "server.key")
    for number, pem in enumerate(certificate.cert_chain_pems):
        pem.write_to_path(folder / "server.pem", append=number > 0)
