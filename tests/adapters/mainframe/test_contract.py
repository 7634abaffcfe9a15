"""The mainframe kind keeps the contract of every adapter."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path

from adapters.mainframe import ADAPTER
from facade.port import Call
from facade.testing import AdapterContract, make_call

REQUEST = """
       01  INQUIRY.
           05  INQ-REG      PIC X(8).
           05  INQ-PIN      PIC 9(4).
"""
REPLY = """
       01  VEHICLE.
           05  RETURN-CODE  PIC 99.
           05  VEH-REG      PIC X(8).
           05  KEEPER       PIC X(12).
           05  TAX-DUE      PIC S9(5)V99 COMP-3.
"""
GOOD = "00AB12CDE Jane Secret ".encode("cp037") + bytes.fromhex("0019075c")
WORDLESS = GOOD[:-4] + b"\x40\x40\x40\x40"


class Program:
    """A program of the silo's. What it answers stands in the registration that it is asked for."""

    def __init__(self) -> None:
        self.talks: set[asyncio.Task[None]] = set()

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self.talks.add(task)
        try:
            while True:
                length = int.from_bytes(await reader.readexactly(2), "big")
                asked = (await reader.readexactly(length)).decode("cp037")[:8].strip()
                if asked == "NEVER":
                    await reader.read()  # until the caller has gone
                await self.answer(asked, writer)
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass
        finally:
            self.talks.discard(task)
            writer.close()

    async def answer(self, asked: str, writer: asyncio.StreamWriter) -> None:
        if asked == "DIES":
            writer.write(len(GOOD).to_bytes(2, "big") + GOOD[:9])
            raise ConnectionError
        if asked == "GONE":
            raise ConnectionError
        answers = {"SPACES": WORDLESS, "SHORT": GOOD[:-1], "LONG": GOOD + b"\x40"}
        record = answers.get(asked, GOOD)
        writer.write((60_000 if asked == "HUGE" else len(record)).to_bytes(2, "big") + record)
        await writer.drain()


class TestMainframe(AdapterContract):
    kind = ADAPTER
    secrets = ("AB12CDE", "Jane Secret", "190.75", "7788")

    @contextlib.asynccontextmanager
    async def silo(self, folder: Path) -> AsyncIterator[Mapping[str, object]]:
        (folder / "request.cpy").write_text(REQUEST)
        (folder / "reply.cpy").write_text(REPLY)
        program = Program()
        server = await asyncio.start_server(program, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        try:
            yield {"host": "127.0.0.1", "port": port, "frame": "length2", "code_page": "cp037", "connections": 4}
        finally:
            server.close()
            talks = list(program.talks)
            for talk in talks:
                talk.cancel()
            await asyncio.gather(*talks)

    def missing(self, folder: Path) -> Mapping[str, object]:
        (folder / "request.cpy").write_text(REQUEST)
        (folder / "reply.cpy").write_text(REPLY)
        return {"host": "127.0.0.1", "port": 1, "frame": "length2", "code_page": "cp037"}

    def operations(self) -> Mapping[str, Mapping[str, object]]:
        return {
            "inquire": {
                "request": "request.cpy",
                "reply": "reply.cpy",
                "arguments": {"INQ-REG": "{path.registration}", "INQ-PIN": "{query.pin:int=1}"},
                "answer": {"keeper": "keeper", "due": "tax_due"},
                "faults": {"RETURN-CODE": {"04": 404}},
            }
        }

    def ask(self, registration: str, pin: str = "7788") -> Call:
        return make_call("inquire", path={"registration": registration}, query={"pin": pin})

    def ordinary(self) -> Call:
        return self.ask("AB12CDE")

    def slow(self) -> Call:
        return self.ask("NEVER")

    def misfit(self) -> Call:
        return self.ask("AB12CDE", "77887788")

    def nonsense(self) -> Sequence[Call]:
        return (self.ask("SPACES"), self.ask("SHORT"), self.ask("LONG"), self.ask("HUGE"))

    def dying(self) -> Sequence[Call]:
        return (self.ask("DIES"), self.ask("GONE"))
