"""The control plane at home: a reloader with its files."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from house import House, inhabited


@pytest.fixture
async def house(files) -> AsyncIterator[House]:
    async for house in inhabited(files):
        yield house
