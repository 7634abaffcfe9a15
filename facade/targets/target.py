"""The shape of every target."""

from __future__ import annotations

import abc

from facade.targets.protect.protection import Protection
from facade.targets.request import Request
from facade.telemetry.series import Gauge
from facade.wire.reply import Reply


class Target(abc.ABC):
    """Something that answers requests. `name` is its metrics label; `silo` names the silo it is, None otherwise.

    `in_flight` counts the calls it is answering; whoever asks adds one and takes it away when the answer has been sent.
    `protection` lets each call in first, None where nothing has to.
    """

    name: str
    silo: str | None
    in_flight: Gauge
    is_external: bool = False
    protection: Protection | None = None

    @property
    def system(self) -> str:
        """The silo or the external that it is, under which calls are counted; empty for anything else."""
        return self.silo or (self.name if self.is_external else "")

    async def prepare(self, request: Request) -> None:  # noqa: B027 - most targets take a request as it comes
        """Take in of the request what has to be here before it can be asked: nobody takes a slot meanwhile."""

    @abc.abstractmethod
    async def ask(self, request: Request) -> Reply:
        """Answer, or raise `Refusal` with what the caller is told. Cancelling it lets the target go at once."""
