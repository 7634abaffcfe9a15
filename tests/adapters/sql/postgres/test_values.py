"""PostgreSQL's types are an answer's, whatever they are nested in."""

from __future__ import annotations

import datetime
import ipaddress
import uuid
from decimal import Decimal

from adapters.sql.postgres.values import plain_row

ID = uuid.UUID("7c0bc7b4-0b1d-4a2d-9a56-9a41ad2b9d28")


def test_what_json_has_no_type_for_is_its_text() -> None:
    row = {"id": ID, "ids": [ID, None], "home": ipaddress.ip_address("192.0.2.1"), "net": ipaddress.ip_network("::/8")}
    assert plain_row(row) == (str(ID), [str(ID), None], "192.0.2.1", "::/8")


def test_everything_else_stays() -> None:
    values = (1, Decimal("1.10"), "a", True, None, datetime.date(2027, 3, 31), b"x", datetime.timedelta(1))
    assert plain_row(dict(enumerate(values))) == values
