from __future__ import annotations

import datetime

import pytest
import structlog

from facade.control.accepted import Accepted, AcceptedStore
from facade.control.begin import begin
from facade.control.roles import Outcome
from facade.control.start import StartError

YESTERDAY = datetime.datetime(2026, 11, 22, 18, tzinfo=datetime.UTC)
NOW = datetime.datetime(2026, 11, 23, 3, tzinfo=datetime.UTC)


@pytest.fixture
def store(files) -> AcceptedStore:
    return AcceptedStore(files.folder / "state")


def keep(files, store: AcceptedStore) -> str:
    loaded = files.source().load()
    store.save(Accepted(loaded.revision, YESTERDAY, loaded.files))
    return loaded.revision


def test_good_files_are_what_the_sidecar_begins_with(files):
    beginning = begin(files.source(), NOW)
    assert beginning.result.outcome is Outcome.ACCEPTED
    assert beginning.configuration.routes == files.configuration().routes
    assert beginning.view.running.at == NOW
    assert "routes/property.yaml" in beginning.files


def test_mistaken_files_begin_with_the_last_accepted_configuration_loudly(files, store: AcceptedStore):
    revision = keep(files, store)
    files.change("routes/property.yaml", "stage: legacy", "stage: lgeacy")
    with structlog.testing.capture_logs() as said:
        beginning = begin(files.source(), NOW)
    assert beginning.configuration.revision == revision
    assert beginning.result.outcome is Outcome.REJECTED
    assert beginning.view.from_state
    assert beginning.view.accepted.at == YESTERDAY
    assert beginning.view.rejected is not None
    assert "lgeacy" in beginning.view.rejected.reasons[0]
    assert [line["log_level"] for line in said] == ["error"]


def test_a_broken_facade_yaml_does_not_hide_where_the_state_is(files, store: AcceptedStore):
    revision = keep(files, store)
    files.change("facade.yaml", "version: 1", "version: one")
    assert begin(files.source(), NOW).configuration.revision == revision


def test_the_state_folder_given_by_the_environment_is_looked_in(files, tmp_path):
    revision = keep(files, AcceptedStore(tmp_path / "elsewhere"))
    files.write("facade.yaml", "not: [yaml")
    source = files.source(FACADE_STATE=str(tmp_path / "elsewhere"))
    assert begin(source, NOW).configuration.revision == revision


def test_mistaken_files_and_nothing_kept_is_every_mistake_and_no_start(files):
    files.change("routes/property.yaml", "stage: legacy", "stage: lgeacy")
    files.change("silos/old.yaml", "2027-03-31", "soon")
    with pytest.raises(StartError) as error:
        begin(files.source(), NOW)
    lines = str(error.value).splitlines()
    assert [line.partition(": ")[0] for line in lines] == [
        "silos/old.yaml:4",
        "routes/property.yaml:6",
        "routes/property.yaml:13",
    ]


def test_a_folder_that_does_not_exist_is_one_line(files, tmp_path):
    nowhere = tmp_path / "nowhere"
    with pytest.raises(StartError) as error:
        begin(type(files)(nowhere).source(), NOW)
    assert str(error.value) == (
        f"{nowhere}: is no folder; name the one that holds facade.yaml by --config or FACADE_CONFIG"
    )


def test_a_folder_without_facade_yaml_is_one_line(files):
    (files.folder / "facade.yaml").unlink()
    with pytest.raises(StartError) as error:
        begin(files.source(), NOW)
    assert str(error.value).startswith("facade.yaml:1: does not exist; create it")
    assert len(str(error.value).splitlines()) == 1


def test_a_damaged_memory_is_said_put_aside_and_not_served(files, store: AcceptedStore):
    keep(files, store)
    store.path.write_bytes(store.path.read_bytes()[:-5])
    files.change("routes/property.yaml", "stage: legacy", "stage: lgeacy")
    with structlog.testing.capture_logs() as said, pytest.raises(StartError, match="lgeacy"):
        begin(files.source(), NOW)
    assert "put aside as accepted.json.damaged" in said[0]["problem"]


def test_a_memory_that_is_mistaken_by_now_is_said_beside_the_files_mistakes(files, store: AcceptedStore):
    store.save(Accepted("old", YESTERDAY, {"facade.yaml": b"version: 0\n"}))
    files.change("routes/property.yaml", "stage: legacy", "stage: lgeacy")
    with pytest.raises(
        StartError, match=r"state: the configuration old that was kept is mistaken too: facade.yaml:1: "
    ):
        begin(files.source(), NOW)


def test_what_is_wrong_with_both_is_said_once(files, store: AcceptedStore):
    keep(files, store)
    with pytest.raises(StartError) as error:
        begin(files.source(FACADE_LISTEN="nonsense"), NOW)
    assert len(str(error.value).splitlines()) == 1
