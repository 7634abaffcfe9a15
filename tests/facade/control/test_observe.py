from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from facade.control.answers import Pause, Question
from facade.control.observe import Health, pages


async def pause() -> None:
    """Gives nothing back: there is nobody else here."""


async def render(pause: Pause) -> AsyncIterator[bytes]:
    yield b"facade_build_info 1\n"
    await pause()
    yield b"facade_unmatched_total 0\n"


async def ask(health: Health, path: str, *query: tuple[str, str]) -> tuple[int, bytes]:
    reply = await pages(health, render, "text/plain; version=0.0.4", pause)[path](Question("GET", path, query))
    body = reply.body if isinstance(reply.body, bytes) else b"".join([piece async for piece in reply.body])
    return reply.status, body


@pytest.mark.parametrize("path", ["/livez", "/healthz"])
@pytest.mark.parametrize("configured", [True, False])
@pytest.mark.parametrize("draining", [True, False])
async def test_a_sidecar_that_answers_is_alive_whatever_else(path: str, configured: bool, draining: bool):
    health = Health()
    health.configured, health.draining = configured, draining
    assert await ask(health, path) == (200, b"alive\n")


@pytest.mark.parametrize(
    ("configured", "draining", "answer"),
    [
        (False, False, (503, b"not configured\n")),
        (True, False, (200, b"ready\n")),
        (True, True, (503, b"draining\n")),
        (False, True, (503, b"draining\n")),
    ],
)
async def test_ready_is_configured_and_not_draining(configured: bool, draining: bool, answer: tuple[int, bytes]):
    health = Health()
    health.configured, health.draining = configured, draining
    assert await ask(health, "/readyz") == answer


async def test_readyz_says_in_detail_what_it_stands_on():
    health = Health()
    health.configured = health.draining = True
    status, body = await ask(health, "/readyz", ("verbose", ""))
    assert status == 503
    assert body == b"ok  configuration loaded\nno  not draining\ndraining\n"


async def test_metrics_come_in_pieces():
    assert await ask(Health(), "/metrics") == (200, b"facade_build_info 1\nfacade_unmatched_total 0\n")
