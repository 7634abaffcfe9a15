"""Screens of an application in another language: PHP, with sessions, hidden tokens and ISO-8859-1.

What this misses: applications that need JavaScript, and servers beside PHP's own.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from adapters.screen import ADAPTER
from facade.port import Adapter, BadArgument, SiloLate, SiloNonsense, SiloSaysNo, SiloUnreachable
from facade.testing import fake_services, make_call
from services.screen_silo import ScreenSilo

LOGIN: list[dict[str, Any]] = [
    {"open": "/login"},
    {"fill": {"form": "login", "fields": {"user": "facade", "password": "pa55wörd"}}},
    {"expect": {"text": "Main menu"}},
]
SEARCH: list[dict[str, Any]] = [
    {"open": "/search"},
    {"fill": {"form": "search", "fields": {"licno": "{path.number}"}}},
    {"expect": {"selector": "table#result", "missing": {"No licence found": 404}}},
]
OPERATIONS: dict[str, dict[str, Any]] = {
    "get-licence": {
        "steps": SEARCH,
        "extract": {"holder": "td.holder", "expires": "td.expires? | date:%d/%m/%Y", "conditions": "li.condition[]"},
    },
    "history": {
        "steps": [*SEARCH, {"press": "History of this licence"}, {"expect": {"text": "History"}}],
        "extract": {"of": "p#of", "steps": "ol li[]"},
    },
}
FIRST = {"holder": "Seán Ó Bríain", "expires": "2027-03-31", "conditions": ["no music after 23:00", "café only"]}


@pytest.fixture
def silo(tmp_path: Path) -> Iterator[ScreenSilo]:
    server = ScreenSilo(tmp_path)
    yield server
    server.kill()


@pytest.fixture
async def adapter(silo: ScreenSilo, tmp_path: Path) -> AsyncIterator[Adapter]:
    settings = ADAPTER.settings.model_validate({"url": silo.url, "sessions": 3, "login": LOGIN})
    operations = {name: ADAPTER.operation.model_validate(each) for name, each in OPERATIONS.items()}
    opened = await ADAPTER.open(settings, operations, fake_services(tmp_path))
    yield opened
    await opened.close()


async def ask(adapter: Adapter, number: str, operation: str = "get-licence", seconds: float = 20) -> Any:
    deadline = asyncio.get_running_loop().time() + seconds
    return json.loads((await adapter.call(make_call(operation, path={"number": number}, deadline=deadline))).body)


async def test_a_licence_is_read_behind_a_login_two_tokens_and_an_old_character_set(adapter: Adapter) -> None:
    assert await ask(adapter, "L00001") == FIRST
    assert await ask(adapter, "L00002") == {"holder": "Zoë & Sons", "expires": None, "conditions": []}


async def test_a_link_behind_a_form_is_followed_in_the_same_session(adapter: Adapter) -> None:
    assert await ask(adapter, "L00002", "history") == {"of": "L00002", "steps": ["granted", "renewed"]}


async def test_what_the_page_says_is_missing_is_a_404_and_what_does_not_fit_its_field_is_never_sent(
    adapter: Adapter,
) -> None:
    with pytest.raises(SiloSaysNo) as no:
        await ask(adapter, "L99999")
    assert no.value.status == 404
    with pytest.raises(BadArgument, match=r"^\{path.number\}: "):
        await ask(adapter, "L0000001")
    with pytest.raises(BadArgument, match=r"^\{path.number\}: "):
        await ask(adapter, "Ł00001")


async def test_a_page_that_was_renewed_is_told_with_its_step_and_is_no_answer(adapter: Adapter) -> None:
    with pytest.raises(SiloNonsense, match=r"^get-licence: step 3: the page has changed: "):
        await ask(adapter, "GARBLE")


async def test_everybody_who_is_signed_out_at_noon_is_signed_in_again(adapter: Adapter, silo: ScreenSilo) -> None:
    assert await ask(adapter, "L00001") == FIRST
    silo.sign_everybody_out()
    assert await asyncio.gather(*(ask(adapter, "L00001") for _ in range(6))) == [FIRST] * 6


async def test_calls_at_once_have_sessions_of_their_own(adapter: Adapter) -> None:
    numbers = ["L00001", "L00002"] * 10
    found = await asyncio.gather(*(ask(adapter, number, "history") for number in numbers))
    assert [each["of"] for each in found] == numbers


async def test_an_application_that_is_killed_in_the_midst_of_an_answer_is_met_again(
    adapter: Adapter, silo: ScreenSilo
) -> None:
    assert await ask(adapter, "L00001") == FIRST
    slow = asyncio.ensure_future(ask(adapter, "SLOW01"))
    await asyncio.sleep(0.5)
    silo.kill()
    with pytest.raises(SiloUnreachable):
        await slow
    with pytest.raises(SiloUnreachable):
        await ask(adapter, "L00001")
    silo.start()
    assert await ask(adapter, "L00001") == FIRST


async def test_a_page_that_does_not_come_is_late_and_its_session_is_used_by_nobody_else(adapter: Adapter) -> None:
    with pytest.raises(SiloLate):
        await ask(adapter, "SLOW01", seconds=0.5)
    assert await ask(adapter, "L00001") == FIRST
