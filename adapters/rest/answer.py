"""An HTTP answer as fields, or as the port's error. Pure. Nothing that the silo said is shown."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from adapters.rest.settings import RestOperation
from facade.formats import FormatError, decode_json, field_names
from facade.formats.xml import decode_xml
from facade.port import SiloError, SiloFull, SiloNonsense, SiloSaysNo
from facade.port.expression import Evaluation, EvaluationError

_SAYS_NO: Final[Mapping[int, int]] = {400: 422, 404: 404, 409: 409, 410: 410, 412: 412, 422: 422}
"""The silo's statuses that are the caller's affair. What it finds wrong with a value of his is no longer a 400."""

_BUSY: Final = frozenset({429, 503})
_ACCOUNT: Final = frozenset({401, 403, 407})
_JSON: Final = re.compile(r"application/(?:[\w.-]+\+)?json")
_XML: Final = re.compile(r"(?:application|text)/(?:[\w.-]+\+)?xml")
_MAX_RETRY: Final = 3600
"""Seconds of a Retry-After that are passed on: an hour is the longest a caller plans for."""


@dataclass(frozen=True, slots=True)
class Received:
    """An answer as it came, whole. `media_type` is lower case and without parameters."""

    status: int
    media_type: str
    charset: str | None = None
    body: bytes = field(default=b"", repr=False)
    retry_after: str = ""


Fields = dict[str, Any] | list[dict[str, Any]]


def read_answer(name: str, operation: RestOperation, received: Received) -> Fields:
    """The answer's fields in snake_case, or a list of them; raise a SiloError."""
    if not 200 <= received.status <= 299:
        raise _refused(name, operation, received)
    fields = _fields(name, operation, received)
    _check_fault(name, operation, fields)
    return fields


def _refused(name: str, operation: RestOperation, received: Received) -> SiloError:
    status = operation.faults.status(str(received.status)) or _SAYS_NO.get(received.status)
    if status is not None:
        return SiloSaysNo(status, f"{name}: the silo answers {received.status}")
    if received.status in _BUSY:
        seconds = received.retry_after
        wait = min(int(seconds), _MAX_RETRY) if seconds.isascii() and seconds.isdigit() and len(seconds) < 9 else None
        return SiloFull(f"{name}: the silo answers {received.status}, it takes no more calls", retry_after=wait)
    if received.status in _ACCOUNT:
        return SiloNonsense(f"{name}: the silo answers {received.status}, it does not take the sidecar's credentials")
    return SiloNonsense(f"{name}: no usable answer: status {received.status}")


def _fields(name: str, operation: RestOperation, received: Received) -> Fields:
    if not received.body:
        return {}
    try:
        if _JSON.fullmatch(received.media_type):
            return _objects(_named(decode_json(received.body)))
        if _XML.fullmatch(received.media_type):
            return decode_xml(received.body, received.charset, operation.lists)
    except FormatError as error:
        raise SiloNonsense(f"{name}: no usable answer: it {error}") from None
    raise SiloNonsense(f"{name}: no usable answer: it is neither JSON nor XML")


def _named(value: Any) -> Any:
    """The value with its names in snake_case. It is used up: a large one given up at once would hold the event loop."""
    if isinstance(value, dict):
        return {field: _named(value.pop(written)) for written, field in field_names(value).items()}
    if isinstance(value, list):
        value.reverse()
        return [_named(value.pop()) for _ in range(len(value))]
    return value


def _objects(value: Any) -> Fields:
    if isinstance(value, dict) or (isinstance(value, list) and all(isinstance(each, dict) for each in value)):
        fields: Fields = value
        return fields
    raise FormatError("is neither an object nor a list of objects")


def _check_fault(name: str, operation: RestOperation, fields: Fields) -> None:
    """An error inside a good status is one."""
    if operation.fault is None:
        return
    try:
        code = Evaluation().of(operation.fault, fields)
    except EvaluationError as error:
        raise SiloNonsense(f"{name}: no usable answer: fault: {error}") from None
    if code is None or code == "":
        return
    status = operation.faults.status(str(code))
    if status is None:
        raise SiloNonsense(f"{name}: the silo answers with an error that faults does not name")
    raise SiloSaysNo(status, f"{name}: the silo says no")
