"""For the tests of adapters. Public: `AdapterContract`, the suite that every kind passes, and fakes of what it is lent.

    class TestFerry(AdapterContract):
        kind = ADAPTER
        ...                          # the hooks: a silo, its operations, some calls

Read `fakes`, then `contract`. It needs pytest and pytest-asyncio, so nothing else in the facade imports it.
docs/writing-an-adapter.md tells how it is used.
"""

from facade.testing.contract import AdapterContract
from facade.testing.fakes import FakeClock, RecordingSpawn, fake_files, fake_services, make_call

__all__ = ["AdapterContract", "FakeClock", "RecordingSpawn", "fake_files", "fake_services", "make_call"]
