"""A call as an HTTP request. Pure: what leaves is what the operation names, and a caller's value stays a value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlencode

from adapters.rest.settings import Format, RestOperation
from facade.formats import FormatError, encode_json
from facade.formats.xml import encode_xml
from facade.port import BadArgument, Call, Template, Value
from facade.port.fitting import as_text

IDEMPOTENCY_KEY: Final = "Idempotency-Key"
_ACCEPT: Final = "application/json, application/xml;q=0.9"
_TYPES: Final[Mapping[Format, str]] = {
    Format.JSON: "application/json",
    Format.XML: "application/xml; charset=utf-8",
    Format.FORM: "application/x-www-form-urlencoded",
}


@dataclass(frozen=True, slots=True)
class Request:
    """What is sent. `target` is path and query, to be put behind the settings' URL."""

    method: str
    target: str = field(repr=False)
    query: tuple[tuple[str, str], ...] = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    body: bytes | None = field(repr=False)


def make_request(operation: RestOperation, call: Call) -> Request:
    """The request of an operation for this call; raise BadArgument."""
    headers = {} if "accept" in {name.lower() for name in operation.headers} else {"Accept": _ACCEPT}
    headers |= {name: text for name, template in operation.headers.items() if (text := _header(template, call))}
    if operation.idempotency is not None:
        headers |= _key(operation.idempotency, call)
    body = _body(operation, call) if operation.in_body else None
    if body is not None:
        headers["Content-Type"] = _TYPES[operation.format]
    return Request(operation.call.method, operation.call.path(call), _pairs(operation.in_query, call), headers, body)


def with_query(target: str, query: tuple[tuple[str, str], ...]) -> str:
    """A path with its query (RFC 3986 section 3.4)."""
    return f"{target}?{urlencode(query)}" if query else target


def _pairs(templates: Mapping[str, Template], call: Call) -> tuple[tuple[str, str], ...]:
    """What the caller left out, and the operator let him, is not sent."""
    filled = {name: template.fill(call) for name, template in templates.items()}
    return tuple((name, as_text(value)) for name, value in filled.items() if value is not None)


def _key(template: Template, call: Call) -> dict[str, str]:
    """An empty key would be the same for everybody."""
    value = _header(template, call)
    if value:
        return {IDEMPOTENCY_KEY: value}
    if template.fill(call) is None:
        return {}
    raise BadArgument(template.field, "must not be empty")


def _header(template: Template, call: Call) -> str:
    text = as_text(template.fill(call))
    if not (text.isascii() and text.isprintable()):
        raise BadArgument(template.field, "must be one line of ASCII text")
    return text


def _body(operation: RestOperation, call: Call) -> bytes:
    if operation.format is Format.FORM:
        return urlencode(_pairs(operation.in_body, call)).encode("ascii")
    fields = _nested({name: template.fill(call) for name, template in operation.in_body.items()})
    try:
        if operation.format is Format.XML:
            return encode_xml(operation.root or "", fields)
        return encode_json(fields)
    except FormatError as error:
        raise BadArgument("{body}", str(error)) from None


def _nested(fields: Mapping[str, Value]) -> dict[str, Any]:
    """`payer.name` is the field name of the object payer."""
    nested: dict[str, Any] = {}
    for name, value in fields.items():
        if value is None:
            continue
        *above, last = name.split(".")
        place = nested
        for step in above:
            place = place.setdefault(step, {})
        place[last] = value
    return nested
