"""PostgreSQL's types as an answer's. What asyncpg gives as int, str, bool, Decimal, date or time stays as it is."""

from __future__ import annotations

import datetime
import ipaddress
import uuid
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

import asyncpg

_TEXTS: Final = (
    uuid.UUID,
    ipaddress.IPv4Address,
    ipaddress.IPv6Address,
    ipaddress.IPv4Interface,
    ipaddress.IPv6Interface,
    ipaddress.IPv4Network,
    ipaddress.IPv6Network,
)
"""Types whose text is their value (`uuid`, `inet`, `cidr`)."""

_AS_THEY_ARE: Final = frozenset({str, int, bool, type(None), Decimal, datetime.date, datetime.datetime})
"""Types of most values, which need no second look."""


def plain_row(record: Mapping[str, Any]) -> tuple[object, ...]:
    """A row's values; what has no place in an answer, such as bytes or an interval, stays and is refused there."""
    return tuple([each if type(each) in _AS_THEY_ARE else _plain(each) for each in record.values()])


def _plain(value: Any) -> object:
    if isinstance(value, _TEXTS):
        return str(value)
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if isinstance(value, asyncpg.Record):  # a composite type, whose fields have names
        return {name: _plain(each) for name, each in value.items()}
    return value
