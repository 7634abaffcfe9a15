"""The pool of connections: kept, bounded, never asked again what writes, and never answered with another's reply."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable

import pytest
import uvloop

from adapters.mainframe.frames import Framing
from adapters.mainframe.pool import Pool
from facade.port import SiloFull, SiloLate, SiloNonsense, SiloUnreachable

Answer = Callable[[bytes], bytes | None]
"""A request's record to what is sent back, its frame included; None closes the connection without a word."""


class Mainframe:
    """A listener. `asked` are the records that came, `connections` how many connections were made."""

    def __init__(self, answer: Answer, head: int) -> None:
        self.asked: list[bytes] = []
        self.connections = 0
        self.open: list[asyncio.StreamWriter] = []
        self.port = 0
        self._answer = answer
        self._head = head

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.open.append(writer)
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                length = int.from_bytes(await reader.readexactly(self._head), "big") if self._head else 12
                self.asked.append(await reader.readexactly(length))
                answer = self._answer(self.asked[-1])
                if answer is None:
                    break
                writer.write(answer)
                await writer.drain()
        writer.close()


@contextlib.asynccontextmanager
async def mainframe(answer: Answer, head: int = 2) -> AsyncIterator[Mainframe]:
    program = Mainframe(answer, head)
    server = await asyncio.start_server(program.talk, "127.0.0.1", 0)
    program.port = server.sockets[0].getsockname()[1]
    try:
        yield program
    finally:
        server.close()
        for writer in program.open:
            writer.close()


async def until(come: Callable[[], object]) -> None:
    """Wait until it has come; the test's own time-out says where it hangs."""
    for _ in range(100_000):
        if come():
            return
        await asyncio.sleep(0)
    raise AssertionError("it never came")


FRAMING = Framing(head=2, most=20)


def framed(record: bytes) -> bytes:
    return len(record).to_bytes(2, "big") + record


@contextlib.asynccontextmanager
async def pool_of(program: Mainframe, size: int = 1) -> AsyncIterator[Pool]:
    pool = Pool("127.0.0.1", program.port, size, asyncio.get_running_loop().time)
    try:
        yield pool
    finally:
        await pool.close()


async def ask(pool: Pool, record: bytes, *, again: bool = True, seconds: float = 10) -> bytes:
    deadline = asyncio.get_running_loop().time() + seconds
    return await pool.ask("inquire", record, FRAMING, deadline, again=again)


async def test_a_connection_is_kept_between_calls() -> None:
    async with mainframe(framed) as program, pool_of(program) as pool:
        assert [await ask(pool, b"a"), await ask(pool, b"bc")] == [b"a", b"bc"]
        assert (program.connections, repr(pool)) == (1, "<Pool open=1 idle=1 closed=False>")


async def test_each_connection_is_asked_one_thing_at_a_time() -> None:
    async with mainframe(framed) as program, pool_of(program, 3) as pool:
        records = [bytes([each]) for each in range(50)]
        assert await asyncio.gather(*(ask(pool, record) for record in records)) == records
        assert program.connections <= 3


async def test_a_connection_that_the_mainframe_closed_meanwhile_is_not_asked() -> None:
    async with mainframe(framed) as program, pool_of(program) as pool:
        await ask(pool, b"a")
        program.open[0].close()
        await until(lambda: "idle=1" not in repr(pool))
        assert await ask(pool, b"b", again=False) == b"b"
        assert program.connections == 2


async def test_what_only_reads_is_asked_again_where_a_kept_connection_is_dead() -> None:
    answers = iter([b"a", None, b"c"])
    async with mainframe(lambda _: framed(a) if (a := next(answers)) else None) as program, pool_of(program) as pool:
        await ask(pool, b"1")
        assert await ask(pool, b"2") == b"c"
        assert program.asked == [b"1", b"2", b"2"]


async def test_what_writes_is_never_asked_again() -> None:
    answers = iter([b"a", None])
    async with mainframe(lambda _: framed(a) if (a := next(answers)) else None) as program, pool_of(program) as pool:
        await ask(pool, b"1", again=False)
        with pytest.raises(SiloUnreachable, match="inquire: the connection broke before a whole answer"):
            await ask(pool, b"2", again=False)
        assert program.asked == [b"1", b"2"]


async def test_a_new_connection_that_breaks_is_not_tried_again() -> None:
    async with mainframe(lambda _: None) as program, pool_of(program) as pool:
        with pytest.raises(SiloUnreachable):
            await ask(pool, b"1")
        assert program.asked == [b"1"]


async def test_a_reply_that_began_is_not_asked_for_again() -> None:
    answers = iter([framed(b"a"), b"\x00\x05a"])
    async with mainframe(lambda _: next(answers, None)) as program, pool_of(program) as pool:
        await ask(pool, b"1")
        call = asyncio.gather(ask(pool, b"2"))
        await until(lambda: len(program.asked) == 2)
        program.open[0].close()
        with pytest.raises(SiloUnreachable):
            await call
        assert program.connections == 1


async def test_stray_bytes_after_a_reply_answer_nobody() -> None:
    async with mainframe(lambda record: framed(record) + framed(b"stray")) as program, pool_of(program) as pool:
        assert [await ask(pool, b"a"), await ask(pool, b"b")] == [b"a", b"b"]
        assert program.connections == 2


async def test_a_connection_that_was_told_something_unasked_is_not_asked() -> None:
    async with mainframe(framed) as program, pool_of(program) as pool:
        await ask(pool, b"a")
        pool._idle[0].data_received(b"stray")
        assert await ask(pool, b"b", again=False) == b"b"
        assert program.connections == 2


async def test_a_reply_longer_than_its_copybook_is_not_read() -> None:
    async with mainframe(lambda _: b"\xff\xff") as program, pool_of(program) as pool:
        with pytest.raises(SiloNonsense, match="a reply of 65535 bytes, where its copybook has at most 20"):
            await ask(pool, b"a")


async def test_a_late_reply_is_not_the_next_callers() -> None:
    async with (
        mainframe(lambda record: b"" if record == b"slow" else framed(record)) as program,
        pool_of(program) as pool,
    ):
        with pytest.raises(SiloLate):
            await ask(pool, b"slow", seconds=0.05)
        assert await ask(pool, b"b") == b"b"
        assert program.connections == 2


async def test_whoever_gets_no_connection_in_time_is_told_that_all_are_busy() -> None:
    async with mainframe(lambda _: b"") as program, pool_of(program) as pool:
        first = asyncio.gather(ask(pool, b"slow"), return_exceptions=True)
        await until(lambda: program.asked)
        with pytest.raises(SiloFull, match="every connection is busy"):
            await ask(pool, b"b", seconds=0.05)
        await pool.close()
        assert isinstance((await first)[0], SiloUnreachable)


async def test_who_hangs_up_ends_the_connection() -> None:
    async with mainframe(lambda _: b"") as program, pool_of(program) as pool:
        call = asyncio.gather(ask(pool, b"slow"))
        await until(lambda: program.asked)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        await until(lambda: "open=0" in repr(pool))


async def test_a_fixed_frame_ends_where_its_record_does() -> None:
    framing = Framing(head=0, most=4)
    async with mainframe(lambda record: record[:4], head=0) as program, pool_of(program) as pool:
        deadline = asyncio.get_running_loop().time() + 10
        for record in (b"abcdefghijkl", b"mnopqrstuvwx"):
            assert await pool.ask("inquire", record, framing, deadline, again=False) == record[:4]
        assert program.connections == 1


def test_it_talks_on_the_loop_that_the_sidecar_runs_on() -> None:
    async def talk() -> None:
        async with mainframe(framed) as program, pool_of(program) as pool:
            assert [await ask(pool, b"a"), await ask(pool, b"b")] == [b"a", b"b"]
            assert program.connections == 1
            program.open[0].close()
            await until(lambda: "open=0" in repr(pool))
            assert await ask(pool, b"c", again=False) == b"c"

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(talk())
