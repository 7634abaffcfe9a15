"""The parking office is read by the shipped silo's own steps, whichever permit is asked for, and signs clerks out."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from aiohttp import web

from adapters.screen import ADAPTER
from facade.demo import parking
from facade.demo.records import encode
from facade.demo.translated import permit
from facade.port import Adapter, SiloSaysNo
from facade.testing import fake_services, make_call

SILO = yaml.safe_load((Path(__file__).resolve().parents[3] / "config/silos/parking-office.yaml").read_text())


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Adapter]:
    runner = web.AppRunner(parking.application(), access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    settings = ADAPTER.settings.model_validate({**SILO["settings"], "url": f"http://127.0.0.1:{port}"})
    operations = {name: ADAPTER.operation.model_validate(each) for name, each in SILO["operations"].items()}
    adapter = await ADAPTER.open(settings, operations, fake_services(tmp_path))
    yield adapter
    await adapter.close()
    await runner.cleanup()


async def read(office: Adapter, number: str) -> Any:
    deadline = asyncio.get_running_loop().time() + 10
    return json.loads((await office.call(make_call("get-permit", path={"number": number}, deadline=deadline))).body)


async def test_a_permit_is_read_as_it_is(office: Adapter) -> None:
    for number in (*parking.PERMITS[:8], parking.PERMITS[-1]):
        right = permit(f"P{number}")
        assert right is not None
        assert await read(office, f"P{number}") == json.loads(encode(right))


async def test_a_permit_that_was_never_given_is_a_404(office: Adapter) -> None:
    with pytest.raises(SiloSaysNo) as no:
        await read(office, "P00001")
    assert no.value.status == 404


async def test_a_clerk_who_has_searched_enough_signs_in_again_unseen(office: Adapter) -> None:
    for _ in range(parking._SEARCHES + 3):
        assert (await read(office, "P10001"))["zone"] == 3


async def test_the_office_keeps_no_more_clerks_than_it_has_desks() -> None:
    office = parking._Office()
    for number in range(parking._SESSIONS):
        office._sessions[str(number)] = parking._Session("t")
    request: Any = type("Request", (), {"post": staticmethod(_given)})
    await office.sign_in(request)
    assert len(office._sessions) == parking._SESSIONS
    assert "0" not in office._sessions


async def _given() -> dict[str, str]:
    return {"user": parking.USER, "password": parking.PASSWORD}
