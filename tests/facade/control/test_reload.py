"""Reloads with a real catalog and real files; nothing here is asked, so nothing opens a socket."""

from __future__ import annotations

import asyncio
import errno
import gc
from fractions import Fraction
from pathlib import Path

import pytest
import structlog
from house import House

from facade.config import load
from facade.config.standing import Standing
from facade.control import reload as module
from facade.control.accepted import AcceptedStore
from facade.control.because import Because
from facade.control.change import Changed
from facade.control.ledger.book import Book
from facade.control.roles import Outcome
from facade.control.source import Source
from facade.control.start import StartError
from facade.control.subject import Busy
from facade.port import SiloUnreachable
from facade.routing.route import Keys
from facade.routing.stage import Stage

LEGACY = Standing(Stage.LEGACY)


async def test_the_start_serves_counts_and_keeps_what_it_read(house: House):
    assert house.snapshots.current.revision == house.reloader.configuration.revision
    assert house.stage("titles.read") == "legacy"
    assert house.figure("facade_config_reloads_total", result="accepted") == 1
    kept = AcceptedStore(house.files.folder / "state").read()
    assert kept is not None
    assert kept.revision == house.reloader.configuration.revision


async def test_a_good_change_is_served_counted_logged_and_kept(house: House):
    old = house.snapshots.current
    house.move("platform")
    with structlog.testing.capture_logs() as said:
        result = await house.reloader.reload("file")
    assert result.outcome is Outcome.ACCEPTED
    assert house.snapshots.current.revision == result.revision != old.revision
    assert house.stage("titles.read") == "platform"
    assert old.served["titles.read"].route.stage == "legacy"
    assert house.figure("facade_config_reloads_total", result="accepted") == 2
    assert house.figure("facade_moves_total", route="titles.read", cause="file") == 1
    assert house.figure("facade_route_stage", route="titles.read", stage="platform") == 1
    assert house.reloader.view.running.revision == result.revision
    (line,) = [line for line in said if line["event"] == "route moved"]
    moved = {"route": "titles.read", "before": "legacy", "after": "platform", "cause": "file"}
    assert moved.items() <= line.items()
    kept = AcceptedStore(house.files.folder / "state").read()
    assert kept is not None
    assert kept.revision == result.revision


async def test_a_mistaken_change_leaves_what_serves_and_is_counted_logged_and_shown(house: House):
    serving = house.snapshots.current
    house.spoil()
    with structlog.testing.capture_logs() as said:
        result = await house.reloader.reload("file")
    assert result.outcome is Outcome.REJECTED
    assert house.snapshots.current is serving
    assert house.figure("facade_config_reloads_total", result="rejected") == 1
    assert house.reloader.view.rejected is not None
    assert house.reloader.view.rejected.reasons == tuple(map(str, result.mistakes))
    assert said[-1]["log_level"] == "error"
    assert said[-1]["reasons"] == list(map(str, result.mistakes))
    kept = AcceptedStore(house.files.folder / "state").read()
    assert kept is not None
    assert kept.revision == serving.revision


async def test_the_next_good_file_after_a_mistaken_one_is_accepted(house: House):
    house.spoil()
    await house.reloader.reload("file")
    house.files.change("routes/property.yaml", "lgeacy", "platform")
    assert (await house.reloader.reload("file")).outcome is Outcome.ACCEPTED
    assert house.reloader.view.rejected is None
    assert house.stage("titles.read") == "platform"


async def test_in_mistaken_files_a_route_that_stands_further_back_goes_back_and_nothing_else_changes(house: House):
    house.move("platform")
    await house.reloader.reload("file")
    accepted = house.reloader.configuration
    house.files.change("routes/property.yaml", "stage: platform", "stage: legacy")
    house.files.change("routes/property.yaml", "successor: /find", "sucessor: /elsewhere")
    with structlog.testing.capture_logs() as said:
        result = await house.reloader.reload("file")
    assert (result.outcome, house.stage("titles.read")) == (Outcome.REJECTED, "legacy")
    assert house.snapshots.current.served["old.search"].route.successor == "/find"
    assert result.running == house.snapshots.current.revision != accepted.revision
    view = house.reloader.view
    assert view.running.revision == view.accepted.revision == result.running
    assert view.rejected is not None
    assert [line["event"] for line in said] == ["configuration rejected", "route moved", "ledger"]
    assert said[0]["running"] == result.running
    assert house.figure("facade_config_reloads_total", result="rejected") == 1
    assert house.figure("facade_moves_total", route="titles.read", cause="file") == 2
    assert house.figure("facade_route_stage", route="titles.read", stage="legacy") == 1


async def test_what_went_back_is_kept_so_that_a_restart_does_not_undo_it(house: House):
    house.move("platform")
    await house.reloader.reload("file")
    house.files.change("routes/property.yaml", "stage: platform", "stage: legacy")
    house.files.write("silos/half.yaml", "silo:")
    result = await house.reloader.reload("file")
    kept = AcceptedStore(house.files.folder / "state").read()
    assert kept is not None
    assert kept.revision == result.running
    assert b"stage: platform" not in kept.files["routes/property.yaml"]
    (house.files.folder / "silos/half.yaml").unlink()
    assert (await house.reloader.reload("file")).outcome is Outcome.UNCHANGED


async def test_a_silo_that_cannot_be_opened_does_not_bar_the_way_back(house: House, monkeypatch: pytest.MonkeyPatch):
    adopt = house.catalog.adopt

    async def refuse_new(silos, *more):
        if "new" in silos:
            raise SiloUnreachable("new: no such folder")
        return await adopt(silos, *more)

    house.move("platform")
    await house.reloader.reload("file")
    monkeypatch.setattr(house.catalog, "adopt", refuse_new)
    house.files.write("silos/new.yaml", 'silo: new\nadapter: passthrough\nsettings: {url: "http://127.0.0.1:7009"}\n')
    house.files.change("routes/property.yaml", "stage: platform", "stage: legacy")
    result = await house.reloader.reload("file")
    assert str(result.mistakes[0]).startswith("silos: a silo cannot be opened: new: ")
    assert (result.outcome, house.stage("titles.read")) == (Outcome.REJECTED, "legacy")


async def test_a_way_back_that_fails_by_a_defect_leaves_what_serves(house: House, monkeypatch: pytest.MonkeyPatch):
    def broken(*_: object) -> None:
        raise RuntimeError("a caller's bytes")

    house.move("platform")
    await house.reloader.reload("file")
    serving = house.snapshots.current
    monkeypatch.setattr(module, "load_further_back", broken)
    house.files.change("routes/property.yaml", "stage: platform", "stage: legacy")
    house.files.write("silos/half.yaml", "silo:")
    with structlog.testing.capture_logs() as said:
        result = await house.reloader.reload("file")
    assert (result.outcome, result.running) == (Outcome.REJECTED, None)
    assert str(result.mistakes[0]).startswith("silos/half.yaml:1: ")
    assert house.snapshots.current is serving
    assert said[0]["event"] == "the way back failed by a defect"


async def test_nothing_is_said_or_kept_of_a_start_before_it_serves(house: House, tmp_path: Path):
    reloader = house.again(house.files.source(FACADE_STATE=str(tmp_path / "other")))
    with structlog.testing.capture_logs() as said:
        await reloader.start()
    assert said == []
    assert house.figure("facade_config_reloads_total", result="accepted") == 1
    with structlog.testing.capture_logs() as said:
        await reloader.keep()
    assert [line["event"] for line in said] == ["configuration accepted", "ledger"]
    assert said[0]["cause"] == "start"
    assert (tmp_path / "other/accepted.json").exists()


async def test_files_that_mean_what_runs_change_nothing(house: House):
    serving = house.snapshots.current
    assert (await house.reloader.reload("signal")).outcome is Outcome.UNCHANGED
    assert house.snapshots.current is serving
    assert house.figure("facade_config_reloads_total", result="unchanged") == 1


async def test_a_new_secret_in_unchanged_files_is_taken(house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    secret = tmp_path / "token"
    secret.write_text("one")
    house.files.change("facade.yaml", "admin: 127.0.0.1:0", f'admin: {{token: "${{file:{secret}}}"}}')
    await house.reloader.reload("file")
    assert house.reloader.configuration.settings.admin_token == "one"
    secret.write_text("two")
    result = await house.reloader.reload("signal")
    assert result.outcome is Outcome.ACCEPTED
    assert house.reloader.configuration.settings.admin_token == "two"


async def test_what_only_a_restart_changes_is_said_and_the_rest_is_served(house: House):
    house.files.change("facade.yaml", "observe: 127.0.0.1:0", "observe: 127.0.0.1:19902")
    with structlog.testing.capture_logs() as said:
        result = await house.reloader.reload("file")
    assert result.outcome is Outcome.ACCEPTED
    assert [line["problem"] for line in said if line["event"] == "configuration warning"] == [
        "facade.yaml: observe was changed and the running sidecar keeps the old one; restart it for the new one"
    ]


async def test_a_defect_while_reading_is_a_rejection_and_never_the_end(house: House, monkeypatch: pytest.MonkeyPatch):
    def broken(*_: object) -> None:
        raise RuntimeError("a caller's bytes")

    serving = house.snapshots.current
    house.move("platform")
    monkeypatch.setattr(module, "compiled", broken)
    with structlog.testing.capture_logs() as said:
        result = await house.reloader.reload("file")
    assert result.outcome is Outcome.REJECTED
    assert "a defect of the facade (RuntimeError)" in str(result.mistakes[0])
    assert "caller" not in str(result.mistakes[0])
    assert said[0]["event"] == "reload failed by a defect"
    assert house.snapshots.current is serving
    monkeypatch.undo()
    assert (await house.reloader.reload("file")).outcome is Outcome.ACCEPTED


async def test_a_silo_that_cannot_be_opened_rejects_the_change(house: House, monkeypatch: pytest.MonkeyPatch):
    async def refuse(*_: object) -> None:
        raise SiloUnreachable("register: no such folder")

    monkeypatch.setattr(house.catalog, "adopt", refuse)
    house.move("platform")
    result = await house.reloader.reload("file")
    assert result.outcome is Outcome.REJECTED
    assert str(result.mistakes[0]) == "silos: a silo cannot be opened: register: no such folder; mend its settings"


async def test_a_silo_that_cannot_be_opened_stops_the_start_with_one_line(
    house: House, monkeypatch: pytest.MonkeyPatch
):
    async def refuse(*_: object) -> None:
        raise SiloUnreachable("register: no such folder")

    monkeypatch.setattr(house.catalog, "adopt", refuse)
    with pytest.raises(
        StartError, match=r"^silos: a silo cannot be opened: register: no such folder; mend its settings$"
    ):
        await house.reloader.start()
        await house.reloader.keep()


async def test_reloads_asked_for_at_once_are_two_and_everybody_gets_the_last_files(
    house: House, monkeypatch: pytest.MonkeyPatch
):
    loads = 0
    load = house.reloader._source.load

    def counted(*_: object) -> object:
        nonlocal loads
        loads += 1
        return load()

    monkeypatch.setattr(type(house.reloader._source), "load", counted)
    house.move("platform")
    results = await asyncio.gather(*(house.reloader.reload("file") for _ in range(100)))
    assert loads == 2
    assert [result.outcome for result in results] == [Outcome.ACCEPTED, *[Outcome.UNCHANGED] * 99]
    assert {result.revision for result in results} == {house.snapshots.current.revision}


async def test_a_state_that_cannot_be_written_is_a_warning_and_the_change_serves(
    house: House, monkeypatch: pytest.MonkeyPatch
):
    def read_only(*_: object) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(AcceptedStore, "save", read_only)
    house.move("platform")
    with structlog.testing.capture_logs() as said:
        result = await house.reloader.reload("file")
    assert result.outcome is Outcome.ACCEPTED
    (line,) = [line for line in said if line["event"] == "accepted configuration not kept"]
    assert "cannot be written (Read-only file system); make `state` a folder" in line["problem"]


async def test_the_files_are_stale_from_a_change_until_they_are_read(house: House):
    assert not house.reloader.stale()
    house.move("platform")
    assert house.reloader.stale()
    await house.reloader.reload("file")
    assert not house.reloader.stale()


async def test_a_mistaken_file_is_not_read_again_until_it_changes(house: House):
    house.spoil()
    await house.reloader.reload("file")
    assert not house.reloader.stale()


async def test_a_sidecar_that_began_on_its_memory_says_so_until_the_files_are_mended(house: House):
    house.spoil()
    reloader = house.again(house.files.source())
    with structlog.testing.capture_logs() as said:
        await reloader.start()
        await reloader.keep()
    assert house.stage("titles.read") == "legacy"
    assert house.figure("facade_config_reloads_total", result="rejected") == 1
    assert [line["event"] for line in said] == [
        "configuration rejected",
        "the files are mistaken, the last accepted configuration serves",
        "ledger",
    ]
    assert reloader.view.from_state
    house.files.change("routes/property.yaml", "lgeacy", "legacy")
    assert (await reloader.reload("file")).outcome is Outcome.UNCHANGED
    assert not reloader.view.from_state
    assert reloader.view.rejected is None


async def test_nothing_is_collected_while_files_are_read(house: House, monkeypatch: pytest.MonkeyPatch):
    collects: list[bool] = []
    load = Source.load
    monkeypatch.setattr(Source, "load", lambda source: collects.append(gc.isenabled()) or load(source))
    house.move("platform")
    await house.reloader.reload("file")
    assert collects == [False]
    assert gc.isenabled()


# Overrides


def entries(house: House) -> list[tuple[str, str | None, str]]:
    book = Book(house.reloader.configuration.settings.state)
    return [(entry.what, entry.after, entry.cause) for entry, _ in book.entries()]


async def send_back(house: House, why: str) -> None:
    await house.reloader.stand({"titles.read": LEGACY}, Because("guard", why))


async def test_a_route_that_is_sent_back_stands_at_legacy_whatever_its_file_says(house: House):
    house.move("platform")
    await house.reloader.reload("file")
    revision = house.snapshots.current.revision
    with structlog.testing.capture_logs() as said:
        await send_back(house, "titles.read went back to legacy: because")
    assert house.stage("titles.read") == "legacy"
    assert house.snapshots.current.revision == revision
    assert house.figure("facade_moves_total", route="titles.read", cause="guard") == 1
    assert house.figure("facade_route_differs_from_file", route="titles.read") == 1
    assert said[0]["why"] == "titles.read went back to legacy: because"
    assert entries(house)[-2:] == [("titles.read", "platform", "file"), ("titles.read", "legacy", "guard")]


async def test_it_stays_there_over_reloads_of_other_things_and_over_a_restart(house: House):
    house.move("platform")
    await house.reloader.reload("file")
    await send_back(house, "because")
    house.files.change("routes/property.yaml", "successor: /find", "successor: /elsewhere")
    assert (await house.reloader.reload("file")).outcome is Outcome.ACCEPTED
    assert house.stage("titles.read") == "legacy"
    again = house.again(house.files.source())
    await again.start()
    assert house.stage("titles.read") == "legacy"
    assert [each.subject for each in again.overrides.now] == ["titles.read"]


async def test_the_next_change_of_the_route_in_its_file_ends_it(house: House):
    house.move("platform")
    await house.reloader.reload("file")
    await send_back(house, "because")
    house.files.change("routes/property.yaml", "stage: platform", "stage: shadow")
    await house.reloader.reload("file")
    assert (house.stage("titles.read"), house.reloader.overrides.now) == ("shadow", ())
    assert house.figure("facade_route_differs_from_file", route="titles.read") == 0
    house.files.change("routes/property.yaml", "stage: shadow", "stage: platform")
    await house.reloader.reload("file")
    assert house.stage("titles.read") == "platform"


async def test_a_route_may_stand_at_another_share_or_without_keys_and_its_metrics_say_so(house: House):
    to = Standing(Stage.CANARY, Fraction(1, 20), Keys.EVICT)
    await house.reloader.stand({"conveyancing": to}, Because("api", "an outage", "Ada", forced=True))
    for name in ("searches.read", "charges.read"):
        canary = house.snapshots.current.served[name].route.canary
        assert (canary.share, canary.keys) == (to.share, to.keys)
    assert entries(house)[-2:] == [
        ("searches.read", "canary 5%, keys evicted", "api"),
        ("charges.read", "canary 5%, keys evicted", "api"),
    ]


async def test_who_is_not_there_is_stood_nowhere(house: House):
    serving = house.snapshots.current.revision
    await house.reloader.stand({"nobody": LEGACY}, Because("api"))
    assert (house.snapshots.current.revision, house.reloader.overrides.now) == (serving, ())


async def test_a_change_of_the_files_is_served_before_anybody_else_reloads_and_says_who_made_it(house: House):
    def write() -> Changed:
        house.move("shadow")
        return Changed((), house.files.source().load(), ())

    changing = house.reloader.change(write, Because("api", "numbers are good", "Ada"), 5)
    (_, result), other = await asyncio.gather(changing, house.reloader.reload("file"))
    assert (result.outcome, other.outcome) == (Outcome.ACCEPTED, Outcome.UNCHANGED)
    assert house.figure("facade_moves_total", route="titles.read", cause="api") == 1
    assert entries(house)[-1] == ("titles.read", "shadow", "api")


async def test_what_a_canary_knows_of_its_keys_is_kept_over_reloads_and_forgotten_with_it(house: House):
    house.known.note("conveyancing", 7)
    house.move("shadow")
    await house.reloader.reload("file")
    assert house.known.knows("conveyancing", 7)
    await house.reloader.stand({"conveyancing": LEGACY}, Because("guard"))
    assert not house.known.knows("conveyancing", 7)


async def test_a_ledger_that_somebody_edited_stops_nothing_and_is_told_of(house: House):
    path = house.reloader.configuration.settings.state / "ledger.jsonl"
    path.write_bytes(path.read_bytes().replace(b"start", b"stort"))
    house.reloader._keeping.journal._book._last = None
    house.move("platform")
    with structlog.testing.capture_logs() as said:
        await house.reloader.reload("file")
    assert house.stage("titles.read") == "platform"
    (line,) = [line for line in said if line["event"] == "ledger not written"]
    assert "line 1: it, or what stood before it, was changed after it was written" in line["problem"]


async def test_to_stand_elsewhere_waits_for_nobody_who_reads_files(house: House):
    async with house.reloader._reading:
        await house.reloader.stand({"conveyancing": LEGACY}, Because("guard"))
        assert house.stage("charges.read") == "legacy"
        with pytest.raises(Busy, match="is being read for so long"):
            await house.reloader.change(lambda: pytest.fail("nobody may write now"), Because("api"), 0.01)


TOO_MANY = OSError(errno.EMFILE, "Too many open files")


def without_descriptors(monkeypatch: pytest.MonkeyPatch, *, opening: bool) -> None:
    """Let none of the configuration's files be opened, or else let no folder be listed."""

    def refuse(*_: object) -> bytes:
        raise TOO_MANY

    if opening:
        monkeypatch.setattr(load, "read_file", refuse)
    else:
        monkeypatch.setattr(Path, "iterdir", refuse)


@pytest.mark.parametrize("opening", [True, False])
async def test_files_that_no_descriptor_is_left_for_are_not_rejected_but_read_later(
    house: House, monkeypatch: pytest.MonkeyPatch, opening: bool
):
    serving, before = house.snapshots.current, house.reloader.view
    house.move("platform")
    with monkeypatch.context() as patch, structlog.testing.capture_logs() as said:
        without_descriptors(patch, opening=opening)
        for _ in range(3):
            assert (await house.reloader.reload("file")).outcome is Outcome.ACCEPTED  # still that of the start
    assert [line["event"] for line in said] == ["reload put off"]
    assert (house.snapshots.current, house.reloader.view) == (serving, before)
    assert house.figure("facade_config_reloads_total", result="rejected") == 0
    assert house.reloader.stale()
    assert (await house.reloader.reload("file")).outcome is Outcome.ACCEPTED
    assert house.stage("titles.read") == "platform"
    assert not house.reloader.stale()


async def test_a_silo_that_no_descriptor_is_left_to_open_is_opened_later(house: House, monkeypatch: pytest.MonkeyPatch):
    async def refuse(*_: object) -> None:
        raise SiloUnreachable("register: Too many open files") from TOO_MANY

    house.move("platform")
    with monkeypatch.context() as patch:
        patch.setattr(house.catalog, "adopt", refuse)
        await house.reloader.reload("file")
    assert house.stage("titles.read") == "legacy"
    assert house.reloader.view.rejected is None
    assert house.reloader.stale()
    assert (await house.reloader.reload("file")).outcome is Outcome.ACCEPTED
    assert house.stage("titles.read") == "platform"
