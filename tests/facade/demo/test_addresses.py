from pathlib import Path

import pytest

from facade.demo import folder
from facade.demo.addresses import origin, read
from facade.demo.sidecar import environment
from facade.demo.trouble import Trouble

INSIDE = environment({})


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    folder.copy(folder.shipped(), tmp_path / folder.NAME)
    return tmp_path / folder.NAME


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def test_the_shipped_addresses_are_those_of_the_manual(copied: Path):
    where, _ = read(copied, INSIDE)
    ports = (8080, 9901, 9902, 7001, 7002, 7003, 7004, 7005, 7006, 7101, 7102)
    assert where.everything == tuple(("127.0.0.1", port) for port in ports)


def test_whoever_writes_another_port_gets_it(copied: Path):
    change(copied / "silos" / "land-registry.yaml", "7001", "17001")
    assert read(copied, INSIDE)[0].land_register == ("127.0.0.1", 17001)


def test_what_is_behind_an_adapter_may_be_elsewhere_too(copied: Path):
    change(copied / "silos" / "planning-register.yaml", "7003", "17003")
    change(copied / "silos" / "vehicle-register.yaml", "7004", "17004")
    change(copied / "silos" / "cashier.yaml", "7005", "17005")
    change(copied / "silos" / "parking-office.yaml", "7006", "17006")
    change(copied / "externals" / "card-payments.yaml", "7102", "17102")
    where, _ = read(copied, INSIDE)
    assert [port for _, port in (where.planning, where.vehicles, where.cashier, where.parking, where.provider)] == [
        17003,
        17004,
        17005,
        17006,
        17102,
    ]


def test_mistakes_in_an_edited_copy_are_shown_with_their_place(copied: Path):
    change(copied / "routes" / "property.yaml", "stage: legacy ", "stage: legend ")
    with pytest.raises(Trouble, match=r"routes/property\.yaml:8: .*\n.*mend this, or move the folder away"):
        read(copied, INSIDE)


def test_a_copy_without_the_demonstrations_silos_is_refused(copied: Path):
    for file in (copied / "facade.yaml", copied / "routes" / "licensing.yaml", copied / "silos" / "portal.yaml"):
        file.write_text(file.read_text().replace("portal", "portal-2"))
    with pytest.raises(Trouble, match="no silo portal that is passed through"):
        read(copied, INSIDE)


@pytest.mark.parametrize(
    ("file", "route"), [("silos/vehicle-register", "vehicles"), ("externals/card-payments", "payments")]
)
def test_an_older_copy_that_lacks_something_is_refused(copied: Path, file: str, route: str):
    (copied / f"{file}.yaml").unlink()
    (copied / "routes" / f"{route}.yaml").unlink()
    name = file.partition("/")[2]
    with pytest.raises(Trouble, match=f"nothing behind an adapter is called {name}; move the folder away"):
        read(copied, INSIDE)


def test_an_origin_is_a_url_without_a_path():
    assert origin(("127.0.0.1", 8080)) == "http://127.0.0.1:8080"
    assert origin(("::1", 8080)) == "http://[::1]:8080"
