"""A service in another shape: where its requests go, how often, and with what credentials."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from rest_service import Got, Reply, RestService, answer, serving

from adapters.rest import ADAPTER
from facade.port import Adapter, Call, SiloNonsense, SiloUnreachable
from facade.testing import FakeClock, fake_services, make_call

OPERATIONS: dict[str, dict[str, Any]] = {
    "find": {
        "call": "GET /v1/search",
        "query": {"postcode": "{query.postcode}"},
        "answer": {"lines": "results[].line"},
    },
    "get": {"call": "GET /v1/claims/{path.id}"},
    "put": {"call": "PUT /v1/claims/{path.id}", "writes": True, "send": {"a": "V"}},
    "pay": {
        "call": "POST /v1/payments",
        "writes": True,
        "send": {"amount": "{body.pence:int}"},
        "idempotency": "{header.Idempotency-Key}",
        "status": 201,
    },
}
CREDENTIALS = {"client_id": "facade:1", "client_secret": "pa55word", "scope": "claims"}


@contextlib.asynccontextmanager
async def opened(
    folder: Path, url: str, auth: dict[str, object] | None = None, clock: Callable[[], float] | None = None
) -> AsyncIterator[Adapter]:
    settings = ADAPTER.settings.model_validate({"url": url, **({"auth": auth} if auth else {})})
    operations = {name: ADAPTER.operation.model_validate(written) for name, written in OPERATIONS.items()}
    adapter = await ADAPTER.open(settings, operations, fake_services(folder, clock=clock))
    try:
        yield adapter
    finally:
        await adapter.close()


async def ask(adapter: Adapter, call: Call, now: float | None = None) -> Any:
    start = asyncio.get_running_loop().time() if now is None else now
    answered = await adapter.call(replace(call, deadline=start + 10))
    return (answered.status, json.loads(answered.body))


def get(reference: str) -> Call:
    return make_call("get", path={"id": reference})


async def test_a_search_is_asked_and_answered_in_the_platforms_shape(tmp_path: Path) -> None:
    async with (
        serving(lambda _: answer(b'{"results": [{"line": "1 High St"}, {"line": "2 High St"}]}')) as service,
        opened(tmp_path, f"{service.url}/base/", {"api_key": {"value": "k3y", "query": "key"}}) as adapter,
    ):
        found = await ask(adapter, make_call("find", query={"postcode": "EH1 1AA&key=other"}))
    assert found == (200, {"lines": ["1 High St", "2 High St"]})
    (got,) = service.got
    assert got.target == "/base/v1/search?postcode=EH1+1AA%26key%3Dother&key=k3y"
    assert (got.method, "cookie" in got.headers, got.headers["host"]) == ("GET", False, f"127.0.0.1:{service.port}")


@pytest.mark.parametrize(
    "value", ["@evil.example", "http://169.254.169.254/", "//evil.example", "..", "a/../../admin", "x?y#z", "\\\\evil"]
)
async def test_no_value_moves_a_request_to_another_place(tmp_path: Path, value: str) -> None:
    async with serving(lambda _: answer(b"{}")) as service, opened(tmp_path, service.url) as adapter:
        with contextlib.suppress(Exception):
            await ask(adapter, get(value))
        assert all(got.target.startswith("/v1/claims/") and got.target.count("/") == 3 for got in service.got)
        assert all("?" not in got.target for got in service.got)
        assert len(service.got) == (value != "..")


async def test_a_redirect_is_not_followed(tmp_path: Path) -> None:
    async with serving(lambda _: answer(b"{}")) as inside:
        moved = answer(b"", "302 Found", extra=f"Location: {inside.url}/secret\r\n")
        async with serving(lambda _: moved) as service, opened(tmp_path, service.url) as adapter:
            with pytest.raises(SiloNonsense, match="get: no usable answer: status 302"):
                await ask(adapter, get("1"))
    assert (len(service.got), inside.got) == (1, [])


@pytest.mark.parametrize("operation", ["put", "pay"])
async def test_what_may_change_something_is_sent_once_whatever_becomes_of_it(tmp_path: Path, operation: str) -> None:
    replies: list[Reply] = [answer(b'{"a": 1}'), b""]
    async with (
        serving(lambda _: replies[min(len(service.got) - 1, 1)]) as service,
        opened(tmp_path, service.url) as adapter,
    ):
        call = make_call(
            operation,
            method="POST",
            path={"id": "1"},
            headers={"Idempotency-Key": "k-1"},
            body={"pence": 7, "nino": "QQ"},
        )
        assert (await ask(adapter, call))[0] in {200, 201}
        with pytest.raises(SiloUnreachable, match="no connection, or it broke"):
            await ask(adapter, call)
    assert len(service.got) == 2
    assert all(b"QQ" not in got.body for got in service.got)
    if operation == "pay":
        assert {(got.headers["idempotency-key"], got.body) for got in service.got} == {("k-1", b'{"amount":7}')}


async def test_a_compressed_answer_is_not_unpacked(tmp_path: Path) -> None:
    packed = answer(b"\x1f\x8b", extra="Content-Encoding: gzip\r\n")
    async with serving(lambda _: packed) as service, opened(tmp_path, service.url) as adapter:
        with pytest.raises(SiloNonsense, match="it is compressed"):
            await ask(adapter, get("1"))
        assert "accept-encoding" not in service.got[0].headers


async def test_an_answer_that_never_ends_is_left(tmp_path: Path) -> None:
    huge = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9000000\r\n\r\n" + b" " * 9_000_000
    async with serving(lambda _: huge) as service, opened(tmp_path, service.url) as adapter:
        with pytest.raises(SiloNonsense, match="larger than 8388608 bytes"):
            await ask(adapter, get("1"))


async def test_a_large_answer_is_read_in_a_thread_and_whole(tmp_path: Path) -> None:
    rows = [{"lineNo": number} for number in range(5000)]
    async with (
        serving(lambda _: answer(json.dumps(rows).encode())) as service,
        opened(tmp_path, service.url) as adapter,
    ):
        assert (await ask(adapter, get("1")))[1] == [{"line_no": number} for number in range(5000)]


@pytest.mark.parametrize(
    ("auth", "sent"),
    [
        ({"bearer": "pa55word"}, ("authorization", "Bearer pa55word")),
        (
            {"basic": {"user": "facade", "password": "pa55word"}},
            ("authorization", "Basic " + base64.b64encode(b"facade:pa55word").decode()),
        ),
        ({"api_key": {"value": "pa55word", "header": "X-Api-Key"}}, ("x-api-key", "pa55word")),
    ],
)
async def test_the_sidecar_says_who_it_is(tmp_path: Path, auth: dict[str, object], sent: tuple[str, str]) -> None:
    async with serving(lambda _: answer(b"{}")) as service, opened(tmp_path, service.url, auth) as adapter:
        await ask(adapter, get("1"))
    assert service.got[0].headers[sent[0]] == sent[1]


class Bank:
    """A token server, and a service that takes only the newest token."""

    def __init__(self) -> None:
        self.issued = 0
        self.seconds: object = 3600

    def token(self, got: Got) -> Reply:
        assert parse_qs(got.body.decode()) == {"grant_type": ["client_credentials"], "scope": ["claims"]}
        assert got.headers["authorization"] == "Basic " + base64.b64encode(b"facade%3A1:pa55word").decode()
        self.issued += 1
        document = {"access_token": f"t-{self.issued}", "token_type": "bearer", "expires_in": self.seconds}
        return answer(json.dumps(document).encode())

    def serve(self, got: Got) -> Reply:
        newest = got.headers.get("authorization") == f"Bearer t-{self.issued}"
        return answer(b"{}") if newest else answer(b"{}", "401 Unauthorized")


@contextlib.asynccontextmanager
async def banked(folder: Path, clock: FakeClock) -> AsyncIterator[tuple[Bank, RestService, Adapter]]:
    bank = Bank()
    async with serving(bank.token) as tokens, serving(bank.serve) as service:
        auth: dict[str, object] = {"client_credentials": {"token_url": f"{tokens.url}/token", **CREDENTIALS}}
        async with opened(folder, service.url, auth, clock) as adapter:
            yield bank, service, adapter


async def test_a_token_is_fetched_once_kept_and_renewed_before_it_ends(tmp_path: Path) -> None:
    clock = FakeClock()
    async with banked(tmp_path, clock) as (bank, _, adapter):
        await asyncio.gather(*(ask(adapter, get("1"), clock.now) for _ in range(20)))
        assert bank.issued == 1
        clock.advance(3600 - 31)
        await ask(adapter, get("1"), clock.now)
        assert bank.issued == 1
        clock.advance(2)
        await ask(adapter, get("1"), clock.now)
        assert bank.issued == 2


async def test_a_token_that_is_taken_back_is_renewed_and_only_a_read_asked_again(tmp_path: Path) -> None:
    clock = FakeClock()
    async with banked(tmp_path, clock) as (bank, service, adapter):
        await ask(adapter, get("1"), clock.now)
        bank.issued += 1
        await ask(adapter, get("1"), clock.now)
        assert (len(service.got), bank.issued) == (3, 3)
        bank.issued += 1
        put = make_call("put", method="PUT", path={"id": "1"})
        with pytest.raises(SiloNonsense, match="does not take the sidecar's credentials"):
            await ask(adapter, put, clock.now)
        assert len(service.got) == 4
        await ask(adapter, put, clock.now)
        assert (len(service.got), bank.issued) == (5, 5)


async def test_a_hundred_calls_whose_token_was_taken_back_share_one_new_one(tmp_path: Path) -> None:
    clock = FakeClock()
    async with banked(tmp_path, clock) as (bank, _, adapter):
        await ask(adapter, get("1"), clock.now)
        bank.issued += 1
        answers = await asyncio.gather(*(ask(adapter, get("1"), clock.now) for _ in range(100)))
        assert answers == [(200, {})] * 100
        assert bank.issued == 3


async def test_a_read_that_is_asked_once_is_not_asked_again_with_a_new_token_but_the_next_has_one(
    tmp_path: Path,
) -> None:
    clock = FakeClock()
    async with banked(tmp_path, clock) as (bank, service, adapter):
        once = replace(get("1"), once=True)
        await ask(adapter, once, clock.now)
        bank.issued += 1
        with pytest.raises(SiloNonsense, match="does not take the sidecar's credentials"):
            await ask(adapter, once, clock.now)
        assert len(service.got) == 2
        await ask(adapter, once, clock.now)
        assert (len(service.got), bank.issued) == (3, 3)


async def test_a_read_that_is_asked_once_is_sent_once_over_a_connection_of_its_own(tmp_path: Path) -> None:
    replies: list[Reply] = [answer(b"{}"), b""]
    async with (
        serving(lambda _: replies[min(len(service.got) - 1, 1)]) as service,
        opened(tmp_path, service.url) as adapter,
    ):
        await ask(adapter, replace(get("1"), once=True))
        with pytest.raises(SiloUnreachable, match="no connection, or it broke"):
            await ask(adapter, replace(get("1"), once=True))
    assert len(service.got) == 2


@pytest.mark.parametrize(
    "said",
    [
        answer(b"{}", "400 Bad Request"),
        answer(b'{"access_token": 7}'),
        answer(b'{"access_token": "pa55\\r\\nX: 1"}'),
        answer(b"pa55"),
        answer(b"[]"),
        b"",
    ],
)
async def test_a_token_server_that_gives_none_makes_the_silo_unreachable(tmp_path: Path, said: bytes) -> None:
    async with serving(lambda _: said) as tokens, serving(lambda _: answer(b"{}")) as service:
        auth: dict[str, object] = {"client_credentials": {"token_url": tokens.url, **CREDENTIALS}}
        async with opened(tmp_path, service.url, auth) as adapter:
            with pytest.raises(SiloUnreachable) as unreachable:
                await ask(adapter, get("1"))
    assert ("pa55" in str(unreachable.value), service.got) == (False, [])
