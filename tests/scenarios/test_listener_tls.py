"""TLS on the platform's listener: certificates are read anew while it serves, and callers are known by theirs."""

from __future__ import annotations

import base64
import signal
import socket
import ssl
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack

import pytest
import trustme

from harness.authority import Authorities
from harness.client import Client, request
from harness.folder import Folder
from harness.messages import Message
from harness.patience import PATIENCE, eventually
from harness.peer import Conversation, Peer, answer, answering
from harness.sidecar import Sidecar

Serve = Callable[..., Sidecar]

FORGED = [
    "Client-Cert: :Zm9yZ2Vk:",
    "CLIENT-CERT: :Zm9yZ2Vk:",
    "Client_Cert: :Zm9yZ2Vk:",
    "Client-Cert-Chain: :Zm9yZ2Vk:",
    "client_cert-chain: :Zm9yZ2Vk:",
    "X-Client-Cert-Subject: CN=forged",
    "x_client_cert_subject: CN=forged",
    "X-Client-Cert_Subject: CN=forged",
    "X-Client-Cert-San: DNS:forged",
    "X_Client-Cert_San: DNS:forged",
]
WRITTEN = ("Client-Cert", "X-Client-Cert-Subject", "X-Client-Cert-San")


@pytest.fixture
def authorities() -> Authorities:
    return Authorities()


def shown(port: int, context: ssl.SSLContext) -> bytes:
    """The certificate that the listener shows in a new connection, in DER."""
    with Client(port, tls=context) as client:
        assert isinstance(client.socket, ssl.SSLSocket)
        certificate = client.socket.getpeercert(binary_form=True)
        assert certificate is not None
        return certificate


def test_a_new_certificate_is_shown_without_a_restart_and_closes_no_connection(
    folder: Folder, legacy: Peer, serve: Serve, authorities: Authorities
) -> None:
    authorities.furnish(folder)
    folder.rest(legacy.url)
    sidecar = serve(folder)
    context = authorities.trusting()
    before = shown(sidecar.port, context)
    with Client(sidecar.port, tls=context) as kept:
        assert kept.get("/x").body == b"legacy"
        authorities.certify(folder)
        now = eventually(lambda: (now := shown(sidecar.port, context)) != before and now, "it is found by itself")
        assert kept.get("/x").body == b"legacy"
        authorities.certify(folder)
        sidecar.tell(signal.SIGHUP)
        eventually(lambda: shown(sidecar.port, context) not in (before, now), "a signal makes it quicker")
        assert kept.get("/x").body == b"legacy"
    assert len(sidecar.said("certificate read anew", listener="listen")) >= 2


def test_files_that_do_not_fit_each_other_leave_the_old_certificate_and_are_told_once(
    folder: Folder, legacy: Peer, serve: Serve, authorities: Authorities
) -> None:
    authorities.furnish(folder)
    folder.rest(legacy.url)
    sidecar = serve(folder)
    context = authorities.trusting()
    before = shown(sidecar.port, context)
    folder.write("server.key", authorities.listener.issue_cert("localhost").private_key_pem.bytes())
    sidecar.tell(signal.SIGHUP)
    [line] = sidecar.said("certificate kept")
    assert line["level"] == "error"
    assert line["problem"].startswith(f"listen: certificate {folder / 'server.pem'} with key {folder / 'server.key'}: ")
    assert "; give PEM files" in line["problem"]
    for _ in range(3):
        sidecar.tell(signal.SIGHUP)
        assert shown(sidecar.port, context) == before
    authorities.certify(folder)
    sidecar.tell(signal.SIGHUP)
    eventually(lambda: shown(sidecar.port, context) != before, "the mended files are taken")
    assert len(sidecar.lines("certificate kept")) == 1


def test_certificates_that_are_exchanged_under_load_cost_nobody_a_handshake(
    folder: Folder, legacy: Peer, serve: Serve, authorities: Authorities
) -> None:
    authorities.furnish(folder)
    folder.rest(legacy.url)
    sidecar = serve(folder)
    context = authorities.trusting()
    failures: list[str] = []
    served = 0
    over = threading.Event()

    def visit() -> None:
        nonlocal served
        while not over.is_set():
            try:
                with Client(sidecar.port, tls=context) as client:
                    assert client.get("/x", "Connection: close").body == b"legacy"
                    served += 1
            except (OSError, EOFError, AssertionError) as failure:
                failures.append(repr(failure))

    visitors = [threading.Thread(target=visit) for _ in range(4)]
    for visitor in visitors:
        visitor.start()
    before = shown(sidecar.port, context)
    for _ in range(10):
        issued = authorities.listener.issue_cert("localhost", "127.0.0.1")
        folder.write("server.key", issued.private_key_pem.bytes())
        sidecar.tell(signal.SIGHUP)  # the two files do not fit each other now
        time.sleep(0.1)
        folder.write("server.pem", b"".join(pem.bytes() for pem in issued.cert_chain_pems))
        sidecar.tell(signal.SIGHUP)
        before = eventually(lambda before=before: (now := shown(sidecar.port, context)) != before and now, "it is new")
    over.set()
    for visitor in visitors:
        visitor.join(PATIENCE)
    assert failures == []
    assert served > 40


def test_an_authority_that_is_taken_away_vouches_for_nobody_new(
    folder: Folder, legacy: Peer, serve: Serve, authorities: Authorities
) -> None:
    authorities.furnish(folder, client_ca=True)
    folder.rest(legacy.url)
    sidecar = serve(folder)
    former = authorities.trusting(authorities.callers.issue_cert("former.example"))
    others = trustme.CA()
    with Client(sidecar.port, tls=former) as kept:
        assert kept.get("/x").status == 200
        folder.write("callers.pem", others.cert_pem.bytes())
        sidecar.tell(signal.SIGHUP)
        sidecar.said("certificate read anew")
        assert kept.get("/x").status == 200
        assert not is_served(sidecar.port, former)
        assert is_served(sidecar.port, authorities.trusting(others.issue_cert("new.example")))


def is_served(port: int, context: ssl.SSLContext | None) -> bool:
    try:
        with Client(port, tls=context) as client:
            return client.get("/x").status == 200
    except (OSError, EOFError):
        return False


def test_a_callers_certificate_is_passed_on_with_its_names(
    folder: Folder, legacy: Peer, serve: Serve, authorities: Authorities
) -> None:
    authorities.furnish(folder, client_ca=True)
    folder.rest(legacy.url)
    caller = authorities.callers.issue_cert(
        "caller.example", "10.1.2.3", "ops@caller.example", common_name="Land, Sea & Co", organization_name="Örtliche"
    )
    with Client(serve(folder).port, tls=authorities.trusting(caller)) as client:
        assert client.get("/x", *FORGED).status == 200
        assert (
            client.get("/y", *FORGED, "Connection: Client-Cert, X-Client-Cert-Subject, X-Client-Cert-San").status == 200
        )
    whole = ssl.PEM_cert_to_DER_cert(caller.cert_chain_pems[0].bytes().decode())
    for message in legacy.requests:
        assert message.one("Client-Cert") == b":" + base64.b64encode(whole) + b":"
        subject = message.one("X-Client-Cert-Subject") or b""
        assert subject.startswith(b"CN=Land\\, Sea & Co,OU=")
        assert subject.endswith(b",O=\\C3\\96rtliche")
        assert message.one("X-Client-Cert-San") == b"DNS:caller.example, IP:10.1.2.3, email:ops@caller.example"
        assert_nothing_forged(message)


def assert_nothing_forged(message: Message) -> None:
    assert b"forged" not in message.head.lower()
    assert b"Zm9yZ2Vk" not in message.head
    names = [name.lower().replace(b"_", b"-") for name, _ in message.fields]
    assert b"client-cert-chain" not in names
    assert all(names.count(name.lower().encode()) <= 1 for name in WRITTEN)


def test_callers_who_share_an_address_are_not_mistaken_for_each_other(
    folder: Folder, legacy: Peer, serve: Serve, authorities: Authorities
) -> None:
    authorities.furnish(folder, client_ca=True)
    folder.rest(legacy.url)
    port = serve(folder).port
    with ExitStack() as stack:
        clients = [
            stack.enter_context(Client(port, tls=authorities.trusting(authorities.callers.issue_cert(f"c{n}.example"))))
            for n in range(4)
        ]
        for _ in range(3):
            for number, client in enumerate(clients):
                client.get(f"/{number}")
    seen = {(message.target, message.one("X-Client-Cert-San")) for message in legacy.requests}
    assert seen == {(b"/%d" % n, b"DNS:c%d.example" % n) for n in range(4)}


@pytest.mark.parametrize("tls", [False, True])
def test_nobody_can_say_of_himself_that_he_showed_a_certificate(
    folder: Folder, legacy: Peer, serve: Serve, authorities: Authorities, tls: bool
) -> None:
    if tls:
        authorities.furnish(folder)
    folder.rest(legacy.url)
    with Client(serve(folder).port, tls=authorities.trusting() if tls else None) as client:
        client.get("/x", *FORGED, "X-Client-Version: 7")
    [message] = legacy.requests
    assert_nothing_forged(message)
    assert [message.one(name) for name in WRITTEN] == [None] * 3
    assert message.one("X-Client-Version") == b"7"


def test_what_a_trusted_peer_says_stands_unless_it_shows_a_certificate_itself(
    folder: Folder, legacy: Peer, serve: Serve, authorities: Authorities
) -> None:
    folder.facade(forwarded="{trust: [127.0.0.0/8]}")
    folder.rest(legacy.url)
    plain = serve(folder)
    with Client(plain.port) as client:
        client.get("/x", "Client-Cert: :YQ==:", "X-Client-Cert-San: DNS:theirs", "Client_Cert: :Zm9yZ2Vk:")
    [message] = legacy.requests
    assert (message.one("Client-Cert"), message.one("X-Client-Cert-San")) == (b":YQ==:", b"DNS:theirs")
    assert_nothing_forged(message)
    plain.close()
    authorities.furnish(folder, client_ca=True, forwarded="{trust: [127.0.0.0/8]}")
    peer = authorities.trusting(authorities.callers.issue_cert("peer.example"))
    with Client(serve(folder).port, tls=peer) as client:
        client.get("/y", *FORGED, "X-Forwarded-For: 10.0.0.1")
    assert_nothing_forged(legacy.requests[-1])
    assert legacy.requests[-1].one("X-Client-Cert-San") == b"DNS:peer.example"


def test_only_http_1_1_is_agreed_on_and_nothing_older_than_tls_1_2(
    folder: Folder, legacy: Peer, serve: Serve, authorities: Authorities
) -> None:
    authorities.furnish(folder)
    folder.rest(legacy.url)
    port = serve(folder).port
    context = authorities.trusting()
    context.set_alpn_protocols(["h2", "http/1.1"])
    for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        context.minimum_version = context.maximum_version = version
        with Client(port, tls=context) as client:
            assert isinstance(client.socket, ssl.SSLSocket)
            assert client.socket.selected_alpn_protocol() == "http/1.1"
            assert client.get("/x").body == b"legacy"
    old = authorities.trusting()
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_1
    old.set_ciphers("ALL:@SECLEVEL=0")
    assert not is_served(port, old)


@pytest.mark.slow
@pytest.mark.timeout(120)
def test_handshakes_that_fail_or_never_come_disturb_nobody_and_fill_no_log(
    folder: Folder, legacy: Peer, serve: Serve, authorities: Authorities
) -> None:
    authorities.furnish(folder, client_ca=True)
    folder.rest(legacy.url)
    sidecar = serve(folder)
    known = authorities.trusting(authorities.callers.issue_cert("caller.example"))
    assert is_served(sidecar.port, known)
    descriptors = sidecar.descriptors()
    with socket.create_connection(("127.0.0.1", sidecar.port), PATIENCE) as silent:
        for number in range(60):
            if number % 3 == 0:
                assert not is_served(sidecar.port, None)
            elif number % 3 == 1:
                assert not is_served(sidecar.port, authorities.trusting())
            else:
                socket.create_connection(("127.0.0.1", sidecar.port), PATIENCE).close()
        assert is_served(sidecar.port, known)
        assert silent.recv(1) == b""
    eventually(lambda: sidecar.descriptors() <= descriptors, "every descriptor is given back")
    assert {line["event"] for line in sidecar.lines() if line["level"] != "info"} <= {"handshakes failed"}


def test_an_early_answer_reaches_a_tls_client_that_is_still_sending(
    folder: Folder, legacy: Peer, serve: Serve, authorities: Authorities
) -> None:
    authorities.furnish(folder, limits="{body: 128KiB}")
    folder.rest(legacy.url)
    with Client(serve(folder).port, tls=authorities.trusting()) as client:
        client.send(request("POST", "/x", "Transfer-Encoding: chunked"))
        for _ in range(20):
            client.send(b"8000\r\n" + b"x" * 0x8000 + b"\r\n")
            time.sleep(0.05)
        refused = client.response()
    assert (refused.status, refused.closes) == (413, True)


def test_a_slow_tls_client_gets_the_whole_of_its_last_answer(
    folder: Folder, legacy: Peer, serve: Serve, authorities: Authorities
) -> None:
    """Of one of these sizes the last part waits in the facade while the system's buffers are full."""
    sizes = range(1024**2, 7 * 1024**2, 256 * 1024)
    legacy.script = answering(lambda message: answer(b"y" * int(message.target[1:])))
    authorities.furnish(folder)
    folder.rest(legacy.url)
    sidecar, context = serve(folder), authorities.trusting()
    with ExitStack() as stack:
        clients = [stack.enter_context(Client(sidecar.port, tls=context)) for _ in sizes]
        for client, size in zip(clients, sizes, strict=True):
            client.send(request("GET", f"/{size}", "Connection: close"))
        time.sleep(3)
        for client, size in zip(clients, sizes, strict=True):
            whole = client.response()
            assert (len(whole.body), whole.closes) == (size, True)
            assert client.ended()


def test_a_tls_client_that_never_says_goodbye_keeps_no_sidecar_from_leaving(
    folder: Folder, legacy: Peer, serve: Serve, authorities: Authorities
) -> None:
    go = threading.Event()

    def script(conversation: Conversation) -> None:
        while True:
            if conversation.request().target == b"/slow":
                assert go.wait(PATIENCE)
            conversation.send(answer(b"done"))

    legacy.script = script
    authorities.furnish(folder)
    folder.rest(legacy.url)
    sidecar = serve(folder)
    context = authorities.trusting()
    with Client(sidecar.port, tls=context) as idle, Client(sidecar.port, tls=context) as busy:
        idle.get("/x")
        busy.send(request("GET", "/slow"))
        eventually(lambda: b"/slow" in legacy.targets, "it runs")
        sidecar.tell(signal.SIGTERM)
        sidecar.said("draining")
        time.sleep(1)
        go.set()
        last = busy.response()
        ended = time.monotonic()
        assert (last.status, last.closes) == (200, True)
        assert sidecar.left() == 0
        assert time.monotonic() - ended < 1
    assert sidecar.lines("drained")[0]["cut"] == 0
