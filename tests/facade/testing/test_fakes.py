"""The fakes behave as what they stand for."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from facade.formats import FormatError
from facade.testing import FakeClock, RecordingSpawn, fake_services, make_call


def test_a_fake_clock_moves_only_when_it_is_told() -> None:
    clock = FakeClock(5.0)
    assert (clock(), clock()) == (5.0, 5.0)
    clock.advance(2.5)
    assert clock() == 7.5


async def test_a_recording_spawn_runs_and_remembers() -> None:
    spawn, done = RecordingSpawn(), []

    async def work() -> None:
        await asyncio.sleep(0)
        done.append(True)

    assert spawn(work(), "work").get_name() == "work"
    await spawn.finished()
    assert (done, [task.done() for task in spawn.tasks]) == ([True], [True])


async def test_a_recording_spawn_tells_a_failure() -> None:
    spawn = RecordingSpawn()

    async def work() -> None:
        raise KeyError("lost")

    spawn(work(), "work")
    with pytest.raises(KeyError, match="lost"):
        await spawn.finished()


async def test_services_have_the_loops_clock_unless_another_is_given(tmp_path: Path) -> None:
    services = fake_services(tmp_path)
    assert services.clock() <= asyncio.get_running_loop().time() <= services.clock()
    assert (services.folder, services.state) == (tmp_path, tmp_path)
    clock, spawn = FakeClock(), RecordingSpawn()
    given = fake_services(tmp_path, clock=clock, spawn=spawn)
    assert (given.clock, given.spawn) == (clock, spawn)


def test_a_call_is_made_from_plain_values() -> None:
    call = make_call("get", path={"a": "1"}, query={"b": "2"}, headers={"X-C": "3"}, body={"d": 4})
    assert (call.path, call.query, call.headers) == ({"a": "1"}, {"b": ("2",)}, {"x-c": ("3",)})
    assert (call.body, dict(call.document)) == (b'{"d":4}', {"d": 4})


def test_a_body_of_bytes_is_sent_as_it_is() -> None:
    call = make_call("get", body=b"no JSON")
    assert call.body == b"no JSON"
    with pytest.raises(FormatError):
        call.document.get("a")
