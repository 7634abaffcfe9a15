"""`AdapterContract`: what every kind of adapter must do, as a suite that a kind's test subclasses."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import logging
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any, ClassVar, Final, TypeVar

import pytest
from pydantic import ValidationError

from facade.port import (
    Adapter,
    AdapterKind,
    Answer,
    BadArgument,
    Call,
    SiloError,
    SiloFull,
    SiloLate,
    SiloNonsense,
    SiloUnreachable,
)
from facade.testing.fakes import RecordingSpawn, fake_files, fake_services

Result = TypeVar("Result")

_CALLS: Final = 100
"""Calls at once, all of which a kind must answer: more than any silo takes."""

_HEAD_START: Final = 0.1
"""Seconds for a call to reach its silo before it is cancelled or the adapter closed. Nothing is asserted of them."""

_SHORT: Final = 0.2
"""Seconds until the deadline of a call that never gets an answer."""

_FOREVER: Final = 3600.0
"""Seconds until the deadline of a call that something else must end."""

_LOOK: Final = 0.01
"""Seconds between two looks at whether what must come has come."""


@pytest.mark.asyncio
class AdapterContract:
    """The suite. A kind's test gives the hooks down to `dying`; the deadlines of their calls are set here.

    It waits `patience` seconds before it says that an adapter hangs, and never asserts that anything is fast.
    """

    kind: ClassVar[AdapterKind[Any, Any]]

    secrets: ClassVar[tuple[str, ...]] = ()
    """What no repr, log line or error may hold: passwords of the settings, values of the calls and of the answers."""

    capacity: ClassVar[int] = 4
    """Slow calls that take up the whole silo, as its settings bound it."""

    patience: ClassVar[float] = 10.0

    def silo(self, folder: Path) -> AbstractAsyncContextManager[Mapping[str, object]]:
        """Run a silo that works, with its files in `folder`; enter with its settings as an operator writes them."""
        raise NotImplementedError

    def missing(self, folder: Path) -> Mapping[str, object]:
        """Settings of a silo that is not there."""
        raise NotImplementedError

    def operations(self) -> Mapping[str, Mapping[str, object]]:
        """Its operations as an operator writes them."""
        raise NotImplementedError

    def ordinary(self) -> Call:
        """A call that is answered, any number of times and always alike."""
        raise NotImplementedError

    def slow(self) -> Call:
        """A call that the silo would not answer within an hour."""
        raise NotImplementedError

    def misfit(self) -> Call:
        """A call whose argument does not fit."""
        raise NotImplementedError

    def nonsense(self) -> Sequence[Call]:
        """Calls that the silo answers with what cannot be read."""
        raise NotImplementedError

    def dying(self) -> Sequence[Call]:
        """Calls in whose midst the silo dies; none where it cannot."""
        return ()

    async def test_a_call_is_answered(self, tmp_path: Path) -> None:
        async with self._adapter(tmp_path) as adapter:
            answer = await self._answer(adapter, self.ordinary())
            assert isinstance(answer, Answer), f"an adapter answers with an Answer, not with {type(answer).__name__}"
            assert 200 <= answer.status <= 299
            assert isinstance(answer.body, bytes), f"a body is bytes, not {type(answer.body).__name__}"

    async def test_a_hundred_calls_at_once_are_answered_alike(self, tmp_path: Path) -> None:
        async with self._adapter(tmp_path) as adapter:
            first = await self._answer(adapter, self.ordinary())
            answers = await asyncio.gather(*(self._answer(adapter, self.ordinary()) for _ in range(_CALLS)))
            assert answers == [first] * _CALLS

    async def test_a_call_ends_at_its_deadline(self, tmp_path: Path) -> None:
        async with self._adapter(tmp_path) as adapter:
            with pytest.raises(SiloLate):
                await self._answer(adapter, self.slow(), _SHORT)

    async def test_a_call_whose_time_is_over_is_late(self, tmp_path: Path) -> None:
        async with self._adapter(tmp_path) as adapter:
            with pytest.raises(SiloLate):
                await self._answer(adapter, self.ordinary(), -_SHORT)

    async def test_no_more_calls_reach_the_silo_at_once_than_its_settings_allow(self, tmp_path: Path) -> None:
        async with self._adapter(tmp_path) as adapter:
            calls = self._filled(adapter, _FOREVER)
            await asyncio.sleep(_HEAD_START)
            with pytest.raises((SiloFull, SiloLate)):
                await self._answer(adapter, self.ordinary(), _SHORT)
            calls.cancel()
            with pytest.raises(asyncio.CancelledError):
                await self._within(calls)

    async def test_late_calls_leave_the_silo_free(self, tmp_path: Path) -> None:
        async with self._adapter(tmp_path) as adapter:
            late = await self._within(self._filled(adapter, _SHORT))
            assert all(isinstance(each, SiloError) for each in late), late
            await self._answer(adapter, self.ordinary())

    async def test_cancelled_calls_leave_the_silo_free(self, tmp_path: Path) -> None:
        async with self._adapter(tmp_path) as adapter:
            calls = self._filled(adapter, _FOREVER)
            await asyncio.sleep(_HEAD_START)
            assert not calls.done(), "the slow calls ended at once"
            calls.cancel()
            with pytest.raises(asyncio.CancelledError):
                await self._within(calls)
            await self._answer(adapter, self.ordinary())

    async def test_an_argument_that_does_not_fit_is_the_callers_mistake(self, tmp_path: Path) -> None:
        async with self._adapter(tmp_path) as adapter:
            with pytest.raises(BadArgument) as bad:
                await self._answer(adapter, self.misfit())
            self._check_hidden(str(bad.value))

    async def test_an_answer_that_cannot_be_read_is_nonsense(self, tmp_path: Path) -> None:
        async with self._adapter(tmp_path) as adapter:
            for call in [*self.nonsense()] * self.capacity:
                with pytest.raises(SiloNonsense) as nonsense:
                    await self._answer(adapter, call)
                self._check_hidden(str(nonsense.value))
            await self._answer(adapter, self.ordinary())

    async def test_a_silo_that_dies_in_its_answer_is_an_error(self, tmp_path: Path) -> None:
        calls = self.dying()
        if not calls:
            pytest.skip("a silo of this kind cannot die in the middle of an answer")
        async with self._adapter(tmp_path) as adapter:
            for call in [*calls] * self.capacity:
                with pytest.raises((SiloUnreachable, SiloNonsense)):
                    await self._answer(adapter, call)
            await self._answer(adapter, self.ordinary())

    async def test_a_silo_that_is_not_there_is_met_by_the_call_and_not_at_the_start(self, tmp_path: Path) -> None:
        adapter = await self._open(self.missing(tmp_path), tmp_path, RecordingSpawn())
        try:
            for _ in range(2):
                with pytest.raises(SiloUnreachable) as unreachable:
                    await self._answer(adapter, self.ordinary())
                self._check_hidden(str(unreachable.value))
        finally:
            await self._within(adapter.close())

    async def test_no_secret_is_in_a_repr_or_a_log(
        self, tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
    ) -> None:
        caplog.set_level(logging.DEBUG)
        async with self._adapter(tmp_path) as adapter:
            self._check_hidden(repr(adapter))
            for call in (self.ordinary(), self.misfit(), *self.nonsense(), *self.dying()):
                with contextlib.suppress(BadArgument, SiloError):
                    await self._answer(adapter, call)
        self._check_hidden(caplog.text, *capfd.readouterr())

    async def test_an_unknown_key_is_a_mistake(self, tmp_path: Path) -> None:
        unknown = {"no_such_key": "1"}
        async with self.silo(tmp_path) as settings:
            with pytest.raises(ValidationError):
                self.kind.settings.model_validate({**settings, **unknown})
        for operation in self.operations().values():
            with pytest.raises(ValidationError):
                self.kind.operation.model_validate({**operation, **unknown})

    async def test_what_is_written_alike_is_equal_so_that_a_reload_keeps_the_adapter(self, tmp_path: Path) -> None:
        async with self.silo(tmp_path) as settings:
            first, again = (self.kind.settings.model_validate(settings) for _ in range(2))
            assert first == again
        for written in self.operations().values():
            one, other = (self.kind.operation.model_validate(written) for _ in range(2))
            for key in type(one).model_fields:
                assert getattr(one, key) == getattr(other, key), f"two readings of {key} are not equal"

    async def test_closing_leaves_nothing_open(self, tmp_path: Path) -> None:
        async with self.silo(tmp_path) as settings:
            before = _open_things()
            adapter = await self._open(settings, tmp_path, RecordingSpawn())
            await self._answer(adapter, self.ordinary())
            calls = self._filled(adapter, _FOREVER)
            await asyncio.sleep(_HEAD_START)
            await self._within(adapter.close())
            ended = await self._within(calls)
            assert all(isinstance(each, SiloError) for each in ended), ended
            with pytest.raises(SiloError):
                await self._answer(adapter, self.ordinary())
            await self._until(lambda: not _open_things() - before, lambda: f"open: {_open_things() - before}")

    @contextlib.asynccontextmanager
    async def _adapter(self, folder: Path) -> AsyncIterator[Adapter]:
        background = RecordingSpawn()
        async with self.silo(folder) as settings:
            adapter = await self._open(settings, folder, background)
            try:
                yield adapter
            finally:
                await self._within(adapter.close())
                await self._within(background.finished())

    async def _open(self, settings: Mapping[str, object], folder: Path, background: RecordingSpawn) -> Adapter:
        """Open the kind as the facade does: from validated models, with which it finds nothing wrong."""
        model = self.kind.settings.model_validate(settings)
        self._check_hidden(repr(model), str(model))
        operations = {name: self.kind.operation.model_validate(written) for name, written in self.operations().items()}
        files = fake_files(folder)
        found = await self._within(asyncio.to_thread(self.kind.examine, model, operations, folder, files))
        assert all(finding.warns for finding in found), f"it finds mistakes where there are none: {found}"
        services = fake_services(folder, spawn=background, files=files.answered())
        return await self._within(self.kind.open(model, operations, services))

    async def _answer(self, adapter: Adapter, call: Call, seconds: float = _FOREVER) -> Answer:
        deadline = asyncio.get_running_loop().time() + seconds
        return await self._within(adapter.call(dataclasses.replace(call, deadline=deadline)))

    def _filled(self, adapter: Adapter, seconds: float) -> asyncio.Future[list[Answer | BaseException]]:
        """Slow calls that take up the whole silo and then some, begun together."""
        deadline = asyncio.get_running_loop().time() + seconds
        call = dataclasses.replace(self.slow(), deadline=deadline)
        return asyncio.gather(*(adapter.call(call) for _ in range(self.capacity + 1)), return_exceptions=True)

    async def _within(self, work: Awaitable[Result]) -> Result:
        """Wait for `work`, as a task of its own: one that ignores its cancellation is then seen to hang."""
        task = asyncio.gather(work)
        done, _ = await asyncio.wait([task], timeout=self.patience)
        assert done, f"it hangs: nothing has come of it in {self.patience} seconds"
        return task.result()[0]

    async def _until(self, come: Callable[[], bool], words: Callable[[], str]) -> None:
        looks = int(self.patience / _LOOK)
        for _ in range(looks):
            if come():
                return
            await asyncio.sleep(_LOOK)
        raise AssertionError(words())

    def _check_hidden(self, *texts: str) -> None:
        for secret in self.secrets:
            assert not any(secret in text for text in texts), f"a secret is shown: {secret}"


def _open_things() -> set[str]:
    """Threads, tasks and file descriptors of this process, by name; but the event loop's own threads."""
    threads = {f"thread {each.name}" for each in threading.enumerate() if not each.name.startswith("asyncio_")}
    running = {f"task {each.get_name()}" for each in asyncio.all_tasks()}
    descriptors = {f"descriptor {each}" for each in Path("/dev/fd").iterdir()}
    return threads | running | descriptors
