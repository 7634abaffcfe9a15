"""TLS to a target: who it must be, what it is shown, and that verification is never off."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
import trustme

from harness.client import Client, get, problem, request
from harness.folder import Folder
from harness.patience import eventually
from harness.peer import Peer
from harness.sidecar import Sidecar

Serve = Callable[..., Sidecar]


class Party:
    """An authority, and a target that has a certificate of it for `name`; it notes the names it is asked for."""

    def __init__(self, name: str) -> None:
        self.authority = trustme.CA(key_type=trustme.KeyType.ECDSA)
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.set_alpn_protocols(["http/1.1"])
        self.authority.issue_cert(name, key_type=trustme.KeyType.ECDSA).configure_cert(self.context)
        self.asked: list[str | None] = []
        self.context.sni_callback = lambda socket, name, context: self.asked.append(name)

    def demand(self, callers: trustme.CA) -> None:
        """Talk to nobody without a certificate of `callers`."""
        callers.configure_trust(self.context)
        self.context.verify_mode = ssl.CERT_REQUIRED


@pytest.fixture
def peer_of() -> Iterator[Callable[[Party], Peer]]:
    with ExitStack() as running:
        yield lambda party: running.enter_context(Peer("secure", tls=party.context))


def lead(folder: Folder, peer: Peer, **tls: str) -> None:
    """A route to a silo, and one to a platform, which is this peer at `localhost`."""
    block = "{" + ", ".join(f"{key}: {value}" for key, value in tls.items()) + "}"
    url = f"https://localhost:{peer.port}"
    folder.silo("portal", url, tls=block)
    folder.routes(
        "routes:\n"
        "  - {name: old, match: '/old/{rest...}', legacy: portal, stage: legacy}\n"
        f"  - {{name: new, match: '/new/{{rest...}}', platform: {{url: '{url}', tls: {block}}}, stage: complete}}\n"
    )


def put(folder: Folder, name: str, *pems: trustme.Blob) -> None:
    """PEM files beside the silos' and the routes' files."""
    for part in ("silos", "routes"):
        folder.write(f"{part}/{name}", b"".join(pem.bytes() for pem in pems))


def both(sidecar: Sidecar) -> list[int]:
    return [get(sidecar.port, path).status for path in ("/old/x", "/new/x")]


def test_a_target_that_has_the_name_by_the_authority_is_asked(
    folder: Folder, peer_of: Callable[[Party], Peer], serve: Serve
) -> None:
    party = Party("localhost")
    peer = peer_of(party)
    put(folder, "ca.pem", party.authority.cert_pem)
    lead(folder, peer, ca="ca.pem")
    sidecar = serve(folder)
    with Client(sidecar.port) as client:
        for path in ("/old/a", "/new/a", "/old/b", "/new/b"):
            assert client.ask(request("POST", path, body=b"x" * 100_000)).body == b"secure"
    assert party.asked == ["localhost"] * 2  # the silo's TLS and the platform's are two definitions, each kept alive
    assert [message.one("Host") for message in peer.requests] == [
        f"localhost:{peer.port}".encode(),
        b"facade.test",
    ] * 2
    (conversation, *_) = peer.conversations
    assert isinstance(conversation.socket, ssl.SSLSocket)
    assert conversation.socket.selected_alpn_protocol() == "http/1.1"


def test_a_name_of_its_own_is_asked_for_and_checked(
    folder: Folder, peer_of: Callable[[Party], Peer], serve: Serve
) -> None:
    party = Party("registry.internal")
    peer = peer_of(party)
    put(folder, "ca.pem", party.authority.cert_pem)
    lead(folder, peer, ca="ca.pem", server_name="registry.internal")
    assert both(serve(folder)) == [200, 200]
    assert set(party.asked) == {"registry.internal"}


@pytest.mark.parametrize("fault", ["another authority", "the authorities of the system", "another name"])
def test_a_target_that_cannot_be_trusted_is_not_asked(
    folder: Folder, peer_of: Callable[[Party], Peer], serve: Serve, fault: str
) -> None:
    party = Party("registry.internal" if fault == "another name" else "localhost")
    peer = peer_of(party)
    signer = trustme.CA() if fault == "another authority" else party.authority
    put(folder, "ca.pem", signer.cert_pem)
    lead(folder, peer, **({} if fault.endswith("system") else {"ca": "ca.pem"}))
    sidecar = serve(folder)
    for path in ("/old/x", "/new/x"):
        answer = get(sidecar.port, path)
        problem(answer, 502)
        assert answer.one("Proxy-Status") == b"facade; error=tls_certificate_error"
    assert sidecar.metric('facade_refused_total{reason="target_untrusted"}') == 2
    assert peer.requests == []


def test_a_target_that_demands_a_certificate_is_shown_the_facades(
    folder: Folder, peer_of: Callable[[Party], Peer], serve: Serve
) -> None:
    party, callers = Party("localhost"), trustme.CA(key_type=trustme.KeyType.ECDSA)
    party.demand(callers)
    peer = peer_of(party)
    shown = callers.issue_cert("facade@city.example", key_type=trustme.KeyType.ECDSA)
    put(folder, "ca.pem", party.authority.cert_pem)
    put(folder, "facade.pem", *shown.cert_chain_pems)
    put(folder, "facade.key", shown.private_key_pem)
    lead(folder, peer, ca="ca.pem")
    sidecar = serve(folder)
    assert both(sidecar) == [502, 502]
    assert peer.requests == []
    sidecar.changed(lambda: lead(folder, peer, ca="ca.pem", certificate="facade.pem", key="facade.key"))
    assert both(sidecar) == [200, 200]
    connected = peer.conversations[-1].socket
    assert isinstance(connected, ssl.SSLSocket)
    certificate = connected.getpeercert()
    assert certificate is not None
    assert certificate["subjectAltName"] == (("email", "facade@city.example"),)


def test_files_that_change_are_read_at_the_next_connection_without_a_reload(
    folder: Folder, peer_of: Callable[[Party], Peer], serve: Serve
) -> None:
    before, after = Party("localhost"), Party("localhost")
    peer = peer_of(before)
    put(folder, "ca.pem", before.authority.cert_pem)
    lead(folder, peer, ca="ca.pem")
    sidecar = serve(folder)
    running = sidecar.running()
    assert both(sidecar) == [200, 200]
    peer.tls = after.context
    peer.fresh()  # ends every connection, so that the facade makes new ones
    assert both(sidecar) == [502, 502]
    put(folder, "ca.pem", after.authority.cert_pem)
    assert both(sidecar) == [200, 200]
    assert sidecar.running() == running
    put(folder, "ca.pem")  # as an editor leaves it for a moment: nothing is in it
    peer.fresh()
    assert both(sidecar) == [200, 200]
    eventually(lambda: sidecar.lines("certificates kept"), "it is said")


def test_a_file_that_cannot_be_used_is_a_mistake_with_its_line(folder: Folder, serve: Serve) -> None:
    party = Party("localhost")
    with Peer("secure", tls=party.context) as peer:
        put(folder, "ca.pem", party.authority.cert_pem)
        lead(folder, peer, ca="ca.pem")
        sidecar = serve(folder)
        lead(folder, peer, ca="missing.pem")
        eventually(lambda: sidecar.config()["rejected"], "it is rejected")
        told = sidecar.config()["rejected"]["reasons"]
        assert [mistake.split(";")[0] for mistake in told] == [
            "silos/portal.yaml:3: settings.tls.ca does not exist",
            'routes/all.yaml:3: platform.tls.ca "missing.pem" does not exist',
        ]
        assert both(sidecar) == [200, 200]
