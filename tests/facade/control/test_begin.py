from __future__ import annotations

import datetime
import errno

import pytest
import structlog
import trustme

from facade.config import load
from facade.control.accepted import Accepted, AcceptedStore
from facade.control.begin import begin
from facade.control.roles import Outcome
from facade.control.source import Source
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
    beginning = begin(files.source(), NOW)
    assert beginning.configuration.revision == revision
    assert beginning.result.outcome is Outcome.REJECTED
    assert beginning.view.from_state
    assert beginning.view.accepted.at == YESTERDAY
    assert beginning.view.rejected is not None
    assert "lgeacy" in beginning.view.rejected.reasons[0]


def test_what_the_mistaken_files_put_further_back_begins_further_back(files, store: AcceptedStore):
    files.change("routes/property.yaml", "stage: legacy\n    canary", "stage: platform\n    canary")
    revision = keep(files, store)
    files.change("routes/property.yaml", "stage: platform", "stage: legacy")
    files.write("silos/half.yaml", "silo:")
    beginning = begin(files.source(), NOW)
    assert {route.name: str(route.stage) for route in beginning.configuration.routes}["titles.read"] == "legacy"
    assert beginning.configuration.revision == beginning.view.running.revision != revision
    assert beginning.files["routes/property.yaml"] == (files.folder / "routes/property.yaml").read_bytes()
    assert beginning.view.from_state


def listen(files, written: str) -> None:
    files.change("facade.yaml", "listen: 127.0.0.1:0", f"listen: {written}")


def certify(files) -> str:
    """Good PEM files, and the listener that takes them."""
    issued = trustme.CA().issue_cert("localhost")
    issued.cert_chain_pems[0].write_to_path(files.folder / "server.pem")
    issued.private_key_pem.write_to_path(files.folder / "server.key")
    return "{address: '127.0.0.1:0', tls: {certificate: server.pem, key: server.key}}"


@pytest.mark.parametrize("elsewhere", [("silos/old.yaml", "switch_off", "swith_off"), ("facade.yaml", "vers", "verz")])
def test_where_and_how_to_listen_is_what_the_files_say_now(files, store: AcceptedStore, elsewhere):
    """What was kept listened in clear text, and to everybody."""
    listen(files, "0.0.0.0:0")
    keep(files, store)
    files.change("facade.yaml", "listen: 0.0.0.0:0", f"listen: {certify(files)}")
    files.change(*elsewhere)
    settings = begin(files.source(), NOW).configuration.settings
    assert settings.listen.host == "127.0.0.1"
    assert settings.listen.tls is not None
    assert settings.listen.tls.certificate == files.folder / "server.pem"


def test_who_may_change_things_is_what_the_files_say_now(files, store: AcceptedStore):
    files.change("facade.yaml", "admin: 127.0.0.1:0", "admin: {address: '127.0.0.1:0', token: '${env:OLD}'}")
    keep(files, store)
    files.change("facade.yaml", "${env:OLD}", "${env:NEW}")
    files.write("silos/half.yaml", "silo:")
    source = files.source(OLD="old", NEW="new")
    assert begin(source, NOW).configuration.settings.admin_token == "new"


@pytest.mark.parametrize("broken", ["timezone: [\n", None])
def test_what_was_kept_beside_the_files_is_found_where_facade_yaml_says_nothing(files, broken: str | None):
    kept = files.folder / "state"
    keep(files, AcceptedStore(kept))
    path = files.folder / "facade.yaml"
    path.unlink() if broken is None else path.write_text(broken)
    source = Source(files.folder, files.source().kinds, {})
    assert begin(source, NOW).result.outcome is Outcome.REJECTED


@pytest.mark.parametrize(
    "written",
    [
        "{address: '127.0.0.1:0', tls: {certificate: server.pem, key: no.key}}",
        "{address: '127.0.0.1:0', tls: {certificate: server.pem}}",
        "{adress: '127.0.0.1:0'}",
        "127.0.0.1:0\nlisten: 127.0.0.1:0",
    ],
    ids=["an unreadable key", "no key", "an unknown key", "twice"],
)
def test_files_that_are_mistaken_about_listening_start_nothing(files, store: AcceptedStore, written: str):
    keep(files, store)
    certify(files)
    listen(files, written)
    with pytest.raises(StartError) as error:
        begin(files.source(), NOW)
    assert len(str(error.value).splitlines()) <= 2
    assert str(error.value).startswith("facade.yaml:")


def test_a_facade_yaml_that_cannot_be_read_leaves_what_was_kept(files, store: AcceptedStore):
    revision = keep(files, store)
    files.write("facade.yaml", "listen: {")
    source = files.source(FACADE_STATE=str(files.folder / "state"))
    assert begin(source, NOW).configuration.revision == revision


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
        f"{nowhere}: does not exist; name the folder that holds facade.yaml by --config or FACADE_CONFIG"
    )


def test_a_process_that_may_open_no_file_is_told_so_and_begins_with_nothing_else(files, store, monkeypatch):
    def refuse(*_: object) -> bytes:
        raise OSError(errno.EMFILE, "Too many open files")

    monkeypatch.setattr(load, "read_file", refuse)
    with pytest.raises(StartError) as error:
        begin(files.source(), NOW)
    assert str(error.value) == (
        f"{files.folder}: cannot be read (Too many open files); "
        "raise the number of files that this process may open (ulimit -Hn)"
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
