"""The PEM files that a listener names: there, readable, a certificate with its key.

They are read when the configuration is checked, so that a wrong one is told with its line and nobody is cut off by it.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NoReturn

from facade.config.facade_file import TlsBlock
from facade.config.files import Unreadable, read_file
from facade.config.mistake import Mistake, quote
from facade.config.nodes import Node, locate

MAX_PEM_BYTES: Final = 1024 * 1024
"""Bytes of one PEM file: a bundle of every public authority is a quarter of it."""

_TRAIL: Final = ("listen", "tls")
_NO_CHAIN: Final = "holds no certificate with its chain"


@dataclass(frozen=True, slots=True)
class TlsFinding:
    """A mistake about one PEM file. `is_missing_secret` where it is the private key that is not there."""

    mistake: Mistake
    is_missing_secret: bool = False


def check_tls(root: Node, block: TlsBlock, folder: Path) -> list[TlsFinding]:
    """Everything that is wrong with a listener's files; `root` is facade.yaml's node, for the lines."""
    unreadable = list(_unreadable(root, block, folder))
    return unreadable or list(_unfit(root, block, folder))


def _unreadable(root: Node, block: TlsBlock, folder: Path) -> Iterator[TlsFinding]:
    for key, name in _files(block):
        try:
            data = read_file(folder / name, MAX_PEM_BYTES)
        except Unreadable as error:
            mistake = _mistake(root, key, name, error.what, error.mend)
            yield TlsFinding(mistake, is_missing_secret=error.is_absent and key == "key")
        else:
            if b"-----BEGIN " not in data:
                yield TlsFinding(_mistake(root, key, name, "is not a PEM file", "convert it to PEM, or name another"))


def _unfit(root: Node, block: TlsBlock, folder: Path) -> Iterator[TlsFinding]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    key, name, wording = "certificate", block.certificate, (_NO_CHAIN, "name the file with the server's certificate")
    try:
        context.load_cert_chain(folder / block.certificate, folder / block.key, password=_refuse_password)
        key, name, wording = "client_ca", block.client_ca or "", ("holds no certificate", "name the callers' authority")
        if block.client_ca is not None:
            context.load_verify_locations(folder / block.client_ca)
    except _EncryptedError:
        yield TlsFinding(_mistake(root, "key", block.key, "is encrypted", "store it without a passphrase"))
    except ssl.SSLError as error:
        if error.reason == "KEY_VALUES_MISMATCH":
            key, name, wording = "key", block.key, ("belongs to another certificate", "name the certificate's own key")
        yield TlsFinding(_mistake(root, key, name, *wording))


class _EncryptedError(Exception):
    """The private key needs a passphrase, and OpenSSL would ask for it at the terminal."""


def _refuse_password() -> NoReturn:
    raise _EncryptedError


def _files(block: TlsBlock) -> Iterator[tuple[str, str]]:
    yield "certificate", block.certificate
    yield "key", block.key
    if block.client_ca is not None:
        yield "client_ca", block.client_ca


def _mistake(root: Node, key: str, name: str, what: str, mend: str) -> Mistake:
    trail = (*_TRAIL, key)
    return Mistake(locate(root, trail).place, f"{'.'.join(trail)} {quote(name)} {what}", mend)
