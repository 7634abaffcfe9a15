"""A sidecar that starts on mistaken files serves what it last accepted, and says so until they are mended."""

from __future__ import annotations

import signal
import socket
from collections.abc import Callable
from contextlib import closing

import pytest

from harness.authority import Authorities
from harness.client import Client, get
from harness.folder import Folder
from harness.patience import eventually
from harness.peer import Peer
from harness.ports import free_port
from harness.sidecar import Sidecar

Serve = Callable[..., Sidecar]


@pytest.fixture
def kept(folder: Folder, legacy: Peer, serve: Serve) -> Folder:
    """A folder whose sidecar ran, and was killed without a warning."""
    folder.rest(legacy.url)
    sidecar = serve(folder)
    eventually((folder / "state/accepted.json").exists, "what was accepted is kept")
    sidecar.tell(signal.SIGKILL)
    assert sidecar.left() == -signal.SIGKILL
    return folder


def test_it_serves_what_it_kept_loudly_until_the_files_are_mended(kept: Folder, serve: Serve) -> None:
    good = (kept / "routes/all.yaml").read_text()
    kept.edit("routes/all.yaml", "stage: legacy", "stage: sideways")
    sidecar = serve(kept)
    assert get(sidecar.port, "/x").body == b"legacy"
    config = sidecar.config()
    assert config["from_state"]
    assert config["rejected"]["reasons"][0].startswith("routes/all.yaml:2: ")
    assert config["running"]["revision"] != config["file"]["revision"]
    [loud] = sidecar.said("the files are mistaken, the last accepted configuration serves")
    assert loud["level"] == "error"
    assert sidecar.said("configuration rejected", cause="start")
    assert sidecar.metric('facade_config_reloads_total{result="rejected"}') == 1
    assert b"sideways" in sidecar.admin("/").body

    sidecar.changed(kept.routes, good.replace("/{rest...}", "/y/{rest...}"))
    assert get(sidecar.port, "/y/1").body == b"legacy"
    mended = sidecar.config()
    assert (mended["from_state"], mended["rejected"]) == (False, None)


def test_the_last_one_is_kept_and_not_the_first(kept: Folder, platform: Peer, serve: Serve) -> None:
    sidecar = serve(kept)
    for name in ("one", "two", "three"):
        kept.edit(
            "routes/all.yaml",
            "routes:\n",
            f'routes:\n  - {{name: {name}, match: /{name}, platform: "{platform.url}", stage: complete}}\n',
        )
        eventually(lambda name=name: get(sidecar.port, f"/{name}").body == b"platform", "it runs")
    kept.routes("routes: [\n")
    eventually(lambda: sidecar.config()["rejected"], "the bad file is rejected")
    sidecar.tell(signal.SIGTERM)
    assert sidecar.left() == 0
    again = serve(kept)
    assert [get(again.port, f"/{name}").body for name in ("one", "two", "three", "x")] == [b"platform"] * 3 + [
        b"legacy"
    ]


def test_files_that_are_gone_are_mistaken_files_too(kept: Folder, serve: Serve) -> None:
    (kept / "routes/all.yaml").unlink()
    assert get(serve(kept).port, "/x").body == b"legacy"


def test_a_damaged_memory_is_put_aside_and_never_served(kept: Folder) -> None:
    memory = kept / "state/accepted.json"
    memory.write_bytes(memory.read_bytes()[:-20])
    kept.edit("routes/all.yaml", "stage: legacy", "stage: sideways")
    with Sidecar(kept) as sidecar:
        assert sidecar.left() == 1
        assert sidecar.errors.startswith(b"routes/all.yaml:2: ")
        assert b"Traceback" not in sidecar.output + sidecar.errors
        assert sidecar.lines("kept configuration is damaged")
    assert (kept / "state/accepted.json.damaged").exists()


def test_a_state_that_cannot_be_written_costs_the_memory_and_not_the_service(
    folder: Folder, legacy: Peer, serve: Serve
) -> None:
    folder.rest(legacy.url)
    (folder / "state").write_text("no folder")
    sidecar = serve(folder)
    assert get(sidecar.port, "/x").body == b"legacy"
    [told] = sidecar.said("accepted configuration not kept")
    assert "; " in told["problem"]


def spoilt(folder: Folder) -> None:
    folder.edit("routes/all.yaml", "stage: legacy", "stage: sideways")


def refused(folder: Folder) -> list[str]:
    """Why it does not start; it says before that neither that it accepted nor that it serves anything."""
    with Sidecar(folder) as sidecar:
        assert sidecar.left() == 1
        assert sidecar.lines() == []
        return sidecar.errors.decode().splitlines()


def test_a_listener_that_is_to_speak_tls_never_serves_what_was_kept_in_clear_text(kept: Folder, serve: Serve) -> None:
    authorities = Authorities()
    authorities.furnish(kept)
    spoilt(kept)
    sidecar = serve(kept)
    assert sidecar.config()["from_state"]
    with Client(sidecar.port, tls=authorities.trusting()) as client:
        assert client.get("/x").body == b"legacy"
    with pytest.raises((OSError, EOFError)):
        get(sidecar.port, "/x")


def test_nor_without_asking_callers_for_their_certificate(kept: Folder, serve: Serve) -> None:
    authorities = Authorities()
    authorities.furnish(kept, client_ca=True)
    spoilt(kept)
    sidecar = serve(kept)
    with pytest.raises((OSError, EOFError)), Client(sidecar.port, tls=authorities.trusting()) as stranger:
        stranger.get("/x")
    caller = authorities.callers.issue_cert("caller@example.org")
    with Client(sidecar.port, tls=authorities.trusting(caller)) as client:
        assert client.get("/x").body == b"legacy"


@pytest.mark.parametrize(
    "name", ["server.pem", "server.key", "callers.pem"], ids=["certificate", "key", "callers' authority"]
)
def test_a_certificate_that_cannot_be_read_is_one_line_and_no_start_whatever_was_kept(kept: Folder, name: str) -> None:
    Authorities().furnish(kept, client_ca=True)
    (kept / name).unlink()
    [line] = refused(kept)
    assert line.startswith("facade.yaml:2: listen.tls.")
    assert f'"{name}" does not exist; ' in line


def test_it_listens_where_the_files_say_now_and_no_longer_where_it_did(kept: Folder, serve: Serve) -> None:
    before, kept.listen = kept.listen, free_port()
    kept.facade()
    spoilt(kept)
    sidecar = serve(kept)
    assert get(kept.listen, "/x").body == b"legacy"
    assert sidecar.config()["from_state"]
    with pytest.raises(ConnectionRefusedError):
        get(before, "/x")


def test_a_listener_that_is_mistaken_is_no_start(kept: Folder) -> None:
    kept.facade(listen="{address: '127.0.0.1:8080', tls: {certificate: server.pem}}")
    [line] = refused(kept)
    assert line.startswith("facade.yaml:2: listen.tls.key is missing; ")


def test_a_facade_yaml_that_cannot_be_read_at_all_leaves_what_was_kept(kept: Folder, serve: Serve) -> None:
    kept.write("facade.yaml", "listen: {")
    sidecar = serve(kept, environment={"FACADE_STATE": str(kept / "state")})
    assert get(sidecar.port, "/x").body == b"legacy"


def test_a_start_that_fails_says_nothing_of_a_configuration_that_runs(kept: Folder) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        kept.facade(observe=f"127.0.0.1:{taken.getsockname()[1]}")
        [line] = refused(kept)
    assert line.startswith("observe: 127.0.0.1:")
