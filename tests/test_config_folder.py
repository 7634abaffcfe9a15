"""The shipped configuration: what an operator copies, so it must be right in every word."""

from fractions import Fraction
from pathlib import Path

import pytest

from facade.config.kinds import Kinds
from facade.config.load import load
from facade.config.settings import Configuration
from facade.routing.stage import Stage

CONFIG = Path(__file__).parents[1] / "config"
FILES = sorted(CONFIG.rglob("*.yaml"))


@pytest.fixture(scope="module")
def shipped() -> Configuration:
    loaded = load(CONFIG, Kinds.discover(), {"PAY_KEY": "t"}, serving=True)
    assert [str(mistake) for mistake in (*loaded.mistakes, *loaded.warnings)] == []
    assert loaded.configuration is not None
    return loaded.configuration


def test_it_is_accepted_without_a_mistake_or_a_warning(shipped: Configuration):
    assert set(shipped.silos) == {
        "land-registry",
        "portal",
        "benefits-db",
        "planning-register",
        "vehicle-register",
        "cashier",
        "parking-office",
    }
    assert set(shipped.externals) == {"card-payments"}


def test_it_needs_no_root_and_listens_on_this_machine_only(shipped: Configuration):
    settings = shipped.settings
    assert settings.state == CONFIG / "state"
    assert {listener.host for listener in (settings.listen, settings.observe, settings.admin)} == {"127.0.0.1"}


def test_the_route_to_move_first_stands_at_legacy_with_its_canary_prepared(shipped: Configuration):
    first = next(route for route in shipped.routes if route.name == "titles.read")
    assert first.stage is Stage.LEGACY
    assert first.canary is not None
    assert first.canary.share == Fraction(1, 10)
    assert [str(key) for key in first.canary.by] == ["cookie session"]


def test_no_route_of_a_fresh_copy_has_moved_yet(shipped: Configuration):
    assert {route.stage for route in shipped.routes} == {Stage.LEGACY, Stage.GONE}


def test_every_silo_has_an_owner_and_a_date(shipped: Configuration):
    assert all(silo.owner and silo.switch_off for silo in shipped.silos.values())


def test_every_silo_answers_some_route(shipped: Configuration):
    assert {route.legacy.silo for route in shipped.routes if route.legacy} == set(shipped.silos)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_an_editor_finds_the_schema_of_every_file(file: Path):
    first = file.read_text(encoding="utf-8").splitlines()[0]
    prefix = "# yaml-language-server: $schema="
    assert first.startswith(prefix)
    assert (file.parent / first.removeprefix(prefix)).resolve().is_file()
