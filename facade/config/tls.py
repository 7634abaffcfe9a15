"""The PEM files that a listener or a target's TLS names: there, readable, a certificate with its key.

They are read when the configuration is checked, so that a wrong one is told with its line and nobody is cut off by it.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NoReturn

from facade.config.facade_file import TlsBlock
from facade.config.files import read_file
from facade.config.mistake import Mistake, quote
from facade.config.nodes import Node, ScalarNode, locate
from facade.config.reach import TargetTlsBlock
from facade.port import Unreadable

MAX_PEM_BYTES: Final = 1024 * 1024
"""Bytes of one PEM file: a bundle of every public authority is a quarter of it."""

_LISTENER: Final = ("listen", "tls")


@dataclass(frozen=True, slots=True)
class TlsFinding:
    """A mistake about one PEM file. `is_missing_secret` where it is the private key that is not there."""

    mistake: Mistake
    is_missing_secret: bool = False


@dataclass(frozen=True, slots=True)
class _Block:
    """A block that names PEM files, by key: a `certificate` with its `key`, and authorities at `authority`.

    `trail` leads to it from `root`; `owner` has the certificate, and `signer` is what the authorities are.
    """

    root: Node
    trail: tuple[str, ...]
    folder: Path
    names: Mapping[str, str]
    authority: str
    owner: str
    signer: str

    def mistake(self, key: str, what: str, mend: str) -> Mistake:
        located = locate(self.root, (*self.trail, key))
        shown = located.node.shown if isinstance(located.node, ScalarNode) else None
        quoted = "" if shown is None else f" {quote(shown)}"
        return Mistake(located.place, f"{'.'.join((*self.trail, key))}{quoted} {what}", mend)


def check_tls(root: Node, block: TlsBlock, folder: Path) -> list[TlsFinding]:
    """Everything that is wrong with a listener's files; `root` is facade.yaml's node, for the lines."""
    names = _named(certificate=block.certificate, key=block.key, client_ca=block.client_ca)
    return _check(_Block(root, _LISTENER, folder, names, "client_ca", "the server", "the callers' authority"))


def check_target_tls(root: Node, trail: tuple[str, ...], block: TargetTlsBlock, folder: Path) -> list[TlsFinding]:
    """Everything that is wrong with the files of TLS to a target; `trail` leads from `root` to the block."""
    names = _named(ca=block.ca, certificate=block.certificate, key=block.key)
    return _check(_Block(root, trail, folder, names, "ca", "the facade", "the authority that signs for the target"))


def tell(findings: Iterable[TlsFinding], mistakes: list[Mistake], warnings: list[Mistake], *, serving: bool) -> None:
    """Add findings to what is told. Who checks files in a pipeline has no keys."""
    for finding in findings:
        only_warns = finding.is_missing_secret and not serving
        (warnings if only_warns else mistakes).append(finding.mistake)


def _named(**names: str | None) -> dict[str, str]:
    return {key: name for key, name in names.items() if name is not None}


def _check(block: _Block) -> list[TlsFinding]:
    return list(_unreadable(block)) or list(_unfit(block))


def _unreadable(block: _Block) -> Iterator[TlsFinding]:
    for key, name in block.names.items():
        try:
            data = read_file(block.folder / name, MAX_PEM_BYTES)
        except Unreadable as error:
            is_missing_secret = error.is_absent and key == "key"
            yield TlsFinding(block.mistake(key, error.what, error.mend), is_missing_secret)
        else:
            if b"-----BEGIN " not in data:
                yield TlsFinding(block.mistake(key, "is not a PEM file", "convert it to PEM, or name another"))


def _unfit(block: _Block) -> Iterator[TlsFinding]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    paths = {key: block.folder / name for key, name in block.names.items()}
    wording = ("certificate", "holds no certificate with its chain", f"name the file with {block.owner}'s certificate")
    try:
        if "certificate" in paths:
            context.load_cert_chain(paths["certificate"], paths["key"], password=_refuse_password)
        wording = (block.authority, "holds no certificate", f"name {block.signer}")
        if block.authority in paths:
            context.load_verify_locations(paths[block.authority])
    except _EncryptedError:
        yield TlsFinding(block.mistake("key", "is encrypted", "store it without a passphrase"))
    except ssl.SSLError as error:
        if error.reason == "KEY_VALUES_MISMATCH":
            wording = ("key", "belongs to another certificate", "name the certificate's own key")
        yield TlsFinding(block.mistake(*wording))


class _EncryptedError(Exception):
    """The private key needs a passphrase, and OpenSSL would ask for it at the terminal."""


def _refuse_password() -> NoReturn:
    raise _EncryptedError
