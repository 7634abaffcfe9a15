"""A licence register as a web application in another language, on a free port: `screen/licences.php`, run by PHP."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from contextlib import closing
from pathlib import Path

from services.programs import program

APPLICATION = Path(__file__).parent / "screen" / "licences.php"
_PATIENCE = 10.0


class ScreenSilo:
    """The running application. PHP's own server forks so many workers, and keeps sessions in `folder`."""

    def __init__(self, folder: Path, workers: int = 4) -> None:
        self._php = program("php", "php-cli")
        self._folder = folder
        self._workers = workers
        with closing(socket.socket()) as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        self._process = subprocess.Popen(
            [self._php, "-S", f"127.0.0.1:{self.port}", str(APPLICATION)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            env={
                "PATH": os.environ["PATH"],
                "SESSIONS": str(self._folder),
                "PHP_CLI_SERVER_WORKERS": str(self._workers),
            },
        )
        until = time.monotonic() + _PATIENCE
        while time.monotonic() < until:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
            except OSError:
                time.sleep(0.05)
            else:
                return
        raise AssertionError("php does not answer")

    def sign_everybody_out(self) -> None:
        """What an administrator does at noon."""
        for session in self._folder.glob("sess_*"):
            session.unlink()

    def kill(self) -> None:
        """The workers too, in the midst of what they do."""
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(_PATIENCE)
