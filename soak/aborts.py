"""Transfers that their clients abort midway, 10,000 by default: nothing of them stays, on either side."""

from __future__ import annotations

import random
import tempfile
import threading
from contextlib import suppress
from pathlib import Path
from typing import Final

from harness.client import Client, request
from harness.folder import Folder
from harness.sidecar import Sidecar
from soak.defects import Defects
from soak.result import Result
from soak.settling import is_settled, settled
from soak.silo import Silo

TRANSFERS: Final = 10_000

_CALLERS: Final = 16
_SIZE: Final = 16 * 2**20
"""Bytes of a transfer: more than all buffers on its way hold, so that it is under way when it is aborted."""

_SENT: Final = 2**19
"""Bytes of an upload that are sent, at most."""

_PATIENCE: Final = 10.0
"""Seconds in which everything must be as it was before."""


def run(transfers: int, seed: int) -> Result:
    with tempfile.TemporaryDirectory(prefix="facade-soak-") as path, Silo() as silo:
        folder = Folder(Path(path) / "config")
        folder.facade(log="{requests: 0%, errors: none, level: info}")
        folder.rest(silo.url)
        with Sidecar(folder).ready() as sidecar:
            defects = Defects(sidecar)
            before = sidecar.descriptors(), silo.open
            aborted = _abort_all(sidecar.port, transfers, seed)
            connections, slow = settled(lambda: silo.open, before[1], _PATIENCE)
            descriptors, slower = settled(sidecar.descriptors, before[0], _PATIENCE - slow)
            defects.look()
            busy = sum(value for name, value in sidecar.metrics().items() if name.startswith("facade_in_flight{"))
    result = Result("aborts", f"{transfers:,} transfers of {_SIZE:,} bytes, seed {seed}")
    for kind, count in aborted.items():
        result.add(f"aborted in the {kind}", f"{count:,}")
    result.add("descriptors before and after", f"{before[0]}, {descriptors}", is_settled(descriptors, before[0]))
    result.add("connections to the silo before and after", f"{before[1]}, {connections}", connections <= before[1] + 5)
    result.add("seconds until then", f"{slow + slower:.1f}", slow + slower < _PATIENCE)
    result.add("calls in flight afterwards", f"{busy:.0f}", not busy)
    result.add("defects in the log", str(len(defects.found)), not defects.found)
    result.details = defects.found
    return result


def _abort_all(port: int, transfers: int, seed: int) -> dict[str, int]:
    """Abort them; how many were uploads and downloads."""
    numbers = iter(range(transfers))
    counts = {"upload": 0, "download": 0}

    def call() -> None:
        for number in numbers:
            chance = random.Random((seed << 40) + number)
            kind = chance.choice(("upload", "download"))
            (_abort_upload if kind == "upload" else _abort_download)(port, chance)
            counts[kind] += 1

    threads = [threading.Thread(target=call, daemon=True) for _ in range(_CALLERS)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    return counts


def _abort_upload(port: int, chance: random.Random) -> None:
    framing = chance.choice((f"Content-Length: {_SIZE}", "Transfer-Encoding: chunked"))
    body = chance.randbytes(chance.randrange(_SENT))
    if framing.startswith("Transfer"):
        body = b"%x\r\n%b" % (_SIZE, body)
    with Client(port) as client:
        client.send(request("POST", "/upload", framing) + body)
        _hang_up(client, chance)


def _abort_download(port: int, chance: random.Random) -> None:
    framing = chance.choice(("length", "chunks", "close"))
    with Client(port) as client:
        client.send(request("GET", f"/download/{_SIZE}/{framing}"))
        for _ in range(chance.randrange(4)):
            client.more()
        _hang_up(client, chance)


def _hang_up(client: Client, chance: random.Random) -> None:
    if chance.random() < 0.5:
        with suppress(OSError):
            client.reset()
