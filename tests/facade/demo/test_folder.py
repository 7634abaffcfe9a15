from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facade.demo import folder
from facade.demo.trouble import Trouble


def test_the_shipped_configuration_is_copied_without_what_a_run_left_behind(tmp_path: Path):
    shipped = tmp_path / "config"
    for name in ("facade.yaml", "routes/property.yaml", "state/accepted.json", "records/benefits.sqlite"):
        file = shipped / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(name)
    copied = tmp_path / folder.NAME
    assert folder.copy(shipped, copied)
    assert sorted(str(file.relative_to(copied)) for file in copied.rglob("*") if file.is_file()) == [
        "facade.yaml",
        "routes/property.yaml",
    ]


def test_a_copy_that_is_there_already_is_kept_as_it_was_edited(tmp_path: Path):
    copied = tmp_path / folder.NAME
    folder.copy(folder.shipped(), copied)
    (copied / "facade.yaml").write_text("edited")
    assert not folder.copy(folder.shipped(), copied)
    assert (copied / "facade.yaml").read_text() == "edited"


def test_a_folder_that_is_no_copy_is_left_alone(tmp_path: Path):
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(Trouble, match="move it away"):
        folder.copy(folder.shipped(), tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["thesis.txt"]


def test_every_port_of_the_shipped_configuration_is_found():
    found = {port for file in folder.files(folder.shipped()) for port in folder.ports(file.read_text())}
    assert found == {8080, 9902, 9901, 7001, 7002, 7003, 7004, 7005, 7006, 7101, 7102}


def test_ports_are_replaced_and_nothing_else():
    text = 'listen: 127.0.0.1:8080   # not 0.0.0.0:8080\nsettings: {url: "http://127.0.0.1:7001"}\nlimits: 8080\n'
    assert folder.with_ports(text, {8080: 1, 7001: 8080}) == (
        'listen: 127.0.0.1:1   # not 0.0.0.0:8080\nsettings: {url: "http://127.0.0.1:8080"}\nlimits: 8080\n'
    )
    apart = "settings: {host: 127.0.0.1, port: 7004, frame: length2}\nother: {host: 10.0.0.1, port: 7004}\n"
    assert folder.with_ports(apart, {7004: 1}) == apart.replace("127.0.0.1, port: 7004", "127.0.0.1, port: 1")


@given(st.text(), st.dictionaries(st.integers(1, 65535), st.integers(1, 65535)))
def test_a_text_without_addresses_stays_as_it_is(text: str, new: dict[int, int]):
    assert folder.ports(text) or folder.with_ports(text, new) == text


def test_the_line_of_a_routes_stage_is_found_in_the_shipped_configuration():
    file, line = folder.stage_line(folder.shipped(), "titles.read")
    assert file.name == "property.yaml"
    assert file.read_text().splitlines()[line - 1].lstrip().startswith("stage: legacy ")


def test_the_stage_of_a_route_in_a_group_stands_at_the_group():
    text = "routes:\n  - name: a\n    match: /a\ngroups:\n  - name: journey\n    routes: [b, a]\n    stage: legacy\n"
    assert folder.stage_line_of(text, "a") == 7
    assert folder.stage_line_of(text, "journey") == 7
    assert folder.stage_line_of(text, "c") is None


@pytest.mark.parametrize("text", ["", "routes:", "routes: 7", "routes: [7, {name: a}]", "- a"])
def test_a_file_without_that_stage_has_no_line(text: str):
    assert folder.stage_line_of(text, "a") is None


def test_a_folder_without_the_route_says_what_to_do(tmp_path: Path):
    with pytest.raises(Trouble, match=r"no route titles\.read with a stage; move .* away"):
        folder.stage_line(tmp_path, "titles.read")
