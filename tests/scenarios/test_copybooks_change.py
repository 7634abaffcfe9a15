"""A silo's copybook is part of its configuration: changed alone it is read anew, broken it changes nothing."""

from __future__ import annotations

import asyncio
import json
import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from facade.demo.vehicles import VEHICLES, listen
from harness.client import Client, get, request
from harness.folder import Folder
from harness.load import Load
from harness.patience import eventually
from harness.sidecar import Sidecar

COPYBOOKS = Path(__file__).resolve().parents[2] / "config/silos/copybooks"
CHANGES = 10
CALLERS = 8

SILO = """\
silo: register
adapter: mainframe
settings: {{host: 127.0.0.1, port: {port}, frame: length2, code_page: cp1146, connections: 4}}
operations:
  inquire:
    request: copybooks/vehinq.cpy
    reply: copybooks/vehrec.cpy
    redefines: {{DETAIL-B: {{DETAIL-KIND: B}}}}
    arguments: {{INQ-FUNC: V, INQ-REG: "{{path.registration}}"}}
    faults: {{RETURN-CODE: {{"04": 404}}}}
"""
ROUTES = """\
routes:
  - {name: vehicles.read, match: "GET /vehicles/{registration}", legacy: register.inquire, stage: legacy}
"""


class Mainframe:
    """The demonstration's own, in a thread."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._server = self._loop.run_until_complete(listen("127.0.0.1", 0))
        self.port = self._server.sockets[0].getsockname()[1]
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()

    def connections(self) -> int:
        async def conversations() -> int:
            return len(asyncio.all_tasks()) - 1

        return asyncio.run_coroutine_threadsafe(conversations(), self._loop).result()

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._server.close()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(asyncio.sleep(0))
        self._loop.close()


@pytest.fixture
def mainframe() -> Iterator[Mainframe]:
    running = Mainframe()
    yield running
    running.close()


@pytest.fixture
def register(folder: Folder, mainframe: Mainframe) -> Folder:
    folder.write("silos/register.yaml", SILO.format(port=mainframe.port))
    (folder / "silos/copybooks").mkdir()
    for copybook in COPYBOOKS.iterdir():
        folder.write(f"silos/copybooks/{copybook.name}", copybook.read_bytes())
    folder.routes(ROUTES)
    return folder


def name_the_make(folder: Folder, name: str) -> None:
    text = (COPYBOOKS / "vehrec.cpy").read_text()
    assert "VEH-MAKE" in text
    folder.write("silos/copybooks/vehrec.cpy", text.replace("VEH-MAKE", name))


def fields(port: int) -> dict[str, object]:
    answer = get(port, f"/vehicles/DV{VEHICLES[0]}")
    assert answer.status == 200, answer.body
    found: dict[str, object] = json.loads(answer.body)
    return found


class Names:
    """What the make was called, and which of these names surely is read."""

    def __init__(self) -> None:
        self.written = ["veh_make"]
        self.running = 0

    def turn(self, client: Client, number: int) -> None:
        first = self.running
        answer = client.ask(request("GET", f"/vehicles/DV{VEHICLES[number]}"))
        assert answer.status == 200
        names = {name for name in json.loads(answer.body) if name.startswith("veh_m")}
        allowed = self.written[first:]
        assert len(names) == 1
        assert names <= set(allowed), f"{names}, allowed: {allowed}"


def test_a_copybook_changed_under_load_is_read_anew_and_nothing_is_lost(
    register: Folder, serve: Callable[..., Sidecar]
) -> None:
    sidecar, names = serve(register), Names()
    with Load(sidecar.port, CALLERS, names.turn) as load:
        for number in range(CHANGES):
            names.written.append(f"veh_m{number}")
            sidecar.changed(name_the_make, register, f"VEH-M{number}")
            names.running = len(names.written) - 1
        before = load.answered
        eventually(lambda: load.answered > before + CALLERS, "they ask on")
    assert load.failures == []
    assert sidecar.metric('facade_config_reloads_total{result="accepted"}') == 1 + CHANGES


def test_a_broken_copybook_is_rejected_and_a_restart_on_it_serves_the_last_accepted_with_its_own(
    register: Folder, serve: Callable[..., Sidecar]
) -> None:
    sidecar = serve(register)
    sidecar.changed(name_the_make, register, "VEH-MADE")
    revision = sidecar.running()
    eventually(
        lambda: json.loads((register / "state/accepted.json").read_text().partition("\n")[2])["revision"] == revision,
        "it is kept",
    )
    register.edit("silos/copybooks/vehrec.cpy", "PIC X(12)", "PIC Q(12)")
    rejected = eventually(lambda: sidecar.config()["rejected"], "the broken copybook is rejected")
    assert "copybooks/vehrec.cpy:8" in rejected["reasons"][0]
    assert rejected["reasons"][0].startswith("silos/register.yaml:7: operations.inquire.reply: ")
    assert "veh_made" in fields(sidecar.port)

    sidecar.tell(signal.SIGKILL)
    sidecar.left()
    again = serve(register)
    assert again.config()["from_state"]
    assert again.running() == revision
    assert "veh_made" in fields(again.port)
    again.changed(name_the_make, register, "VEH-MENDED")
    assert "veh_mended" in fields(again.port)
    assert not again.config()["from_state"]


def test_the_same_bytes_keep_the_revision_and_the_connections(
    register: Folder, mainframe: Mainframe, serve: Callable[..., Sidecar]
) -> None:
    sidecar = serve(register)
    fields(sidecar.port)
    revision = sidecar.running()
    name_the_make(register, "VEH-MAKE")
    eventually(lambda: sidecar.metric('facade_config_reloads_total{result="unchanged"}'), "it was read again")
    register.write("routes/more.yaml", ROUTES.replace("vehicles", "lorries"))
    eventually(lambda: sidecar.running() != revision, "another route runs")
    fields(sidecar.port)
    assert mainframe.connections() == 1
