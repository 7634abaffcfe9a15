"""The kind `screen`: a call becomes the steps of a person, what the last page shows the platform's JSON."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping

from adapters.screen.browser import Browser
from adapters.screen.script import Script, SessionExpired
from adapters.screen.sessions import THREAD_BYTES, Sessions
from adapters.screen.settings import ScreenOperation, ScreenSettings
from adapters.screen.steps import Action, fill_steps
from facade.formats import let_go
from facade.port import (
    Adapter,
    AdapterKind,
    Answer,
    BadArgument,
    Call,
    Services,
    SiloFull,
    SiloLate,
    SiloNonsense,
    SiloSaysNo,
    SiloUnreachable,
    Template,
    parameter_mistakes,
)


class ScreenAdapter(Adapter):
    """An open application and its operations."""

    def __init__(self, settings: ScreenSettings, operations: Mapping[str, ScreenOperation], services: Services) -> None:
        self._settings = settings
        self._operations = operations
        self._clock = services.clock
        self._show = services.show
        self._browser = Browser(settings.sessions, settings.codec)
        self._sessions = Sessions(settings, self._browser, services.clock, services.show)
        self._turn = asyncio.Semaphore(settings.sessions)
        self._calls: set[asyncio.Timeout] = set()
        self._closed = False

    def __repr__(self) -> str:
        return f"<ScreenAdapter operations={sorted(self._operations)} {self._sessions!r}>"

    async def call(self, call: Call) -> Answer:
        """Run the operation's steps in a session that no other call has meanwhile."""
        name, operation = call.operation, self._operations[call.operation]
        actions = fill_steps(operation, call, self._settings.codec)
        self._check_open(name)
        seconds = call.deadline - self._clock()
        if seconds <= 0:
            raise SiloLate(f"{name}: its time was over before it began")
        timeout, began = asyncio.timeout(seconds), False
        self._calls.add(timeout)
        try:
            async with timeout, self._turn:
                began = True
                return await self._answered(operation, call, actions)
        except TimeoutError:
            self._check_open(name)
            if not began:
                raise SiloFull(f"{name}: no session was free in time") from None
            raise SiloLate(f"{name}: the silo did not answer in time") from None
        finally:
            self._calls.discard(timeout)

    async def close(self) -> None:
        """End every call and close every connection."""
        self._closed = True
        now = asyncio.get_running_loop().time()
        for timeout in self._calls:
            timeout.reschedule(now)
        await self._browser.close()

    async def _answered(self, operation: ScreenOperation, call: Call, actions: tuple[Action, ...]) -> Answer:
        script = Script(call.operation, actions, self._settings.url, self._sessions.door, self._show)
        try:
            await self._tried(script, new=False)
        except SessionExpired:
            if script.sent and (operation.writes or call.once):
                raise SiloNonsense(f"{call.operation}: the session had expired; a form is not sent twice") from None
            self._show("the session has expired")
            script = Script(call.operation, actions, self._settings.url, self._sessions.door, self._show)
            try:
                await self._tried(script, new=True)
            except SessionExpired:
                raise SiloNonsense(f"{call.operation}: the silo asks for a login again and again") from None
        if script.size <= THREAD_BYTES:
            return operation.finish(call, script.fields)
        return await asyncio.to_thread(_finish_large, operation, call, script.fields)

    async def _tried(self, script: Script, *, new: bool) -> None:
        """Run it in a session, which is kept only where nothing was left half done in it."""
        session = await self._sessions.take(script.where, new=new)
        try:
            await self._sessions.run(script, session)
        except SiloSaysNo:
            self._sessions.give_back(session)
            raise
        except BadArgument:
            if not script.sent:
                self._sessions.give_back(session)
            raise
        self._sessions.give_back(session)

    def _check_open(self, name: str) -> None:
        if self._closed:
            raise SiloUnreachable(f"{name}: the silo is being closed")


class ScreenKind(AdapterKind[ScreenSettings, ScreenOperation]):
    """Applications made for people."""

    name = "screen"
    settings = ScreenSettings
    operation = ScreenOperation

    def mistakes(self, operation: ScreenOperation, parameters: frozenset[str]) -> tuple[tuple[str, str], ...]:
        """What is wrong between the keys of an operation."""
        return (*_mistakes(operation), *_parameter_mistakes(operation, parameters))

    def unnamed(self, operation: ScreenOperation) -> tuple[tuple[str, str], ...]:
        """Nothing: the steps name all of a call that leaves."""
        return ()

    async def open(
        self, settings: ScreenSettings, operations: Mapping[str, ScreenOperation], services: Services
    ) -> ScreenAdapter:
        """Nothing is opened yet: the first call does that."""
        return ScreenAdapter(settings, operations, services)


def _finish_large(operation: ScreenOperation, call: Call, fields: dict[str, object]) -> Answer:
    answer = operation.finish(call, fields, large=True)
    if operation.transform is None:  # an operator's own function may have kept them
        let_go(fields)
    return answer


def _mistakes(operation: ScreenOperation) -> Iterator[tuple[str, str]]:
    if operation.arguments:
        yield "arguments", "a screen operation has none; write them where they go, under open:, fill: or press:"
    if operation.steps[0].open is None:
        yield "steps.0", "no page is open yet; begin with open:"
    names = [name for fields in operation.extracts for name in fields]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield "extract", f"{name} is read twice; give one of them another name"
    last = operation.steps[-1].expect
    sees = last is not None and (last.selector is not None or last.text is not None)
    if not sees and not any(each.must_be for fields in operation.extracts for each in fields.values()):
        what = "an empty page would pass for an answer"
        yield "extract", f"{what}; end the steps with expect:, or read a field that is always there"


def _parameter_mistakes(operation: ScreenOperation, parameters: frozenset[str]) -> Iterator[tuple[str, str]]:
    for number, step in enumerate(operation.steps):
        if step.fill is not None:
            yield from parameter_mistakes(step.fill.fields, parameters, f"steps.{number}.fill.fields")
        alone: dict[str, Template | None] = {
            "open": step.open.template if step.open is not None else None,
            "press": step.press,
            "expect.text": step.expect.text if step.expect is not None else None,
        }
        for key, template in alone.items():
            if template is not None:
                for _, sentence in parameter_mistakes({"": template}, parameters):
                    yield f"steps.{number}.{key}", sentence
