from __future__ import annotations

import errno
import ssl
from pathlib import Path

import pytest
import trustme
from structlog.testing import capture_logs

from facade.config.settings import Tls
from facade.control import certificate as module
from facade.control.certificate import Certificate
from facade.control.start import StartError


class Files:
    """A listener's PEM files, with an authority that issues them."""

    def __init__(self, folder: Path) -> None:
        self.authority = trustme.CA()
        self.tls = Tls(folder / "server.pem", folder / "server.key", folder / "callers.pem")
        self.authority.cert_pem.write_to_path(str(folder / "callers.pem"))
        self.issue()

    def issue(self) -> None:
        issued = self.authority.issue_cert("localhost")
        self.tls.certificate.write_bytes(issued.cert_chain_pems[0].bytes())
        self.tls.key.write_bytes(issued.private_key_pem.bytes())


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path)


def shown(certificate: Certificate, files: Files) -> bytes | None:
    """What a client sees in a handshake in memory."""
    context = ssl.create_default_context()
    files.authority.configure_trust(context)
    files.authority.issue_cert("caller").configure_cert(context)
    up, down = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = context.wrap_bio(down, up, server_hostname="localhost")
    server = certificate.context.wrap_bio(up, down, server_side=True)
    for side in (client, server, client, server):
        try:
            side.do_handshake()
        except ssl.SSLWantReadError:
            continue
    return client.getpeercert(binary_form=True)


def der(path: Path) -> bytes:
    return ssl.PEM_cert_to_DER_cert(path.read_text())


async def test_the_files_are_read_anew_only_once_they_have_changed(files: Files):
    certificate = Certificate("listen", files.tls)
    context, first = certificate.context, certificate.context.current
    assert shown(certificate, files) == der(files.tls.certificate)
    await certificate.refresh()
    assert certificate.context.current is first
    files.issue()
    with capture_logs() as said:
        await certificate.refresh()
        await certificate.refresh()
    assert [(line["event"], line["listener"]) for line in said] == [("certificate read anew", "listen")]
    assert certificate.context is context
    assert shown(certificate, files) == der(files.tls.certificate)


@pytest.mark.parametrize("spoil", ["foreign key", "no key", "nonsense", "no callers"])
async def test_files_that_cannot_be_used_leave_the_old_certificate_and_are_told_once(files: Files, spoil: str):
    certificate = Certificate("listen", files.tls)
    before = der(files.tls.certificate)
    match spoil:
        case "foreign key":
            trustme.CA().issue_cert("localhost").private_key_pem.write_to_path(str(files.tls.key))
        case "no key":
            files.tls.key.unlink()
        case "nonsense":
            files.tls.certificate.write_text("none")
        case "no callers":
            assert files.tls.client_ca is not None
            files.tls.client_ca.write_text("")
    with capture_logs() as said:
        await certificate.refresh()
        await certificate.refresh()
    [line] = said
    assert (line["event"], line["log_level"]) == ("certificate kept", "error")
    assert line["problem"].startswith("listen: ")
    assert "; give PEM files" in line["problem"]
    assert shown(certificate, files) == before


async def test_it_recovers_once_the_files_are_mended(files: Files):
    certificate = Certificate("listen", files.tls)
    files.tls.key.unlink()
    with capture_logs():
        await certificate.refresh()
        files.issue()
        await certificate.refresh()
    assert shown(certificate, files) == der(files.tls.certificate)


async def test_files_that_no_descriptor_is_left_for_are_read_again(files: Files, monkeypatch: pytest.MonkeyPatch):
    def refuse(*_: object) -> None:
        raise StartError("listen: Too many open files") from OSError(errno.EMFILE, "Too many open files")

    certificate = Certificate("listen", files.tls)
    files.issue()
    with monkeypatch.context() as patch, capture_logs() as said:
        patch.setattr(module, "server_context", refuse)
        await certificate.refresh()
    assert [line["event"] for line in said] == ["certificate kept"]
    await certificate.refresh()
    assert shown(certificate, files) == der(files.tls.certificate)


def test_bad_files_at_the_start_are_no_start(files: Files):
    files.tls.key.unlink()
    with pytest.raises(StartError, match=r"server\.key"):
        Certificate("listen", files.tls)


def test_it_shows_what_it_is(files: Files):
    assert repr(Certificate("listen", files.tls)) == f"<Certificate listen {files.tls.certificate}>"
