from pathlib import Path

import pytest

from facade.demo import folder
from facade.demo.addresses import origin, read
from facade.demo.trouble import Trouble


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    folder.copy(folder.shipped(), tmp_path / folder.NAME)
    return tmp_path / folder.NAME


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def test_the_shipped_addresses_are_those_of_the_manual(copied: Path):
    where, _ = read(copied, {})
    assert where.everything == tuple(("127.0.0.1", port) for port in (8080, 9901, 9902, 7001, 7002, 7003, 7004, 7101))


def test_whoever_writes_another_port_gets_it(copied: Path):
    change(copied / "silos" / "land-registry.yaml", "7001", "17001")
    assert read(copied, {})[0].land_register == ("127.0.0.1", 17001)


def test_a_register_behind_an_adapter_may_be_elsewhere_too(copied: Path):
    change(copied / "silos" / "planning-register.yaml", "7003", "17003")
    change(copied / "silos" / "vehicle-register.yaml", "7004", "17004")
    where, _ = read(copied, {})
    assert (where.planning, where.vehicles) == (("127.0.0.1", 17003), ("127.0.0.1", 17004))


def test_mistakes_in_an_edited_copy_are_shown_with_their_place(copied: Path):
    change(copied / "routes" / "property.yaml", "stage: legacy ", "stage: legend ")
    with pytest.raises(Trouble, match=r"routes/property\.yaml:8: .*\n.*mend this, or move the folder away"):
        read(copied, {})


def test_a_copy_without_the_demonstrations_silos_is_refused(copied: Path):
    for file in (copied / "facade.yaml", copied / "routes" / "licensing.yaml", copied / "silos" / "portal.yaml"):
        file.write_text(file.read_text().replace("portal", "portal-2"))
    with pytest.raises(Trouble, match="no silo portal that is passed through"):
        read(copied, {})


def test_an_older_copy_without_a_register_is_refused(copied: Path):
    for file in ("silos/vehicle-register.yaml", "routes/vehicles.yaml"):
        (copied / file).unlink()
    with pytest.raises(Trouble, match="no silo vehicle-register behind an adapter; move the folder away"):
        read(copied, {})


def test_an_origin_is_a_url_without_a_path():
    assert origin(("127.0.0.1", 8080)) == "http://127.0.0.1:8080"
    assert origin(("::1", 8080)) == "http://[::1]:8080"
