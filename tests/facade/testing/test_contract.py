"""The contract passes a good kind, and each of its tests has been seen to fail a bad one."""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import logging
import os
import sys
import threading
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

import pytest
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from facade.port import (
    Adapter,
    AdapterKind,
    Answer,
    Call,
    Files,
    Finding,
    Services,
    SiloError,
    SiloLate,
    SiloNonsense,
    SiloUnreachable,
    Template,
)
from facade.testing import AdapterContract, make_call

SECRETS = ("pa55word", "fiction", "a wet page", "a burning page")
SLOTS = 4


class ShelfSettings(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)
    password: SecretStr
    shelf: str


class ShelfOperation(BaseModel):
    model_config = ConfigDict(extra="forbid")
    arguments: dict[str, Template] = {}


def is_there(settings: ShelfSettings) -> bool:
    return Path(settings.shelf).is_dir()


class Shelf(Adapter):
    """A silo in memory, of which one thing may be wrong."""

    def __init__(self, settings: ShelfSettings, operations: Mapping[str, ShelfOperation], services: Services) -> None:
        self.settings, self.operations, self.services = settings, operations, services
        self.free = asyncio.Semaphore(SLOTS)
        self.closing = asyncio.get_running_loop().create_future()

    async def call(self, call: Call) -> Answer:
        values = {name: template.fill(call) for name, template in self.operations[call.operation].arguments.items()}
        if not is_there(self.settings):
            raise SiloUnreachable("there is no shelf")
        seconds = call.deadline - self.services.clock()
        if seconds <= 0:
            raise SiloLate("over")
        try:
            async with asyncio.timeout(seconds):
                return await self.served(str(values["title"]))
        except TimeoutError:
            raise SiloLate("too late") from None

    async def served(self, title: str) -> Answer:
        async with self.free:
            await asyncio.sleep(0)
            return await self.read(title)

    async def read(self, title: str) -> Answer:
        if self.closing.done():
            raise SiloUnreachable("closed")
        if title == "endless":
            await asyncio.shield(self.closing)
            raise SiloUnreachable("closed")
        if title == "wet":
            raise SiloNonsense("cannot be read")
        if title == "burning":
            raise SiloUnreachable("gone")
        return Answer(200, b"once upon a time")

    async def close(self) -> None:
        if not self.closing.done():
            self.closing.set_result(None)


class ShelfKind(AdapterKind[ShelfSettings, ShelfOperation]):
    name = "shelf"
    settings = ShelfSettings
    operation = ShelfOperation
    adapter: ClassVar[type[Shelf]] = Shelf

    async def open(
        self, settings: ShelfSettings, operations: Mapping[str, ShelfOperation], services: Services
    ) -> Shelf:
        return self.adapter(settings, operations, services)


class ShelfContract(AdapterContract):
    kind: ClassVar[AdapterKind[Any, Any]] = ShelfKind()
    secrets = SECRETS
    capacity = SLOTS

    @contextlib.asynccontextmanager
    async def silo(self, folder: Path) -> AsyncIterator[Mapping[str, object]]:
        yield {"password": "pa55word", "shelf": str(folder)}

    def missing(self, folder: Path) -> Mapping[str, object]:
        return {"password": "pa55word", "shelf": str(folder / "none")}

    def operations(self) -> Mapping[str, Mapping[str, object]]:
        return {"read": {"arguments": {"title": "{query.title}", "page": "{query.page:int=1}"}}}

    def ordinary(self) -> Call:
        return make_call("read", query={"title": "fiction"})

    def slow(self) -> Call:
        return make_call("read", query={"title": "endless"})

    def misfit(self) -> Call:
        return make_call("read", query={"title": "fiction", "page": "a wet page"})

    def nonsense(self) -> Sequence[Call]:
        return [make_call("read", query={"title": "wet"})]

    def dying(self) -> Sequence[Call]:
        return [make_call("read", query={"title": "burning"})]


class TestShelf(ShelfContract):
    """A good kind passes every test of it."""


class Refusing(Shelf):
    async def served(self, title: str) -> Answer:
        raise SiloUnreachable("no")


class Texting(Shelf):
    async def read(self, title: str) -> Answer:
        return Answer(200, title)  # type: ignore[arg-type]  # what mypy would tell, of an author who does not ask it


class Moody(Shelf):
    calls = 0

    async def read(self, title: str) -> Answer:
        self.calls += 1
        return Answer(200, str(self.calls // 50).encode())


class Single(Shelf):
    async def served(self, title: str) -> Answer:
        if self.free.locked():
            raise SiloUnreachable("too many")
        return await super().served(title)


class Patient(Shelf):
    async def call(self, call: Call) -> Answer:
        return await self.served(str(self.operations["read"].arguments["title"].fill(call)))


class Hoarding(Shelf):
    async def served(self, title: str) -> Answer:
        await self.free.acquire()
        answer = await self.read(title)
        self.free.release()
        return answer


class Unbounded(Shelf):
    async def served(self, title: str) -> Answer:
        return await self.read(title)


class Deaf(Shelf):
    async def read(self, title: str) -> Answer:
        while not self.closing.done() and title == "endless":
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.shield(self.closing)
        return await super().read(title)


class Foreign(Shelf):
    async def call(self, call: Call) -> Answer:
        if call.query.get("page"):
            int(call.query["page"][0])
        return await super().call(call)


class Babbling(Shelf):
    async def read(self, title: str) -> Answer:
        if title == "wet":
            raise SiloNonsense("a wet page")
        return await super().read(title)


class Credulous(Shelf):
    async def read(self, title: str) -> Answer:
        return Answer(200) if title in {"wet", "burning"} else await super().read(title)


class Logging(Shelf):
    async def read(self, title: str) -> Answer:
        logging.getLogger("shelf").debug("reading %s", title)
        return await super().read(title)


class Printing(Shelf):
    async def read(self, title: str) -> Answer:
        sys.stdout.write(title)
        return await super().read(title)


class Open(Shelf):
    def __repr__(self) -> str:
        return f"<Open {self.settings.password.get_secret_value()}>"


class LeavingTask(Shelf):
    async def read(self, title: str) -> Answer:
        self.services.spawn(asyncio.sleep(1), "left")
        return await super().read(title)


class LeavingThread(Shelf):
    async def read(self, title: str) -> Answer:
        threading.Timer(1, lambda: None).start()
        return await super().read(title)


class LeavingFile(Shelf):
    left: ClassVar[list[int]] = []

    async def read(self, title: str) -> Answer:
        self.left.append(os.dup(0))
        return await super().read(title)


class Abandoning(Shelf):
    async def close(self) -> None:
        """The calls under way are not told."""


class Working(Shelf):
    async def read(self, title: str) -> Answer:
        return await super().read(title) if title == "endless" else Answer(200)


class WaitingKind(ShelfKind):
    async def open(
        self, settings: ShelfSettings, operations: Mapping[str, ShelfOperation], services: Services
    ) -> Shelf:
        if not is_there(settings):
            raise SiloUnreachable("no shelf")
        return await super().open(settings, operations, services)


class PedanticKind(ShelfKind):
    def examine(
        self, settings: ShelfSettings, operations: Mapping[str, ShelfOperation], folder: Path, files: Files
    ) -> tuple[Finding, ...]:
        return () if is_there(settings) else (Finding("settings.shelf", "there is no shelf; put one up"),)


class LaxSettings(ShelfSettings):
    model_config = ConfigDict(extra="ignore")


class LaxOperation(ShelfOperation):
    model_config = ConfigDict(extra="ignore")


class FreshSettings(ShelfSettings):
    made: object = Field(default_factory=object)


class FreshOperation(ShelfOperation):
    made: object = Field(default_factory=object)


class ShownSettings(ShelfSettings):
    password: str  # type: ignore[assignment]  # the mistake that the suite must find


def kind_of(adapter: type[Shelf]) -> ShelfKind:
    return type(f"{adapter.__name__}Kind", (ShelfKind,), {"adapter": adapter})()


def changed(**parts: object) -> ShelfKind:
    return type("ChangedKind", (ShelfKind,), parts)()


FLAWS = [
    ("test_a_call_is_answered", kind_of(Refusing)),
    ("test_a_call_is_answered", kind_of(Texting)),
    ("test_a_hundred_calls_at_once_are_answered_alike", kind_of(Moody)),
    ("test_a_hundred_calls_at_once_are_answered_alike", kind_of(Single)),
    ("test_a_call_ends_at_its_deadline", kind_of(Patient)),
    ("test_a_call_ends_at_its_deadline", kind_of(Deaf)),
    ("test_a_call_whose_time_is_over_is_late", kind_of(Patient)),
    ("test_no_more_calls_reach_the_silo_at_once_than_its_settings_allow", kind_of(Unbounded)),
    ("test_late_calls_leave_the_silo_free", kind_of(Patient)),
    ("test_late_calls_leave_the_silo_free", kind_of(Hoarding)),
    ("test_cancelled_calls_leave_the_silo_free", kind_of(Hoarding)),
    ("test_cancelled_calls_leave_the_silo_free", kind_of(Deaf)),
    ("test_cancelled_calls_leave_the_silo_free", kind_of(Refusing)),
    ("test_an_argument_that_does_not_fit_is_the_callers_mistake", kind_of(Foreign)),
    ("test_an_answer_that_cannot_be_read_is_nonsense", kind_of(Credulous)),
    ("test_an_answer_that_cannot_be_read_is_nonsense", kind_of(Babbling)),
    ("test_an_answer_that_cannot_be_read_is_nonsense", kind_of(Hoarding)),
    ("test_a_silo_that_dies_in_its_answer_is_an_error", kind_of(Credulous)),
    ("test_a_silo_that_is_not_there_is_met_by_the_call_and_not_at_the_start", WaitingKind()),
    ("test_a_silo_that_is_not_there_is_met_by_the_call_and_not_at_the_start", PedanticKind()),
    ("test_no_secret_is_in_a_repr_or_a_log", kind_of(Logging)),
    ("test_no_secret_is_in_a_repr_or_a_log", kind_of(Printing)),
    ("test_no_secret_is_in_a_repr_or_a_log", kind_of(Open)),
    ("test_no_secret_is_in_a_repr_or_a_log", changed(settings=ShownSettings)),
    ("test_an_unknown_key_is_a_mistake", changed(settings=LaxSettings)),
    ("test_an_unknown_key_is_a_mistake", changed(operation=LaxOperation)),
    ("test_what_is_written_alike_is_equal_so_that_a_reload_keeps_the_adapter", changed(settings=FreshSettings)),
    ("test_what_is_written_alike_is_equal_so_that_a_reload_keeps_the_adapter", changed(operation=FreshOperation)),
    ("test_closing_leaves_nothing_open", kind_of(LeavingTask)),
    ("test_closing_leaves_nothing_open", kind_of(LeavingThread)),
    ("test_closing_leaves_nothing_open", kind_of(LeavingFile)),
    ("test_closing_leaves_nothing_open", kind_of(Abandoning)),
    ("test_closing_leaves_nothing_open", kind_of(Working)),
]


@pytest.mark.parametrize(("test", "kind"), FLAWS, ids=[f"{type(kind).__name__}-{test}" for test, kind in FLAWS])
async def test_a_bad_kind_fails(test: str, kind: ShelfKind, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    contract = type("BadContract", (ShelfContract,), {"kind": kind, "patience": 0.4})()
    run = getattr(contract, test)
    fixtures = {name: request.getfixturevalue(name) for name in inspect.signature(run).parameters}
    with pytest.raises((AssertionError, pytest.fail.Exception, ValueError, SiloError)):
        await run(**fixtures)
    while LeavingFile.left:
        os.close(LeavingFile.left.pop())


def test_every_test_of_the_contract_has_been_seen_to_fail() -> None:
    assert {name for name in dir(AdapterContract) if name.startswith("test_")} == {test for test, _ in FLAWS}
