from pathlib import Path

import pytest
import trustme

from facade.config.settings import Tls

FACADE = "listen:\n  address: 127.0.0.1:8443\n  tls:\n    certificate: server.pem\n    key: server.key\n"
CLIENTS = FACADE + "    client_ca: callers.pem\n"


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA(key_type=trustme.KeyType.ECDSA)


@pytest.fixture
def folder(tmp_path: Path, authority: trustme.CA) -> Path:
    certificate = authority.issue_cert("localhost", key_type=trustme.KeyType.ECDSA)
    certificate.cert_chain_pems[0].write_to_path(tmp_path / "server.pem")
    certificate.private_key_pem.write_to_path(tmp_path / "server.key")
    authority.cert_pem.write_to_path(tmp_path / "callers.pem")
    return tmp_path


@pytest.fixture
def told(read, folder: Path):
    def told(text: str = FACADE, *, serving: bool = True) -> list[str]:
        return [str(each) for each in read({"facade.yaml": text}, serving=serving).mistakes]

    return told


def test_good_files_are_named_from_the_folder_of_the_configuration(read, folder: Path):
    listen = read({"facade.yaml": CLIENTS}).configuration.settings.listen
    assert listen.tls == Tls(folder / "server.pem", folder / "server.key", folder / "callers.pem")


def test_a_certificate_that_is_not_there_is_a_mistake(told, folder: Path):
    (folder / "server.pem").unlink()
    assert told() == [
        'facade.yaml:4: listen.tls.certificate "server.pem" does not exist; create it, or mend what points to it'
    ]
    assert told(serving=False) == told()


def test_a_key_that_is_not_there_is_a_mistake_in_serving_and_else_a_warning(read, told, folder: Path):
    (folder / "server.key").unlink()
    sentence = 'facade.yaml:5: listen.tls.key "server.key" does not exist; create it, or mend what points to it'
    assert told() == [sentence]
    loaded = read({"facade.yaml": FACADE}, serving=False)
    assert loaded.configuration is not None
    assert [str(each) for each in loaded.warnings] == [sentence]


def test_a_folder_in_place_of_a_file_is_a_mistake(told, folder: Path):
    (folder / "callers.pem").unlink()
    (folder / "callers.pem").mkdir()
    assert told(CLIENTS) == ['facade.yaml:6: listen.tls.client_ca "callers.pem" is not a file; put a file in its place']


def test_a_file_that_is_no_pem_is_a_mistake(told, folder: Path):
    (folder / "server.pem").write_bytes(b"\x30\x82\x01\x0a")
    assert told() == [
        'facade.yaml:4: listen.tls.certificate "server.pem" is not a PEM file; convert it to PEM, or name another'
    ]


def test_a_broken_certificate_is_a_mistake(told, folder: Path):
    (folder / "server.pem").write_text("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
    assert told() == [
        'facade.yaml:4: listen.tls.certificate "server.pem" holds no certificate with its chain; '
        "name the file with the server's certificate"
    ]


def test_a_key_of_another_certificate_is_a_mistake(told, folder: Path, authority: trustme.CA):
    other = authority.issue_cert("localhost", key_type=trustme.KeyType.ECDSA)
    other.private_key_pem.write_to_path(folder / "server.key")
    assert told() == [
        'facade.yaml:5: listen.tls.key "server.key" belongs to another certificate; name the certificate\'s own key'
    ]


def test_an_encrypted_key_is_a_mistake_and_nobody_is_asked_for_its_passphrase(told, folder: Path):
    from cryptography.hazmat.primitives import serialization

    key = serialization.load_pem_private_key((folder / "server.key").read_bytes(), None)
    encrypted = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(b"passphrase"),
    )
    (folder / "server.key").write_bytes(encrypted)
    assert told() == ['facade.yaml:5: listen.tls.key "server.key" is encrypted; store it without a passphrase']


def test_an_authority_without_certificates_is_a_mistake(told, folder: Path):
    (folder / "callers.pem").write_text("-----BEGIN NOTHING-----\n")
    assert told(CLIENTS) == [
        'facade.yaml:6: listen.tls.client_ca "callers.pem" holds no certificate; name the callers\' authority'
    ]
