"""What a silo's file names belongs to the configuration: a changed copybook is a new revision and another adapter."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from house import House, inhabited

from facade.control.accepted import AcceptedStore
from facade.control.begin import begin
from facade.control.preview.definitions import Definitions, changed
from facade.control.roles import Outcome
from facade.targets.silo import SiloTarget

REGISTER = """\
silo: registry
adapter: mainframe
settings: {host: 127.0.0.1, port: 1, frame: length2, code_page: cp1146}
operations:
  get:
    request: copybooks/inquiry.cpy
    reply: copybooks/record.cpy
    arguments: {INQ-REG: "{path.number}"}
"""
PORTAL = 'silo: portal\nadapter: passthrough\nsettings: {url: "http://127.0.0.1:7000"}\n'
INQUIRY = "       01  INQUIRY.\n           05  INQ-REG PIC X(8).\n"
RECORD = "       01  RECORD.\n           COPY PART.\n"
PART = "           05  OWNER PIC X(20).\n"
OTHER = "           05  KEEPER PIC X(20).\n"


@pytest.fixture
async def house(files) -> AsyncIterator[House]:
    files.write("silos/old.yaml", f"{PORTAL}---\n{REGISTER}")
    files.write("silos/copybooks/inquiry.cpy", INQUIRY)
    files.write("silos/copybooks/record.cpy", RECORD)
    files.write("silos/copybooks/part.cpy", PART)
    files.change("routes/property.yaml", "legacy: registry", "legacy: registry.get")
    async for house in inhabited(files):
        yield house


def adapter(house: House) -> object:
    legacy = house.snapshots.current.served["titles.read"].legacy
    assert isinstance(legacy, SiloTarget)
    return legacy._adapter


async def test_a_copied_copybook_is_part_of_the_revision_and_of_what_is_kept(house: House):
    kept = AcceptedStore(house.files.folder / "state").read()
    assert kept is not None
    assert {name for name in kept.files if name.endswith(".cpy")} == {
        "silos/copybooks/inquiry.cpy",
        "silos/copybooks/record.cpy",
        "silos/copybooks/part.cpy",
    }
    assert house.reloader.configuration.revision == house.files.source().load(kept.files).revision == kept.revision


async def test_the_same_bytes_are_the_same_revision_and_the_same_adapter(house: House):
    before = adapter(house)
    house.files.write("silos/copybooks/part.cpy", PART)
    assert house.reloader.stale()
    assert (await house.reloader.reload("file")).outcome is Outcome.UNCHANGED
    assert adapter(house) is before
    assert not house.reloader.stale()


async def test_other_bytes_are_another_revision_and_another_adapter(house: House):
    before, revision = adapter(house), house.reloader.configuration.revision
    house.files.write("silos/copybooks/part.cpy", OTHER)
    assert house.reloader.stale()
    result = await house.reloader.reload("file")
    assert result.outcome is Outcome.ACCEPTED
    assert result.revision == house.reloader.configuration.revision != revision
    assert adapter(house) is not before
    house.files.write("silos/copybooks/part.cpy", PART)
    assert (await house.reloader.reload("file")).revision == revision, "same bytes, same revision"


async def test_a_file_that_nobody_names_changes_nothing(house: House):
    house.files.write("silos/copybooks/other.cpy", OTHER)
    assert not house.reloader.stale()


async def test_a_copybook_that_comes_before_the_one_that_is_copied_is_seen(house: House):
    house.files.write("silos/copybooks/PART.cpy", OTHER)
    assert house.reloader.stale()
    assert (await house.reloader.reload("file")).outcome is Outcome.ACCEPTED


async def test_a_broken_copybook_is_rejected_until_it_is_mended(house: House):
    before = adapter(house)
    house.files.write("silos/copybooks/part.cpy", "           05  OWNER PIC Q.\n")
    result = await house.reloader.reload("file")
    assert result.outcome is Outcome.REJECTED
    assert "part.cpy:1" in str(result.mistakes[0])
    assert adapter(house) is before
    assert not house.reloader.stale()
    (house.files.folder / "silos/copybooks/part.cpy").unlink()
    assert house.reloader.stale()
    assert (await house.reloader.reload("file")).outcome is Outcome.REJECTED
    house.files.write("silos/copybooks/part.cpy", PART)
    assert house.reloader.stale()
    assert (await house.reloader.reload("file")).outcome is Outcome.UNCHANGED
    assert adapter(house) is before


async def test_a_start_on_a_broken_copybook_serves_what_was_kept_with_its_own_and_sees_the_mended_one(house: House):
    house.files.write("silos/copybooks/part.cpy", "           05  OWNER PIC Q.\n")
    source = house.files.source()
    beginning = begin(source, house.reloader.view.accepted.at)
    assert beginning.view.from_state
    assert beginning.configuration.silos == house.reloader.configuration.silos
    house.files.write("silos/copybooks/part.cpy", OTHER)
    assert source.see(beginning.seen.named) != beginning.seen


async def test_the_preview_tells_the_file_that_changed(house: House):
    before = house.reloader.configuration
    house.files.write("silos/copybooks/part.cpy", OTHER)
    after = house.files.source().load().configuration
    assert after is not None
    routes = {route.name: route for route in before.routes}
    was, will = (Definitions(each).of(routes["titles.read"]) for each in (before, after))
    (told,) = changed(was, will)
    assert told == "its silo registry changes: file copybooks/part.cpy is defined otherwise"
