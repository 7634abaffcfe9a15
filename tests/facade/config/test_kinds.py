"""Kinds are found by name, imported when they are asked for, and checked as they arrive."""

from __future__ import annotations

import sys
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from facade.config.kinds import GROUP, KindError, Kinds
from facade.port import AdapterKind

KIND = """
from pydantic import BaseModel
from facade.port import AdapterKind

class Model(BaseModel, extra="forbid"):
    pass

class Kind(AdapterKind[Model, Model]):
    name = "ferry"
    settings = Model
    operation = Model

    async def open(self, settings, operations, services):
        raise NotImplementedError

ADAPTER = Kind()
"""


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of installed packages. What is imported from it is forgotten afterwards."""
    monkeypatch.syspath_prepend(tmp_path)
    before = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - before:
        del sys.modules[name]


def install(site: Path, distribution: str, name: str, module: str, source: str = KIND) -> None:
    (site / f"{module}.py").write_text(source)
    metadata = site / f"{distribution}-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text(f"[{GROUP}]\n{name} = {module}:ADAPTER\n")


def entry(name: str, value: str) -> EntryPoint:
    return EntryPoint(name, value, GROUP)


def built_in(site: Path, name: str, source: str) -> Kinds:
    """Kinds of which one stands in a folder, as the facade's own do."""
    (site / f"inner_{name}.py").write_text(source)
    return Kinds([entry(name, f"inner_{name}:ADAPTER")])


def test_the_folders_of_the_package_are_found_by_their_names() -> None:
    kinds = Kinds.discover()
    assert "sql" in kinds.names()
    found = kinds.get("sql")
    assert isinstance(found, AdapterKind)
    assert found.name == "sql"
    assert kinds.get("sql") is found


def test_a_third_partys_kind_is_found_by_its_entry_point(site: Path) -> None:
    install(site, "acme-ferry", "ferry", "acme_ferry")
    kinds = Kinds.discover()
    assert {"ferry", "sql"} <= set(kinds.names())
    found = kinds.get("ferry")
    assert found is not None
    assert found.name == "ferry"


def test_a_kind_is_imported_only_when_it_is_asked_for(site: Path) -> None:
    install(site, "acme-ferry", "ferry", "acme_ferry")
    kinds = Kinds.discover()
    kinds.names()
    kinds.get("sql")
    assert "acme_ferry" not in sys.modules
    assert repr(kinds).endswith("; loaded: sql>")
    kinds.get("ferry")
    assert "acme_ferry" in sys.modules


def test_a_name_that_nobody_gave_is_no_kind() -> None:
    assert Kinds.discover().get("teletext") is None


def test_a_kind_given_twice_is_an_error_at_once(site: Path) -> None:
    install(site, "acme-sql", "sql", "acme_sql")
    with pytest.raises(KindError) as error:
        Kinds.discover()
    assert str(error.value) == (
        "adapter sql is given twice, by strangler-facade and by acme-sql 1.0; uninstall one of them"
    )


def test_a_kind_may_not_be_called_passthrough(site: Path) -> None:
    install(site, "acme-pass", "passthrough", "acme_pass")
    with pytest.raises(KindError) as error:
        Kinds.discover()
    assert str(error.value) == (
        "acme-pass 1.0 gives an adapter passthrough, which the facade has itself; uninstall acme-pass 1.0"
    )


def test_a_missing_driver_is_answered_with_the_extra_that_brings_it(site: Path) -> None:
    kinds = built_in(site, "ferry", "import no_such_driver")
    with pytest.raises(KindError) as error:
        kinds.get("ferry")
    assert str(error.value) == "adapter ferry needs no_such_driver; install strangler-facade[ferry]"


def test_the_sql_kind_without_its_driver_says_which_extra_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in [name for name in sys.modules if name.startswith("adapters.sql")]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, "aiosqlite", None)
    kinds = Kinds.discover()
    assert "sql" in kinds.names()
    with pytest.raises(KindError) as error:
        kinds.get("sql")
    assert str(error.value) == "adapter sql needs aiosqlite; install strangler-facade[sql]"


def test_a_third_partys_missing_driver_is_its_own_dependency(site: Path) -> None:
    install(site, "acme-ferry", "ferry", "acme_ferry", "import no_such_driver")
    with pytest.raises(KindError) as error:
        Kinds.discover().get("ferry")
    assert str(error.value) == "adapter ferry needs no_such_driver; install what acme-ferry 1.0 depends on"


FLAWS = {
    "1 / 0": "adapter ferry fails as it is imported: ZeroDivisionError",
    "raise SystemExit(3)": "adapter ferry fails as it is imported: SystemExit",
    "import inner_ferry.nothing": "adapter ferry fails as it is imported: ModuleNotFoundError",
    "": "adapter ferry fails as it is imported: AttributeError",
    "ADAPTER = 1": "adapter ferry is none: inner_ferry:ADAPTER is no AdapterKind",
    f"{KIND}\nADAPTER = Kind": "adapter ferry is none: inner_ferry:ADAPTER is no AdapterKind",
    KIND.replace('"ferry"', '"boat"'): "inner_ferry:ADAPTER has another name than ferry",
    KIND.replace('name = "ferry"', "pass"): "inner_ferry:ADAPTER has another name than ferry",
    KIND.replace("settings = Model", "settings = dict"): "has no pydantic model as its settings",
    KIND.replace("operation = Model", ""): "has no pydantic model as its operation",
    KIND.replace(', extra="forbid"', ""): "lets its settings have unknown keys, where extra must be forbid",
}


@pytest.mark.parametrize(("source", "words"), FLAWS.items(), ids=FLAWS.values())
def test_what_arrives_and_is_no_good_kind_is_refused(site: Path, source: str, words: str) -> None:
    kinds = built_in(site, "ferry", source)
    with pytest.raises(KindError) as error:
        kinds.get("ferry")
    assert words in error.value.what
    assert error.value.mend == "mend or update strangler-facade"


def test_without_the_package_there_are_only_third_parties_kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("facade.config.kinds._BUILT_IN", "no_such_package")
    assert "sql" not in Kinds.discover().names()
