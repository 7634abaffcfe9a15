from __future__ import annotations

import ssl
from pathlib import Path

import pytest
import trustme

from facade.config.settings import Listener, Tls
from facade.control.binding import address, cannot_listen, server_context
from facade.control.start import StartError

ADMIN = Listener("127.0.0.1", 9901)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OSError(98, "Address already in use"), "admin: 127.0.0.1:9901 is in use; stop what listens there"),
        (OSError(13, "Permission denied"), "admin: 127.0.0.1:9901 is not ours to open; take a port from 1024 on"),
        (OSError(99, "Cannot assign"), "admin: 127.0.0.1:9901 is no address of this machine; use 127.0.0.1"),
        (
            OSError(-2, "Name or service not known"),
            "admin: 127.0.0.1:9901 cannot be opened (Name or service not known)",
        ),
    ],
)
def test_a_listener_that_cannot_open_says_why_and_what_to_do(error: OSError, said: str):
    text = str(cannot_listen("admin", ADMIN, error))
    assert text.startswith(said)
    assert text.endswith("or give another address by --admin, FACADE_ADMIN or admin in facade.yaml")
    assert "\n" not in text


def test_an_ipv6_address_is_written_in_brackets():
    assert address("::1", 80) == "[::1]:80"
    assert address("127.0.0.1", 80) == "127.0.0.1:80"


@pytest.fixture
def tls(tmp_path: Path) -> Tls:
    authority = trustme.CA()
    issued = authority.issue_cert("localhost")
    issued.private_key_pem.write_to_path(str(tmp_path / "server.key"))
    issued.cert_chain_pems[0].write_to_path(str(tmp_path / "server.pem"))
    authority.cert_pem.write_to_path(str(tmp_path / "callers.pem"))
    return Tls(tmp_path / "server.pem", tmp_path / "server.key", tmp_path / "callers.pem")


def test_client_certificates_are_required_where_their_authority_is_given(tls: Tls):
    context = server_context("listen", tls)
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.minimum_version is ssl.TLSVersion.TLSv1_2
    assert context.options & ssl.OP_NO_RENEGOTIATION
    open_to_all = server_context("listen", Tls(tls.certificate, tls.key))
    assert open_to_all.verify_mode is ssl.CERT_NONE


@pytest.mark.parametrize("broken", ["certificate", "key", "client_ca"])
@pytest.mark.parametrize("how", ["missing", "nonsense"])
def test_a_certificate_that_cannot_be_used_is_one_line_that_says_which_and_why(tls: Tls, broken: str, how: str):
    path: Path = getattr(tls, broken)
    path.unlink() if how == "missing" else path.write_text("no PEM")
    with pytest.raises(StartError, match=r"^listen: .*; give PEM files that this user may read") as error:
        server_context("listen", tls)
    assert str(path) in str(error.value)
    assert "\n" not in str(error.value)


def test_a_certificate_with_another_ones_key_is_told(tls: Tls):
    trustme.CA().issue_cert("localhost").private_key_pem.write_to_path(str(tls.key))
    with pytest.raises(StartError, match="MISMATCH"):
        server_context("listen", tls)
