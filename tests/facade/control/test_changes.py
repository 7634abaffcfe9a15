from __future__ import annotations

from dataclasses import replace

from facade.config.settings import Listener, Log, Settings
from facade.control.changes import Moved, moved, needs_restart, same, standing


def test_a_route_moved_when_its_stage_or_its_canarys_share_is_another(files):
    before = files.configuration().routes
    files.change("routes/journey.yaml", "25%", "30%")
    files.change("routes/property.yaml", "stage: legacy\n    canary", "stage: platform\n    canary")
    assert set(moved(before, files.configuration().routes)) == {
        Moved("titles.read", "legacy", "platform"),
        Moved("searches.read", "canary 25%", "canary 30%"),
        Moved("charges.read", "canary 25%", "canary 30%"),
    }


def test_a_share_that_is_written_for_later_moves_nothing(files):
    before = files.configuration().routes
    files.change("routes/property.yaml", "10%", "11%")
    assert list(moved(before, files.configuration().routes)) == []


def test_a_new_route_and_one_that_is_gone_from_the_files_have_not_moved(files):
    before = files.configuration().routes
    files.change("routes/property.yaml", "titles.read", "titles.show")
    assert list(moved(before, files.configuration().routes)) == []


def test_what_is_read_at_start_only_is_a_warning_when_it_changes():
    started = Settings()
    now = replace(started, admin=Listener("127.0.0.1", 1), log=Log(level="debug"))
    (warning,) = needs_restart(started, now)
    assert str(warning) == (
        "facade.yaml: admin was changed and the running sidecar keeps the old one; restart it for the new one"
    )
    assert needs_restart(started, replace(started, log=Log(level="debug"))) == ()


def test_a_changed_token_is_never_quoted():
    (warning,) = needs_restart(Settings(admin_token="a-secret"), Settings(admin_token="another-secret"))
    assert "secret" not in str(warning)


def test_standing_names_the_share_of_a_canary_only(files):
    assert {standing(route) for route in files.configuration().routes} == {"legacy", "canary 25%", "gone"}


def test_another_secret_of_a_caller_is_another_configuration(files):
    files.write("callers.yaml", "callers: [{name: a, api_key: '${env:K}'}]\n")
    one, again, other = (
        files.source(K=secret).load().configuration
        for secret in ("a-secret-of-caller-a", "a-secret-of-caller-a", "b" * 20)
    )
    assert same(one, again)
    assert not same(one, other)
