"""What an adapter is lent and given, made for a test: a clock, background tasks, services, calls."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from pathlib import Path
from typing import Any

from facade import tasks
from facade.config.beside import Asked, Beside
from facade.formats import JsonObject, encode_json
from facade.port import Call, Files, Services


class FakeClock:
    """`Services.clock` that moves only when it is told."""

    def __init__(self, now: float = 1000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += seconds


class RecordingSpawn:
    """`Services.spawn` that knows every task it started."""

    def __init__(self) -> None:
        self.tasks: list[asyncio.Task[None]] = []

    def __call__(self, work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
        task = tasks.spawn(work, name)
        self.tasks.append(task)
        return task

    async def finished(self) -> None:
        """Wait for every task to end; raise what the first one raised."""
        await asyncio.gather(*self.tasks)


def fake_services(
    folder: Path,
    *,
    clock: Callable[[], float] | None = None,
    spawn: Callable[[Coroutine[Any, Any, None], str], object] | None = None,
    files: Files | None = None,
) -> Services:
    """Services whose folders are both `folder`; the clock is the running event loop's unless another is given."""
    return Services(
        clock=clock or asyncio.get_running_loop().time,
        spawn=spawn or RecordingSpawn(),
        state=folder,
        folder=folder,
        files=files or fake_files(folder),
    )


def fake_files(folder: Path) -> Asked:
    """The files in `folder`, as `AdapterKind.examine` is given them; `answered` are those that it has read."""
    return Asked(".", Beside(folder))


def make_call(
    operation: str,
    *,
    method: str = "GET",
    deadline: float = 0.0,
    path: Mapping[str, str] | None = None,
    query: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
    body: object = None,
) -> Call:
    """A call as the facade makes it, from plain values; `body` becomes JSON unless it is bytes already."""
    sent = body if isinstance(body, bytes) else b"" if body is None else encode_json(body)
    return Call(
        operation,
        method,
        deadline,
        path=dict(path or {}),
        query={name: (value,) for name, value in (query or {}).items()},
        headers={name.lower(): (value,) for name, value in (headers or {}).items()},
        body=sent,
        document=JsonObject(sent),
    )
