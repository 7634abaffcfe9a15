"""Adapters that open and close, fail to and never do: each by itself."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path

import pytest
from pydantic import BaseModel
from structlog.testing import capture_logs

from facade.port import Adapter, AdapterKind, Answer, Call, Services, SiloError, SiloUnreachable
from facade.targets.definition import Adapted, NamedFiles
from facade.targets.lifetime import close_adapters, open_adapter
from facade.testing import fake_services


class Door(Adapter):
    """An adapter that closes as it is told."""

    def __init__(self, *, fails: BaseException | None = None, hangs: bool = False) -> None:
        self.closed = self.cancelled = False
        self._fails = fails
        self._hangs = hangs

    async def call(self, call: Call) -> Answer:
        return Answer(200)

    async def close(self) -> None:
        try:
            if self._hangs:
                await asyncio.sleep(3600)
        except asyncio.CancelledError:
            self.cancelled = True
            raise
        if self._fails is not None:
            raise self._fails
        self.closed = True


async def test_nothing_to_close_is_no_work() -> None:
    await close_adapters([])


@pytest.mark.parametrize("error", [RuntimeError("pa55word"), SystemExit(3)])
async def test_one_that_fails_leaves_the_others_closed_and_shows_nothing(error: BaseException) -> None:
    sound = Door()
    with capture_logs() as events:
        await close_adapters([("bad", Door(fails=error)), ("good", sound)])
    assert sound.closed
    (event,) = events
    assert (event["silo"], event["error"]) == ("bad", type(error).__name__)
    assert "pa55word" not in str(events)


async def test_one_that_hangs_is_left_and_told() -> None:
    hanging, sound = Door(hangs=True), Door()
    with capture_logs() as events:
        await close_adapters([("slow", hanging), ("good", sound)], patience=0.01)
    await asyncio.sleep(0)
    assert (hanging.cancelled, sound.closed) == (True, True)
    assert [(event["event"], event["task"]) for event in events] == [("adapter does not close", "close adapter slow")]


async def test_whoever_no_longer_waits_for_it_ends_it() -> None:
    hanging = Door(hangs=True)
    waiting = asyncio.ensure_future(close_adapters([("slow", hanging)]))
    await asyncio.sleep(0.01)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    await asyncio.sleep(0)
    assert hanging.cancelled


class Frame(BaseModel):
    """A door's settings."""


class Doors(AdapterKind[Frame, Frame]):
    """A kind whose silos open as it is told."""

    name = "door"
    settings = Frame
    operation = Frame

    def __init__(self, *, fails: BaseException | None = None, hangs: bool = False) -> None:
        self._fails = fails
        self._hangs = hangs

    async def open(self, settings: Frame, operations: Mapping[str, Frame], services: Services) -> Door:
        if self._hangs:
            await asyncio.sleep(3600)
        if self._fails is not None:
            raise self._fails
        return Door()


async def opened(kind: Doors, folder: Path, patience: float = 10.0) -> Adapter:
    return await open_adapter("hall", Adapted(kind, Frame(), {}, folder, NamedFiles()), fake_services(folder), patience)


async def test_one_that_opens_is_open(tmp_path: Path) -> None:
    assert isinstance(await opened(Doors(), tmp_path), Door)


@pytest.mark.parametrize("error", [RuntimeError("pa55word"), SystemExit("pa55word"), KeyboardInterrupt()])
async def test_one_that_fails_as_it_opens_is_a_silo_that_cannot_be_opened(tmp_path: Path, error: BaseException) -> None:
    with capture_logs() as events, pytest.raises(SiloError) as refused:
        await opened(Doors(fails=error), tmp_path)
    assert refused.value.detail == f"hall: its adapter failed, with {type(error).__name__}"
    assert [(event["event"], event["silo"]) for event in events] == [("adapter failed as it opened", "hall")]


async def test_what_an_adapter_says_of_its_opening_is_told(tmp_path: Path) -> None:
    said = SiloUnreachable("hall: its state cannot be written")
    with pytest.raises(SiloUnreachable) as refused:
        await opened(Doors(fails=said), tmp_path)
    assert refused.value is said


async def test_one_that_never_opens_is_not_waited_for(tmp_path: Path) -> None:
    with pytest.raises(SiloError, match=r"^hall: its adapter does not open$"):
        await opened(Doors(hangs=True), tmp_path, patience=0.01)
