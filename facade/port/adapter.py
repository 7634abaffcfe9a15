"""The port: what a kind of adapter offers (`AdapterKind`), what an open adapter does (`Adapter`), what it is given
(`Services`).

A kind lives in `adapters/<kind>/` and names itself `ADAPTER`; a third party's is found by the entry-point group
`facade.adapters`. `Settings` and `Operation` are pydantic models (extra keys forbidden), so every mistake of an
operator is reported with file and line before anything is opened. They are equal where what was written is: an open
adapter is kept as long as its settings, operations and files are.
"""

from __future__ import annotations

import abc
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from pydantic import BaseModel

from facade.port.call import Answer, Call
from facade.port.files import Files

SettingsModel = TypeVar("SettingsModel", bound=BaseModel)
OperationModel = TypeVar("OperationModel", bound=BaseModel)


def _nobody_watches(_line: str) -> None:
    """`Services.show` of a sidecar."""


@dataclass(frozen=True, slots=True)
class Services:
    """What the facade lends an adapter: a monotonic clock in seconds, background tasks, a folder that survives."""

    clock: Callable[[], float]
    spawn: Callable[[Coroutine[Any, Any, None], str], object]
    state: Path
    folder: Path
    """The folder of the silo's own file: relative paths in its settings start here."""
    files: Files
    """The files that `AdapterKind.examine` has read."""
    show: Callable[[str], None] = _nobody_watches
    """Tells a person at a terminal, in a line, what the adapter does; never a secret. It may be called in a thread."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What a kind found in a silo's file. `key` is where, `operations.get-claim.query`; `text` is `what; mend`.

    One that only `warns` keeps nobody from serving.
    """

    key: str
    text: str
    warns: bool = False


class Adapter(abc.ABC):
    """An open silo. Calls run concurrently; cancelling one must reach the silo."""

    @abc.abstractmethod
    async def call(self, call: Call) -> Answer:
        """Answer the call, or raise `BadArgument` or a `SiloError`; nothing else leaves an adapter."""

    @abc.abstractmethod
    async def close(self) -> None:
        """Leave nothing open: no connection, thread or task."""


class AdapterKind(abc.ABC, Generic[SettingsModel, OperationModel]):
    """One kind of silo."""

    name: str
    settings: type[SettingsModel]
    operation: type[OperationModel]

    def writes(self, operation: OperationModel) -> bool:
        """Whether the operation changes anything; such a one is never repeated, shadowed or a fallback."""
        return bool(getattr(operation, "writes", False))

    def mistakes(self, operation: OperationModel, parameters: frozenset[str]) -> tuple[tuple[str, str], ...]:
        """What is wrong beyond the model, as (key, `what; mend`); a key inside another is `arguments.reference`.

        `parameters` are the path parameters that there are. It is asked once with those of every route, and once for
        each route of the operation with that route's own: of a mistake that does not depend on them, the words do not.
        """
        return ()

    def unnamed(self, operation: OperationModel) -> tuple[tuple[str, str], ...]:
        """What of a call would leave for an external without being named, as `mistakes` returns it.

        Of a call only that may leave for an external which the operation names, and it has to say so even of nothing.
        Most kinds send what `arguments` names and nothing else; one that can send more, or names it elsewhere, says so.
        """
        if "arguments" in operation.model_fields_set:
            return ()
        if "arguments" not in type(operation).model_fields:
            return (("arguments", f"adapter {self.name} has none that say what leaves for an external; use another"),)
        return (("arguments", "an external is sent what they name and nothing else; add them, or {} for nothing"),)

    def examine(
        self, settings: SettingsModel, operations: Mapping[str, OperationModel], folder: Path, files: Files
    ) -> tuple[Finding, ...]:
        """What is wrong between settings, operations and the `files` beside the silo's own, which lies in `folder`.

        It is asked whenever a configuration is loaded, in a thread, and reads every file that `open` will need: what it
        has read is watched and kept, and there is no other then. The silo itself is not called.
        """
        return ()

    @abc.abstractmethod
    async def open(
        self, settings: SettingsModel, operations: Mapping[str, OperationModel], services: Services
    ) -> Adapter:
        """Open the silo without waiting for it to answer: a dead silo must not stop the sidecar's start."""
