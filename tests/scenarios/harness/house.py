"""One sidecar between two peers that many tests share, because a process takes a second to start."""

from __future__ import annotations

from dataclasses import dataclass

from harness.client import Client, ask
from harness.folder import Folder
from harness.messages import Message
from harness.peer import Peer
from harness.ports import free_port
from harness.sidecar import Sidecar

ROUTES = """\
routes:
  - {{name: old, match: "/old/{{rest...}}", legacy: portal, platform: "{platform}", stage: legacy}}
  - {{name: new, match: "/new/{{rest...}}", legacy: portal, platform: "{platform}", stage: complete}}
  - {{name: items.read, match: "GET /items/{{number}}", legacy: portal, stage: legacy}}
  - {{name: items.write, match: "PUT /items/{{number}}", legacy: portal, stage: legacy}}
  - {{name: dead, match: "/dead/{{rest...}}", platform: "{dead}", stage: complete}}
  - {{name: silent, match: "/silent/{{rest...}}", platform: {{url: "{platform}", timeout: 300ms}}, stage: complete}}
  - {{name: bounded, match: "/bounded/{{rest...}}", platform: "{platform}", stage: complete, timeout: 700ms}}
"""


@dataclass
class House:
    """`old` is answered by the legacy peer, `new` by the platform peer; nobody listens behind `dead`."""

    sidecar: Sidecar
    legacy: Peer
    platform: Peer

    @property
    def port(self) -> int:
        return self.sidecar.port

    def client(self) -> Client:
        return Client(self.port)

    def ask(self, data: bytes) -> Message:
        return ask(self.port, data)


def furnish(folder: Folder, legacy: Peer, platform: Peer) -> None:
    """Write the configuration that the tests of ordinary traffic share."""
    folder.silo("portal", legacy.url)
    folder.routes(ROUTES.format(platform=platform.url, dead=f"http://127.0.0.1:{free_port()}"))
