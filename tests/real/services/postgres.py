"""A PostgreSQL server of its own, in a folder of its own, that a test may stop, freeze and start."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
from pathlib import Path

import trustme

from harness.ports import free_port
from services.programs import program

PASSWORD = "pa55word-of-the-register"
_PATIENCE = 30
"""Seconds for the server to do what it was told."""


class PostgresServer:
    """PostgreSQL in `folder`, started; with a `certificate` it speaks TLS too."""

    def __init__(self, folder: Path, certificate: trustme.LeafCert | None = None) -> None:
        self.folder = folder
        self.port = free_port()
        self._more = "" if certificate is None else self._tls(certificate)
        self._control = program("pg_ctl", "postgresql")
        self._user = "nobody" if os.getuid() == 0 else None  # the server refuses to run as root
        words = folder / "password"
        words.write_text(PASSWORD)
        if self._user is not None:
            shutil.chown(folder, self._user)
            shutil.chown(words, self._user)
        self._run(program("initdb", "postgresql"), "--auth=scram-sha-256", f"--pwfile={words}", "--username=facade",
                  "--encoding=UTF8", "--no-sync", "--locale=C.UTF-8", f"--pgdata={self.data}")  # fmt: skip
        self.start()

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def url(self) -> str:
        return self.at("127.0.0.1")

    def at(self, host: str) -> str:
        """Its URL by this name of the machine."""
        return f"postgresql://facade:{PASSWORD}@{host}:{self.port}/postgres"

    def start(self) -> None:
        options = (
            f"-c listen_addresses=127.0.0.1 -c port={self.port} -c unix_socket_directories='' -c fsync=off{self._more}"
        )
        self._run(self._control, "start", "--wait", f"--log={self.folder / 'log'}", f"--options={options}",
                  f"--pgdata={self.data}")  # fmt: skip

    def stop(self) -> None:
        """Stop at once, as a machine that loses its power does."""
        self._run(self._control, "stop", "--mode=immediate", "--wait", f"--pgdata={self.data}")

    def freeze(self) -> None:
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)

    def _tls(self, certificate: trustme.LeafCert) -> str:
        """The options that make it speak TLS; its key is its own user's alone, or it refuses it."""
        chain, key = self.folder / "server.pem", self.folder / "server.key"
        chain.write_bytes(b"".join(each.bytes() for each in certificate.cert_chain_pems))
        key.write_bytes(certificate.private_key_pem.bytes())
        key.chmod(0o600)
        if os.getuid() == 0:
            shutil.chown(key, "nobody")
        return f" -c ssl=on -c ssl_cert_file={chain} -c ssl_key_file={key}"

    def _signal(self, number: signal.Signals) -> None:
        """To the server's own processes, which are its first one's children."""
        first = int((self.data / "postmaster.pid").read_text().split()[0])
        children = Path(f"/proc/{first}/task/{first}/children").read_text().split()
        for process in (first, *map(int, children)):
            with contextlib.suppress(ProcessLookupError):  # one that serves nobody any more
                os.kill(process, number)

    def _run(self, *command: str) -> None:
        account = pwd.getpwnam(self._user) if self._user is not None else None
        done = subprocess.run(
            command,
            check=False,
            cwd=self.folder,
            timeout=_PATIENCE,
            user=account.pw_uid if account else None,
            group=account.pw_gid if account else None,
            extra_groups=[] if account else None,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,  # and no pipe, which the server would keep open
            stderr=subprocess.DEVNULL,
        )
        log = self.folder / "log"
        assert done.returncode == 0, (command, log.read_text()[-2000:] if log.exists() else "")
