"""A token that many calls share: taken back once, fetched once, and used only where its type is known."""

from __future__ import annotations

import json
from typing import Any

import pytest

from adapters.rest.answer import Received
from adapters.rest.credentials import Credentials
from adapters.rest.settings import Auth
from facade.port import SiloUnreachable
from facade.testing import FakeClock

AUTH = Auth.model_validate(
    {"client_credentials": {"token_url": "https://login.example/t", "client_id": "facade", "client_secret": "pa55"}}
)


class Office:
    """A carrier to a token server; `told` is added to what it says."""

    def __init__(self, **told: object) -> None:
        self.issued = 0
        self._told = told

    async def send(self, *_asked: Any, **_how: Any) -> Received:
        self.issued += 1
        document = {"access_token": f"t-{self.issued}", "expires_in": 3600, **self._told}
        return Received(200, "application/json", None, json.dumps(document).encode())


async def test_a_token_that_many_calls_saw_refused_is_fetched_anew_once() -> None:
    office = Office()
    credentials = Credentials(AUTH, office, FakeClock())  # type: ignore[arg-type]  # all that it needs of a carrier
    old = await credentials.fields("get")
    assert credentials.refused(old)
    new = await credentials.fields("get")
    assert credentials.refused(old), "another call that the old one was sent with"
    assert await credentials.fields("get") == new
    assert office.issued == 2


@pytest.mark.parametrize("told", [{}, {"token_type": "Bearer"}, {"token_type": "bearer"}])
async def test_a_bearers_token_is_used(told: dict[str, object]) -> None:
    credentials = Credentials(AUTH, Office(**told), FakeClock())  # type: ignore[arg-type]  # as above
    assert await credentials.fields("get") == {"Authorization": "Bearer t-1"}


@pytest.mark.parametrize("kind", ["mac", "DPoP", 7])
async def test_a_token_of_another_type_is_not_sent_as_a_bearers(kind: object) -> None:
    credentials = Credentials(AUTH, Office(token_type=kind), FakeClock())  # type: ignore[arg-type]  # as above
    with pytest.raises(SiloUnreachable, match="a token of another type than Bearer"):
        await credentials.fields("get")
