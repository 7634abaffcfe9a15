"""A silo that speaks SOAP, the planning register, behind the soap adapter and the platform interface."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from facade.demo.planning import PATH, reply
from harness.client import get, problem
from harness.folder import Folder
from harness.sidecar import Sidecar

WSDL = Path(__file__).resolve().parents[2] / "config/silos/planning-register.wsdl"

SILO = """\
silo: planning
adapter: soap
settings: {{wsdl: planning-register.wsdl, endpoint: "http://127.0.0.1:{port}{path}"}}
protect: {{timeout: 5s}}
operations:
  get:
    call: GetApplication
    arguments: {{RefNo: "{{path.reference}}"}}
    answer:
      reference: ref_no
      fee: fee_paid
      decided: decided_on
      conditions: conditions.condition
    faults: {{ApplicationNotFound: 404}}
"""

ROUTES = """\
routes:
  - {name: applications.read, match: "GET /applications/{reference}", legacy: planning.get, stage: legacy}
"""


class Register(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        status, body = reply(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(status)
        self.send_header("Content-Type", "text/xml; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Register)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


def folder(place: Path, port: int) -> Folder:
    made = Folder(place / "config")
    made.facade()
    made.write("silos/planning.yaml", SILO.format(port=port, path=PATH))
    made.write("silos/planning-register.wsdl", WSDL.read_text())
    made.routes(ROUTES)
    return made


@pytest.fixture(scope="module")
def sidecar(tmp_path_factory: pytest.TempPathFactory, port: int) -> Iterator[Sidecar]:
    with Sidecar(folder(tmp_path_factory.mktemp("soap"), port)).ready() as running:
        yield running


def test_a_record_is_answered_in_the_platforms_shape(sidecar: Sidecar) -> None:
    answer = get(sidecar.port, "/applications/PA10003")
    assert answer.status == 200
    assert answer.body == (
        b'{"reference":"PA10003","fee":292.70,"decided":"2026-04-18",'
        b'"conditions":["materials to match","no work on Sundays","trees to be kept"]}'
    )


def test_what_is_nil_and_what_is_empty_is_said(sidecar: Sidecar) -> None:
    answer = json.loads(get(sidecar.port, "/applications/PA10002").body)
    assert (answer["decided"], answer["conditions"]) == (None, [])


def test_the_silos_fault_is_the_status_that_the_operator_gave(sidecar: Sidecar) -> None:
    answer = get(sidecar.port, "/applications/PA00001")
    assert "the silo says no (ApplicationNotFound)" in problem(answer, 404)["detail"]


def test_what_the_wsdl_forbids_is_the_callers_mistake(sidecar: Sidecar) -> None:
    answer = get(sidecar.port, "/applications/PA1%3C")
    assert problem(answer, 400)["detail"] == "{path.reference}: must match the pattern that the WSDL gives"


def test_a_silo_that_is_gone_is_a_502(tmp_path: Path) -> None:
    with Sidecar(folder(tmp_path, 1)).ready() as running:
        assert get(running.port, "/applications/PA10003").status == 502
