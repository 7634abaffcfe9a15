"""What an operator reads when the sidecar cannot start: a line that says where, what and what to do."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import trustme

from harness.folder import Folder
from harness.peer import Peer
from harness.ports import free_port
from harness.sidecar import Sidecar, run

LINE = re.compile(r"(environment )?[^ ]+: .+; .+")


@pytest.fixture
def good(folder: Folder, legacy: Peer) -> Folder:
    folder.rest(legacy.url)
    return folder


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that somebody listens on."""
    port = free_port()
    with closing(socket.create_server(("127.0.0.1", port))):
        yield port


def refused(folder: Folder, *arguments: str) -> list[str]:
    """The lines that say why it does not start."""
    with Sidecar(folder, *arguments) as sidecar:
        assert sidecar.left() == 1
        assert b"Traceback" not in sidecar.output + sidecar.errors
        lines = sidecar.errors.decode().splitlines()
    assert lines
    assert [line for line in lines if not LINE.fullmatch(line)] == []
    return lines


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    done = run("serve", "--config", tmp_path / "nowhere")
    assert done.returncode == 1
    [line] = done.stderr.splitlines()
    assert LINE.fullmatch(line)
    assert "facade.yaml" in line
    assert "--config" in line


def test_a_folder_without_facade_yaml(good: Folder) -> None:
    (good / "facade.yaml").unlink()
    [line] = refused(good)
    assert line.startswith("facade.yaml:1: does not exist; ")


@pytest.mark.parametrize("listener", ["listen", "observe", "admin"])
def test_a_port_that_is_in_use(good: Folder, listener: str, taken: int) -> None:
    good.facade(**{listener: f"127.0.0.1:{taken}"})
    [line] = refused(good)
    assert line.startswith(f"{listener}: 127.0.0.1:{taken} is in use; ")


def test_two_listeners_at_one_address(good: Folder) -> None:
    good.facade(admin=f"127.0.0.1:{good.observe}")
    [line] = refused(good)
    assert "admin" in line
    assert "observe" in line


def test_an_address_that_is_not_of_this_machine(good: Folder) -> None:
    [line] = refused(good, "--listen", "192.0.2.1:8080")
    assert line.startswith("listen: 192.0.2.1:8080 ")


def test_a_certificate_that_is_not_there(good: Folder) -> None:
    good.facade(listen=f"{{address: '127.0.0.1:{good.listen}', tls: {{certificate: no.pem, key: no.key}}}}")
    lines = refused(good)
    assert lines[0].startswith("facade.yaml:2: ")
    assert "no.pem" in lines[0]


@pytest.mark.parametrize(
    "content", [b"", b"garbage", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"]
)
def test_a_certificate_that_is_none(good: Folder, content: bytes) -> None:
    (good / "server.pem").write_bytes(content)
    (good / "server.key").write_bytes(content)
    good.facade(listen=f"{{address: '127.0.0.1:{good.listen}', tls: {{certificate: server.pem, key: server.key}}}}")
    for line in refused(good):
        assert line.startswith("facade.yaml:2: ")
        assert "server." in line


def test_a_key_of_another_certificate(good: Folder) -> None:
    authority = trustme.CA()
    authority.issue_cert("localhost").cert_chain_pems[0].write_to_path(good / "server.pem")
    authority.issue_cert("localhost").private_key_pem.write_to_path(good / "server.key")
    good.facade(listen=f"{{address: '127.0.0.1:{good.listen}', tls: {{certificate: server.pem, key: server.key}}}}")
    [line] = refused(good)
    assert "server.key" in line


def test_bad_files_with_nothing_kept_are_named_each_with_its_line(good: Folder) -> None:
    good.edit("routes/all.yaml", "stage: legacy", "stage: sideways, colour: red")
    good.edit("facade.yaml", "version: 1", "version: 2")
    lines = refused(good)
    assert [line.split(": ")[0] for line in lines] == ["facade.yaml:1", "routes/all.yaml:2", "routes/all.yaml:2"]


def test_a_missing_secret_is_a_mistake_of_serve_and_a_warning_of_check(good: Folder) -> None:
    good.facade(admin=f"{{address: '127.0.0.1:{good.admin}', token: '${{file:/nowhere/secret}}'}}")
    [line] = refused(good)
    assert line.startswith("facade.yaml:4: ")
    checked = run("check", good.path)
    assert (checked.returncode, checked.stdout.splitlines()[0].startswith("warning: facade.yaml:4: ")) == (0, True)


def test_an_environment_variable_that_is_no_address(good: Folder) -> None:
    with Sidecar(good, environment={"FACADE_LISTEN": "8080"}) as sidecar:
        assert sidecar.left() == 1
        [line] = sidecar.errors.decode().splitlines()
    assert "FACADE_LISTEN" in line
    assert LINE.fullmatch(line)


def test_flags_beat_the_environment_which_beats_the_file(good: Folder) -> None:
    by_flag, by_environment = free_port(), free_port()
    surroundings = {"FACADE_LISTEN": f"127.0.0.1:{by_environment}", "FACADE_OBSERVE": f"127.0.0.1:{by_environment}"}
    good.observe = by_environment
    with Sidecar(good, "--listen", f"127.0.0.1:{by_flag}", environment=surroundings).ready() as sidecar:
        assert sidecar.said("serving", listen=f"127.0.0.1:{by_flag}", observe=f"127.0.0.1:{by_environment}")


def test_port_0_takes_a_free_port_and_says_which(good: Folder) -> None:
    with Sidecar(good, "--listen", "127.0.0.1:0").ready() as sidecar:
        [line] = sidecar.said("serving")
        assert re.fullmatch(r"127\.0\.0\.1:[1-9][0-9]+", line["listen"])


@pytest.mark.parametrize("words", [["serve", "--nonsense"], ["sreve"], [], ["serve", "--listen"]])
def test_a_command_line_that_is_mistaken_is_told_how_it_goes(words: list[str]) -> None:
    done = run(*words)
    assert done.returncode == 2
    assert done.stderr.startswith("usage: facade")
    assert "Traceback" not in done.stderr
