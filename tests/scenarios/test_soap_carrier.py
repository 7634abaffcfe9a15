"""How a SOAP message travels: the fields it has, the connections it takes, and what is done about a silo in trouble."""

from __future__ import annotations

import asyncio
import base64
import contextlib

import pytest
from soap_messages import COURTS, GET, INTERFACES, LAND, envelope, title
from soap_server import FOREVER, SoapServer, http

from adapters.soap import ADAPTER
from adapters.soap.settings import SoapOperation, SoapSettings
from adapters.soap.wsdl import Version
from facade.port import SiloFull, SiloLate, SiloSaysNo, SiloUnreachable
from facade.testing import fake_services, make_call

WHOLE = http(envelope(title()))


@contextlib.asynccontextmanager
async def adapter(answers, written=GET, wsdl=LAND, **settings):
    server = SoapServer(answers)
    async with server.running() as endpoint:
        model = SoapSettings(wsdl=wsdl.name, endpoint=endpoint, **settings)
        operations = {"get": SoapOperation.model_validate(written)}
        opened = await ADAPTER.open(model, operations, fake_services(INTERFACES))
        try:
            yield opened, server
        finally:
            await opened.close()


def ask(seconds=30.0, **query):
    return make_call("get", deadline=asyncio.get_running_loop().time() + seconds, path={"number": "AB1"}, query=query)


async def test_a_message_of_the_first_version_says_its_action_in_a_field():
    async with adapter({b"": WHOLE}) as (opened, server):
        await opened.call(ask())
    ((fields, body),) = server.requests
    assert fields["content-type"] == "text/xml; charset=utf-8"
    assert fields["soapaction"] == '"urn:land-registry/GetTitleRegister"'
    assert fields["content-length"] == str(len(body))
    assert fields.keys() == {"host", "accept", "content-type", "soapaction", "content-length"}


async def test_a_message_of_the_second_version_says_its_action_in_its_media_type():
    parts = "<fine><amount>1</amount></fine><total>1</total>"
    parts = f'<c:FindFinesResponse xmlns:c="urn:courts">{parts}</c:FindFinesResponse>'
    reply = http(envelope(parts, Version.SOAP_1_2), media_type="application/soap+xml")
    written = {"call": "FindFines", "arguments": {"person": "x", "limit": "1"}}
    async with adapter({b"": reply}, written, COURTS, port="Modern") as (opened, server):
        await opened.call(ask())
    ((fields, _),) = server.requests
    assert fields["content-type"] == 'application/soap+xml; charset=utf-8; action="urn:courts/find"'
    assert "soapaction" not in fields


async def test_a_password_in_the_endpoint_is_sent_as_one():
    server = SoapServer({b"": WHOLE})
    async with server.running() as endpoint:
        settings = SoapSettings(wsdl=LAND.name, endpoint=endpoint.replace("//", "//facade:pa55word@"))
        operations = {"get": SoapOperation.model_validate(GET)}
        opened = await ADAPTER.open(settings, operations, fake_services(INTERFACES))
        await opened.call(ask())
        await opened.close()
    ((fields, _),) = server.requests
    assert fields["authorization"] == "Basic " + base64.b64encode(b"facade:pa55word").decode()


async def test_a_connection_is_used_again():
    async with adapter({b"": WHOLE}) as (opened, server):
        for _ in range(5):
            await opened.call(ask())
        assert server.connections == 1


async def test_connections_are_bounded():
    async with adapter({b"": WHOLE}, connections=3) as (opened, server):
        await asyncio.gather(*(opened.call(ask()) for _ in range(50)))
        assert server.connections == 3
        assert len(server.requests) == 50


async def test_a_cancelled_call_closes_its_connection():
    async with adapter({b"": FOREVER}) as (opened, server):
        call = asyncio.gather(opened.call(ask()))
        await server.asked.wait()
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        await server.hung_up.wait()


async def test_a_message_is_sent_once_even_when_its_connection_breaks():
    async with adapter({b"": b"cut"}) as (opened, server):
        with pytest.raises(SiloUnreachable):
            await opened.call(ask())
        assert len(server.requests) == 1


async def test_a_late_answer_is_not_waited_for():
    async with adapter({b"": FOREVER}) as (opened, _):
        with pytest.raises(SiloLate):
            await opened.call(ask(0.05))


@pytest.mark.parametrize("status", [429, 503])
async def test_a_silo_that_takes_no_more_is_full(status):
    async with adapter({b"": http(b"", status)}) as (opened, _):
        with pytest.raises(SiloFull):
            await opened.call(ask())


@pytest.mark.parametrize("status", [200, 500])
async def test_a_fault_is_an_error_under_any_status(status):
    fault = "<s:Fault><faultcode>s:Server</faultcode><detail><t:TitleNotFound/></detail></s:Fault>"
    async with adapter({b"": http(envelope(fault), status)}) as (opened, _):
        with pytest.raises(SiloSaysNo) as no:
            await opened.call(ask())
    assert no.value.status == 404


async def test_a_large_answer_is_whole():
    charges = "".join(f'<Charge id="{number}"><Lender>Fenland</Lender></Charge>' for number in range(5_000))
    async with adapter({b"": http(envelope(title(f"<Charges>{charges}</Charges>")))}) as (opened, _):
        answer = await opened.call(ask())
    assert answer.body.count(b'"lender"') == 5_000
