"""The listener `observe`: is the sidecar alive, may it get traffic, what has it counted. Read-only.

`/livez` is 200 for as long as the event loop answers at all. `/readyz` is about the sidecar and nothing else: a dead
silo never makes it unready, because taking the sidecar out of service would take every other route with it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

from facade.control.answers import Answerer, Pause, Question, Reply, text

Render = Callable[[Pause], AsyncIterator[bytes]]
"""`Metrics.render`."""


class Health:
    """Whether the sidecar may get traffic. The composition root sets both fields, on the event loop."""

    __slots__ = ("configured", "draining")

    def __init__(self) -> None:
        self.configured = False
        self.draining = False

    def __repr__(self) -> str:
        return f"<Health configured={self.configured} draining={self.draining}>"

    @property
    def ready(self) -> bool:
        return self.configured and not self.draining


def pages(health: Health, render: Render, media_type: str, pause: Pause) -> dict[str, Answerer]:
    """The pages that both read-only listeners have; `media_type` is that of what `render` yields."""

    async def livez(_: Question) -> Reply:
        return text("alive\n")

    async def readyz(question: Question) -> Reply:
        verbose = any(name == "verbose" for name, _ in question.query)
        status = 200 if health.ready else 503
        return text(_checks(health) if verbose else _word(health), status)

    async def metrics(_: Question) -> Reply:
        return Reply(200, media_type, render(pause))

    return {"/livez": livez, "/healthz": livez, "/readyz": readyz, "/metrics": metrics}


def _word(health: Health) -> str:
    if health.draining:
        return "draining\n"
    return "ready\n" if health.configured else "not configured\n"


def _checks(health: Health) -> str:
    checks = {"configuration loaded": health.configured, "not draining": not health.draining}
    return "".join(f"{'ok' if passed else 'no'}  {check}\n" for check, passed in checks.items()) + _word(health)
