"""Lines reach their stream, or are counted; whoever puts one never waits."""

from __future__ import annotations

import io
import os
import threading
from collections.abc import Iterator

import pytest

from facade.telemetry.lines import Lines

PATIENCE = 10.0


def lost(count: int) -> bytes:
    return f"lost {count}\n".encode()


class Reader:
    """A stream that takes what it is allowed to, and breaks when told to."""

    def __init__(self) -> None:
        self.read = b""
        self.asked = threading.Event()
        self.open = threading.Event()
        self.broken = False

    def write(self, data: memoryview, /) -> int:
        self.asked.set()
        assert self.open.wait(PATIENCE)
        if self.broken:
            raise BrokenPipeError
        self.read += bytes(data[:3])
        return min(3, len(data))


@pytest.fixture
def reader() -> Iterator[Reader]:
    made = Reader()
    yield made
    made.open.set()


def test_lines_come_out_whole_and_in_order_however_little_the_stream_takes(reader: Reader) -> None:
    lines = Lines(reader, lost)
    reader.open.set()
    for number in range(100):
        lines.put(b"line %d\n" % number)
    assert lines.flush(PATIENCE)
    assert reader.read == b"".join(b"line %d\n" % number for number in range(100))


def test_a_reader_that_stops_costs_lines_and_no_time(reader: Reader) -> None:
    lines = Lines(reader, lost, room=10)
    lines.put(b"1234\n")
    assert reader.asked.wait(PATIENCE)
    for _ in range(4):
        lines.put(b"1234\n")
    assert repr(lines) == "<Lines held=10 dropped=3 closed=False>"
    reader.open.set()
    assert lines.flush(PATIENCE)
    lines.put(b"more\n")
    assert lines.flush(PATIENCE)
    assert reader.read == b"1234\n1234\nlost 3\nmore\n"


def test_a_broken_reader_raises_nowhere_and_its_lines_are_counted(reader: Reader) -> None:
    lines = Lines(reader, lost)
    reader.broken = True
    reader.open.set()
    lines.put(b"gone\n")
    assert lines.flush(PATIENCE)
    assert repr(lines) == "<Lines held=0 dropped=1 closed=False>"
    reader.broken = False
    lines.put(b"here\n")
    assert lines.flush(PATIENCE)
    assert reader.read == b"here\nlost 1\n"


def test_a_full_pipe_does_not_hold_up_the_writer() -> None:
    outlet, inlet = os.pipe()
    os.set_blocking(inlet, False)
    line = b"x" * 1023 + b"\n"
    with io.FileIO(outlet) as end:
        with io.FileIO(inlet, "w") as stream:
            lines = Lines(stream, lost)
            for _ in range(100):
                lines.put(line)
            assert not lines.flush(0.0)
            read = b""
            while not lines.flush(0.01):
                read += end.read(len(line) * 32)
            lines.close(PATIENCE)
        read += end.read()
    assert read == 100 * line


def test_after_closing_nothing_is_taken_and_all_that_was_is_written(reader: Reader) -> None:
    lines = Lines(reader, lost)
    lines.put(b"last\n")
    reader.open.set()
    lines.close(PATIENCE)
    lines.put(b"late\n")
    assert reader.read == b"last\n"


def test_closing_does_not_wait_for_a_reader_that_never_comes(reader: Reader) -> None:
    lines = Lines(reader, lost)
    lines.put(b"last\n")
    lines.close(0.0)
    assert reader.read == b""
