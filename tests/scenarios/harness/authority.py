"""Certificates of a test: an authority for the listener, one for the callers, and contexts that use them."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field

import trustme

from harness.folder import Folder


@dataclass
class Authorities:
    """`listener` vouches for the facade's listener, `callers` for whoever calls it."""

    listener: trustme.CA = field(default_factory=trustme.CA)
    callers: trustme.CA = field(default_factory=trustme.CA)

    def furnish(self, folder: Folder, *, client_ca: bool = False, **settings: str) -> None:
        """Write the listener's files and a facade.yaml that names them."""
        self.certify(folder)
        folder.write("callers.pem", self.callers.cert_pem.bytes())
        tls = "certificate: server.pem, key: server.key" + (", client_ca: callers.pem" if client_ca else "")
        folder.facade(listen=f"{{address: '127.0.0.1:{folder.listen}', tls: {{{tls}}}}}", **settings)

    def certify(self, folder: Folder) -> None:
        """Put a new certificate with its key in the old one's place."""
        issued = self.listener.issue_cert("localhost", "127.0.0.1")
        folder.write("server.key", issued.private_key_pem.bytes())
        folder.write("server.pem", b"".join(pem.bytes() for pem in issued.cert_chain_pems))

    def trusting(self, caller: trustme.LeafCert | None = None) -> ssl.SSLContext:
        """A client that trusts the listener, and shows a certificate if it has one."""
        context = ssl.create_default_context()
        self.listener.configure_trust(context)
        if caller is not None:
            caller.configure_cert(context)
        return context
