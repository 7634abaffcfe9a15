"""The kind `mainframe`: a call's arguments fill a record, the record that comes back becomes the answer's JSON."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from adapters.mainframe.operations import Operation, findings, understand
from adapters.mainframe.pool import Pool
from adapters.mainframe.settings import MainframeOperation, MainframeSettings
from facade.port import Adapter, AdapterKind, Answer, Call, Files, Finding, Services, parameter_mistakes

THREAD_VALUES: Final = 1000
"""A record of more values is turned over in a thread: this many take a millisecond or two, answer and JSON included."""


class MainframeAdapter(Adapter):
    """An open silo and its operations."""

    def __init__(self, pool: Pool, operations: Mapping[str, Operation]) -> None:
        self._pool = pool
        self._operations = operations

    def __repr__(self) -> str:
        return f"<MainframeAdapter operations={sorted(self._operations)} {self._pool}>"

    async def call(self, call: Call) -> Answer:
        """Send one record. A write that was not answered may or may not have been done."""
        operation = self._operations[call.operation]
        is_large = operation.values > THREAD_VALUES
        record = await asyncio.to_thread(operation.record, call) if is_large else operation.record(call)
        again = not operation.written.writes and not call.once
        reply = await self._pool.ask(call.operation, record, operation.framing, call.deadline, again=again)
        if is_large:
            return await asyncio.to_thread(operation.answer, call, reply, large=True)
        return operation.answer(call, reply)

    async def close(self) -> None:
        """End what runs and leave nothing open."""
        await self._pool.close()


class MainframeKind(AdapterKind[MainframeSettings, MainframeOperation]):
    """Programs behind a TCP listener, their records described by copybooks."""

    name = "mainframe"
    settings = MainframeSettings
    operation = MainframeOperation

    def mistakes(self, operation: MainframeOperation, parameters: frozenset[str]) -> tuple[tuple[str, str], ...]:
        """What is wrong between the keys of an operation."""
        return parameter_mistakes(operation.arguments, parameters)

    def examine(
        self, settings: MainframeSettings, operations: Mapping[str, MainframeOperation], folder: Path, files: Files
    ) -> tuple[Finding, ...]:
        """What is wrong with the copybooks, and between them and the operations."""
        return tuple(findings(understand(settings, operations, files)))

    async def open(
        self, settings: MainframeSettings, operations: Mapping[str, MainframeOperation], services: Services
    ) -> MainframeAdapter:
        """Read the copybooks, in a thread. Nothing is connected yet: the first call does that."""
        examined = await asyncio.to_thread(understand, settings, operations, services.files)
        understood = {name: each for name, each in examined.items() if isinstance(each, Operation)}
        return MainframeAdapter(Pool(settings.host, settings.port, settings.connections, services.clock), understood)
