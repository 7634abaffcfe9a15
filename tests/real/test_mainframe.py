"""The mainframe kind asks a COBOL program over TCP: its copybooks and its packed decimals are its own."""

from __future__ import annotations

import asyncio
import contextlib
import json
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.mainframe import ADAPTER
from facade.port import Adapter, BadArgument, Call, SiloSaysNo, SiloUnreachable
from facade.testing import fake_files, fake_services, make_call
from services.cobol import compiled

REQUEST = """
       01  INQUIRY.
           05  INQ-FUNC            PIC X.
               88  IS-INQUIRY      VALUE "V".
           05  INQ-REG             PIC X(8).
           05  INQ-AMOUNT          PIC S9(5)V99 COMP-3.
"""
REPLY = """
       01  VEHICLE.
           05  RETURN-CODE-OUT     PIC 99.
           05  VEH-REG             PIC X(8).
           05  TAX-DUE             PIC S9(5)V99 COMP-3.
           05  MILES               PIC S9(9) COMP.
           05  DETAIL-KIND         PIC X.
           05  DETAIL-A.
               10  SEATS           PIC 9(4).
           05  DETAIL-B REDEFINES DETAIL-A.
               10  LOAD-TONNES     PIC S9(2)V9 SIGN TRAILING SEPARATE.
           05  OWNER-COUNT         PIC 9.
           05  OWNER OCCURS 3 TIMES.
               10  OWNER-NAME      PIC X(10).
               10  OWNER-FROM      PIC 9(8) COMP-3.
"""
REPLY_BYTES = 2 + 8 + 4 + 4 + 1 + 4 + 1 + 3 * 15

PROGRAM = """
       IDENTIFICATION DIVISION.
       PROGRAM-ID. VEHINQ.
       DATA DIVISION.
       WORKING-STORAGE SECTION.
       01  CALLS                   PIC S9(9) COMP VALUE 0.
       LINKAGE SECTION.
           COPY "vehinq.cpy".
           COPY "vehrec.cpy".
       PROCEDURE DIVISION USING INQUIRY VEHICLE.
           ADD 1 TO CALLS.
           MOVE LOW-VALUES TO VEHICLE.
           MOVE 4 TO RETURN-CODE-OUT.
           IF INQ-REG = "NOBODY" OR NOT IS-INQUIRY GOBACK.
           INITIALIZE VEHICLE.
           MOVE INQ-REG TO VEH-REG.
           COMPUTE TAX-DUE = INQ-AMOUNT * -2 + 0.01.
           MOVE -123456789 TO MILES.
           MOVE "A" TO DETAIL-KIND.
           MOVE 5 TO SEATS.
           IF INQ-REG = "LORRY"
               MOVE "B" TO DETAIL-KIND
               MOVE -7.5 TO LOAD-TONNES
           END-IF.
           MOVE 2 TO OWNER-COUNT.
           MOVE "ANN" TO OWNER-NAME (1).
           MOVE 20200131 TO OWNER-FROM (1).
           MOVE "BOB" TO OWNER-NAME (2).
           GOBACK.
"""

OPERATION = {
    "request": "vehinq.cpy",
    "reply": "vehrec.cpy",
    "redefines": {"DETAIL-B": {"DETAIL-KIND": "B"}},
    "arguments": {"INQ-FUNC": "V", "INQ-REG": "{path.registration}", "INQ-AMOUNT": "{query.amount:decimal=0}"},
    "faults": {"RETURN-CODE-OUT": {"04": 404}},
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("mainframe")
    (folder / "vehinq.cpy").write_text(REQUEST)
    (folder / "vehrec.cpy").write_text(REPLY)
    source = folder / "VEHINQ.cob"
    source.write_text(PROGRAM)
    compiled(source, "-m", "-std=ibm")
    return folder


@contextlib.contextmanager
def listener(folder: Path) -> Iterator[tuple[subprocess.Popen[str], int]]:
    script = Path(__file__).parent / "services/cobol_listener.py"
    command = [sys.executable, script, folder / "VEHINQ.so", "VEHINQ", str(REPLY_BYTES)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process, int(process.stdout.readline())
        finally:
            process.kill()


@contextlib.asynccontextmanager
async def adapter(folder: Path, port: int) -> AsyncIterator[Adapter]:
    settings = {"host": "127.0.0.1", "port": port, "frame": "length2", "code_page": "ascii"}
    model = ADAPTER.settings.model_validate(settings)
    operations = {"inquire": ADAPTER.operation.model_validate(OPERATION)}
    assert ADAPTER.examine(model, operations, folder, fake_files(folder)) == ()
    opened = await ADAPTER.open(model, operations, fake_services(folder))
    try:
        yield opened
    finally:
        await opened.close()


def ask(registration: str, amount: str = "0") -> Call:
    deadline = asyncio.get_running_loop().time() + 30
    call = make_call("inquire", path={"registration": registration}, query={"amount": amount})
    return replace(call, deadline=deadline)


async def test_what_cobol_computes_is_what_the_caller_gets(folder: Path) -> None:
    with listener(folder) as (_, port):
        async with adapter(folder, port) as open_adapter:
            answer = await open_adapter.call(ask("AB12CDE", "95.10"))
            assert b'"tax_due":-190.19,' in answer.body
            assert json.loads(answer.body) == {
                "return_code_out": 0,
                "veh_reg": "AB12CDE",
                "tax_due": -190.19,
                "miles": -123456789,
                "detail_kind": "A",
                "seats": 5,
                "owner_count": 2,
                "owner": [
                    {"owner_name": "ANN", "owner_from": 20200131},
                    {"owner_name": "BOB", "owner_from": 0},
                    {"owner_name": "", "owner_from": 0},
                ],
            }
            assert b'"load_tonnes":-7.5' in (await open_adapter.call(ask("LORRY"))).body
            with pytest.raises(SiloSaysNo) as no:
                await open_adapter.call(ask("NOBODY"))
            assert no.value.status == 404
            with pytest.raises(BadArgument):
                await open_adapter.call(ask("AB12CDE", "100000"))


async def test_many_callers_share_the_connections(folder: Path) -> None:
    with listener(folder) as (_, port):
        async with adapter(folder, port) as open_adapter:
            answers = await asyncio.gather(*(open_adapter.call(ask(f"R{number}")) for number in range(200)))
            assert [json.loads(answer.body)["veh_reg"] for answer in answers] == [f"R{number}" for number in range(200)]


async def test_a_program_that_is_gone_is_unreachable_until_it_is_back(folder: Path) -> None:
    with listener(folder) as (process, port):
        async with adapter(folder, port) as open_adapter:
            await open_adapter.call(ask("AB12CDE"))
            process.kill()
            process.wait()
            with pytest.raises(SiloUnreachable):
                await open_adapter.call(ask("AB12CDE"))
