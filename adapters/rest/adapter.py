"""The kind `rest`: a call becomes one HTTP request of the operator's shape, its answer the platform's JSON."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from adapters.rest.answer import Received, read_answer
from adapters.rest.carrier import Carrier
from adapters.rest.credentials import Credentials
from adapters.rest.request import IDEMPOTENCY_KEY, Request, make_request, with_query
from adapters.rest.settings import ApiKey, Format, RestOperation, RestSettings
from facade.formats import let_go
from facade.port import Adapter, AdapterKind, Answer, Call, Files, Finding, Services, Template, parameter_mistakes

THREAD_BYTES: Final = 4 * 1024
"""A larger answer is read in a thread: this much takes two milliseconds, if it is all small objects."""

_UNAUTHORIZED: Final = 401


class RestAdapter(Adapter):
    """An open service and its operations."""

    def __init__(self, settings: RestSettings, operations: Mapping[str, RestOperation], services: Services) -> None:
        self._url = settings.url
        self._operations = operations
        self._carrier = Carrier(settings.connections, services.clock)
        self._credentials = Credentials(settings.auth, self._carrier, services.clock)

    def __repr__(self) -> str:
        return f"<RestAdapter operations={sorted(self._operations)}>"

    async def call(self, call: Call) -> Answer:
        """Send the operation's request; once if it may change anything, or if the call says so."""
        operation = self._operations[call.operation]
        request = make_request(operation, call)
        safe = operation.call.is_safe and not operation.writes and not call.once
        async with self._carrier.until(call.operation, call.deadline):
            credentials = await self._credentials.fields(call.operation)
            received = await self._send(call.operation, request, credentials, safe=safe)
            if received.status == _UNAUTHORIZED and self._credentials.refused(credentials) and safe:
                credentials = await self._credentials.fields(call.operation)  # with a new token
                received = await self._send(call.operation, request, credentials, safe=safe)
            if len(received.body) <= THREAD_BYTES:
                return _finish(operation, call, received)
            return await asyncio.to_thread(_finish, operation, call, received, large=True)

    async def close(self) -> None:
        """End every call and leave nothing open."""
        await self._carrier.close()

    async def _send(self, name: str, request: Request, credentials: Mapping[str, str], *, safe: bool) -> Received:
        headers = {**request.headers, **credentials}
        url = self._url + with_query(request.target, request.query + self._credentials.query)
        return await self._carrier.send(name, request.method, url, headers, request.body, safe=safe)


class RestKind(AdapterKind[RestSettings, RestOperation]):
    """Services that speak HTTP in another shape."""

    name = "rest"
    settings = RestSettings
    operation = RestOperation

    def mistakes(self, operation: RestOperation, parameters: frozenset[str]) -> tuple[tuple[str, str], ...]:
        """What is wrong between the keys of an operation."""
        return (*_mistakes(operation), *_parameter_mistakes(operation, parameters))

    def unnamed(self, operation: RestOperation) -> tuple[tuple[str, str], ...]:
        """`send` names it, and the path and `idempotency` show what they carry; `query` and `headers` are constants."""
        return tuple(_unnamed(operation))

    def examine(
        self, settings: RestSettings, operations: Mapping[str, RestOperation], folder: Path, files: Files
    ) -> tuple[Finding, ...]:
        """Fields of operations that are the API key's own: a caller's value would go beside the key."""
        key = settings.auth.api_key if settings.auth is not None else None
        return () if key is None else tuple(_taken(key, operations))

    async def open(
        self, settings: RestSettings, operations: Mapping[str, RestOperation], services: Services
    ) -> RestAdapter:
        """Nothing is opened yet: the first call does that."""
        return RestAdapter(settings, operations, services)


def _finish(operation: RestOperation, call: Call, received: Received, *, large: bool = False) -> Answer:
    fields = read_answer(call.operation, operation, received)
    answer = operation.finish(call, fields, large=large)
    if large and operation.transform is None:  # an operator's own function may have kept them
        let_go(fields)
    return answer


def _taken(key: ApiKey, operations: Mapping[str, RestOperation]) -> Iterator[Finding]:
    for name, operation in operations.items():
        where = "send" if operation.in_query is operation.send else "query"
        places = [f"headers.{each}" for each in operation.headers if each.lower() == (key.header or "").lower()]
        places += [f"{where}.{each}" for each in operation.in_query if each == key.query]
        for place in places:
            yield Finding(f"operations.{name}.{place}", "auth writes this field; take it out")


def _mistakes(operation: RestOperation) -> Iterator[tuple[str, str]]:
    if operation.arguments:
        yield "arguments", "a rest operation has none; write query, headers or send"
    if operation.call.is_safe and operation.send and operation.query:
        yield "query", f"a {operation.call.method} has no body, so send is its query; write all of it there"
    if operation.call.is_safe and operation.send and operation.format is not Format.JSON:
        yield "format", f"a {operation.call.method} has no body; take format out"
    if operation.call.method in {"PUT", "PATCH", "DELETE"} and not operation.writes:
        yield "call", f"a {operation.call.method} changes something; add writes: true"
    if operation.call.is_safe and operation.writes:
        yield "writes", f"a {operation.call.method} changes nothing; take writes out, or write another method"
    if (operation.format is Format.XML) != (operation.root is not None):
        yield "format", "XML has a root and nothing else has; write format: xml and root: NAME, or neither"
    for name, other in _repeated(operation):
        yield f"headers.{name}", f"{other} writes this field too; take one of them out"
    if "." in "".join(operation.in_body) and operation.format is Format.FORM:
        yield "send", "a form has no fields inside others; take the point out of the name"
    names = sorted(operation.in_body)
    for name, other in ((name, other) for name in names for other in names if other.startswith(f"{name}.")):
        yield f"send.{name}", f"{other} stands inside it, so it is an object; take one of them out"


def _repeated(operation: RestOperation) -> Iterator[tuple[str, str]]:
    """Header fields that would be sent twice, and what else writes each: case makes no other field of it."""
    written = {} if operation.idempotency is None else {IDEMPOTENCY_KEY.lower(): "idempotency"}
    for name in operation.headers:
        other = written.setdefault(name.lower(), name)
        if other != name:
            yield name, other


def _unnamed(operation: RestOperation) -> Iterator[tuple[str, str]]:
    if "send" not in operation.model_fields_set:
        yield "send", "an external is sent what this names and nothing else; add it, {} if that is nothing"
    for key, templates in (("query", operation.query), ("headers", operation.headers)):
        for name, template in templates.items():
            if template.placeholders:
                what = f"{template.field} would leave for an external beside what send names"
                yield f"{key}.{name}", f"{what}; name it under send, or write a constant"


def _parameter_mistakes(operation: RestOperation, parameters: frozenset[str]) -> Iterator[tuple[str, str]]:
    for key in ("query", "headers", "send"):
        yield from parameter_mistakes(getattr(operation, key), parameters, key)
    alone: dict[str, tuple[Template, ...]] = {"call": operation.call.segments}
    if operation.idempotency is not None:
        alone["idempotency"] = (operation.idempotency,)
    for key, templates in alone.items():
        for template in templates:
            for _, sentence in parameter_mistakes({"": template}, parameters):
                yield key, sentence
