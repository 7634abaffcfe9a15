"""SOAP with a silo in another language: what its library writes is read here, and what is written here it reads."""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from adapters.soap import ADAPTER
from adapters.soap.adapter import SoapAdapter
from adapters.soap.settings import SoapOperation, SoapSettings
from facade.port import BadArgument, SiloLate, SiloSaysNo, SiloUnreachable
from facade.testing import fake_files, fake_services, make_call
from services.soap_silo import FOLDER, SoapSilo

OPERATIONS = {
    "get": {"call": "GetLicence", "arguments": {"LicenceNumber": "{path.number}"}, "faults": {"LicenceNotFound": 404}},
    "echo": {
        "call": "Echo",
        "arguments": {"Text": "{body.text}", "Amount": "{body.amount:decimal=}", "Seconds": "{body.seconds:int=}"},
    },
}
FIND = {"find": {"call": "FindFine", "arguments": {"person": "{path.person}", "year": "{path.year:int}"}}}
TEXTS = 100
VERSIONS = pytest.mark.parametrize("version", ["licences", "licences12"])


@pytest.fixture(scope="module")
def silo() -> Iterator[SoapSilo]:
    server = SoapSilo()
    yield server
    server.stop()


@contextlib.asynccontextmanager
async def opened(silo: SoapSilo, name: str, written: dict[str, Any] = OPERATIONS) -> AsyncIterator[SoapAdapter]:
    settings = SoapSettings(wsdl=f"{name}.wsdl", endpoint=silo.endpoint(name))
    operations = {key: SoapOperation.model_validate(each) for key, each in written.items()}
    assert ADAPTER.examine(settings, operations, FOLDER, fake_files(FOLDER)) == ()
    adapter = await ADAPTER.open(settings, operations, fake_services(FOLDER))
    try:
        yield adapter
    finally:
        await adapter.close()


async def ask(adapter: SoapAdapter, operation: str, seconds: float = 30, **parts: Any) -> Any:
    call = make_call(operation, deadline=asyncio.get_running_loop().time() + seconds, **parts)
    return json.loads((await adapter.call(call)).body, parse_float=str)


@VERSIONS
async def test_what_it_writes_is_read(silo, version):
    async with opened(silo, version) as adapter:
        assert await ask(adapter, "get", path={"number": "L00001"}) == {
            "holder": "Zoë & Söhne <Ltd>",
            "fee": "1250.10",
            "points": "0.1",
            "expires": "2027-02-28",
            "revoked": None,
            "active": True,
            "condition": [{"code": 7, "value": "No dogs"}],
        }


@VERSIONS
async def test_a_list_that_it_leaves_out_is_empty(silo, version):
    async with opened(silo, version) as adapter:
        assert (await ask(adapter, "get", path={"number": "L00002"}))["condition"] == []


@VERSIONS
async def test_its_fault_is_mapped(silo, version):
    async with opened(silo, version) as adapter:
        with pytest.raises(SiloSaysNo) as no:
            await ask(adapter, "get", path={"number": "L99999"})
    assert no.value.status == 404


async def test_its_fault_under_a_good_status_is_a_fault(silo):
    async with opened(silo, "licences") as adapter:
        with pytest.raises(SiloSaysNo) as no:
            await ask(adapter, "get", path={"number": "L99998"})
    assert no.value.status == 404


async def test_what_its_wsdl_forbids_is_never_sent(silo):
    async with opened(silo, "licences") as adapter:
        with pytest.raises(BadArgument):
            await ask(adapter, "get", path={"number": "<L00001/>"})


@VERSIONS
async def test_any_text_comes_back_as_it_went(silo, version):
    chance = random.Random(20_271)
    letters = "abc<>&\"'[]!-?/=;#% éßЖ漢😀\t\n" + "]]>" + "<![CDATA[" + "&amp;&#65;"
    async with opened(silo, version) as adapter:
        for _ in range(TEXTS):
            text = "x" + "".join(chance.choices(letters, k=chance.randint(1, 60))) + "x"
            assert (await ask(adapter, "echo", body={"text": text}))["text"] == text


async def test_an_amount_keeps_its_digits(silo):
    async with opened(silo, "licences") as adapter:
        for digits in ("0.10", "12345678901234567890.12", "-7"):
            answer = await ask(adapter, "echo", body={"text": "x", "amount": digits})
            assert str(answer["amount"]) == digits


async def test_an_rpc_operation_is_asked_and_read(silo):
    async with opened(silo, "fines", FIND) as adapter:
        answer = await ask(adapter, "find", path={"person": "O'Neill & <Sons>", "year": "2026"})
    assert answer == {"amount": "2026.50", "person": "O'Neill & <Sons>"}


async def test_a_hundred_calls_at_once_are_each_answered_their_own(silo):
    async with opened(silo, "licences") as adapter:
        texts = [f"text {number}" for number in range(100)]
        answers = await asyncio.gather(*(ask(adapter, "echo", body={"text": text}) for text in texts))
    assert [each["text"] for each in answers] == texts


async def test_it_may_be_late(silo):
    async with opened(silo, "licences") as adapter:
        with pytest.raises(SiloLate):
            await ask(adapter, "echo", 0.2, body={"text": "x", "seconds": 3600})


async def test_it_may_die_in_mid_call_and_come_back():
    dying = SoapSilo()
    try:
        async with opened(dying, "licences") as adapter:
            await ask(adapter, "echo", body={"text": "x"})
            call = asyncio.gather(ask(adapter, "echo", body={"text": "x", "seconds": 3600}))
            await asyncio.sleep(0.2)
            dying.kill()
            with pytest.raises(SiloUnreachable):
                await call
            with pytest.raises(SiloUnreachable):
                await ask(adapter, "echo", body={"text": "x"})
    finally:
        dying.stop()
