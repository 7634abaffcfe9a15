"""The rest kind keeps the contract of every adapter against a service on a real socket."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path

from rest_service import Got, Reply, RestService, answer, serving

from adapters.rest import ADAPTER
from facade.port import Call
from facade.testing import AdapterContract, make_call
from harness.ports import free_port

REPLIES: Mapping[str, Reply] = {
    "CLM-1": answer(b'{"claimant": "QQ123456C", "amount": 1250.75}'),
    "SLOW": None,
    "TEXT": answer(b"QQ123456C", media_type="text/plain"),
    "TORN-JSON": answer(b'{"claimant": "QQ123456C"'),
    "NO-HTTP": b"QQ123456C, and no status\r\n\r\n",
    "DIES": b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9000\r\n\r\n{'broken QQ123456C",
    "NOTHING": b"",
}


def reply(got: Got) -> Reply:
    return REPLIES[got.target.rpartition("/")[2].partition("?")[0]]


def ask(reference: str) -> Call:
    return make_call("get", path={"reference": reference}, query={"since": "2027-03-31"})


class TestRest(AdapterContract):
    kind = ADAPTER
    secrets = ("pa55word", "QQ123456C", "1250.75")
    service: RestService

    @contextlib.asynccontextmanager
    async def silo(self, folder: Path) -> AsyncIterator[Mapping[str, object]]:
        async with serving(reply) as self.service:
            yield {"url": self.service.url, "auth": {"bearer": "pa55word"}, "connections": 4}

    def missing(self, folder: Path) -> Mapping[str, object]:
        return {"url": f"http://127.0.0.1:{free_port()}", "auth": {"bearer": "pa55word"}}

    def operations(self) -> Mapping[str, Mapping[str, object]]:
        return {"get": {"call": "GET /v1/claims/{path.reference}", "query": {"since": "{query.since:date}"}}}

    def ordinary(self) -> Call:
        return ask("CLM-1")

    def slow(self) -> Call:
        return ask("SLOW")

    def misfit(self) -> Call:
        return make_call("get", path={"reference": "CLM-1"}, query={"since": "QQ123456C"})

    def nonsense(self) -> Sequence[Call]:
        return [ask("TEXT"), ask("TORN-JSON"), ask("NO-HTTP")]

    def dying(self) -> Sequence[Call]:
        return [ask("DIES"), ask("NOTHING")]
