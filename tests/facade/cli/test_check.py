from __future__ import annotations

import pytest


def test_good_files_are_one_line_and_exit_0(facade, files):
    said = facade("check", str(files.folder))
    assert said.status == 0
    assert said.lines == [f"{files.folder}: good, 5 routes, 2 silos, revision {files.configuration().revision}"]


def test_externals_are_counted_where_there_are_any(facade, files):
    operations = "operations:\n  take: {call: POST /v1, writes: true, send: {}}\n"
    files.write("externals/pay.yaml", f"external: pay\nadapter: rest\nsettings: {{url: 'http://a'}}\n{operations}")
    assert "5 routes, 2 silos, 1 external, revision" in facade("check", str(files.folder)).lines[0]
    assert facade("check", str(files.folder), "--json").document["externals"] == 1


def test_every_mistake_of_every_file_is_a_line_and_exit_1(facade, files):
    files.change("routes/property.yaml", "stage: legacy\n    canary", "stage: lgeacy\n    canary")
    files.change("silos/old.yaml", "2027-03-31", "soon")
    said = facade("check", str(files.folder))
    assert said.status == 1
    assert [line.partition(": ")[0] for line in said.lines[:-1]] == ["silos/old.yaml:4", "routes/property.yaml:6"]
    assert said.lines[-1] == f"{files.folder}: 2 mistakes"


def test_a_missing_secret_is_a_warning_and_exit_0(facade, files):
    files.change("facade.yaml", "admin: 127.0.0.1:0", 'admin: {token: "${env:NOT_SET_HERE}"}')
    said = facade("check", str(files.folder))
    assert said.status == 0
    assert said.lines[0].startswith("warning: facade.yaml:4: ${env:NOT_SET_HERE} is not set")


def test_machines_get_each_mistake_in_its_parts(facade, files):
    files.change("routes/property.yaml", "stage: legacy\n    canary", "stage: lgeacy\n    canary")
    said = facade("check", str(files.folder), "--json")
    assert said.status == 1
    (mistake,) = said.document["mistakes"]
    assert (mistake["file"], mistake["line"]) == ("routes/property.yaml", 6)
    assert mistake["what"].startswith('stage "lgeacy" is not one of')
    assert said.document["routes"] is None


def test_what_is_no_folder_is_one_line_that_says_how_to_name_another(facade, files, tmp_path):
    (tmp_path / "loop").symlink_to("loop")
    mend = "; name the folder that holds facade.yaml by facade check DIR"
    for path, what in (
        (tmp_path / "nowhere", "does not exist"),
        (files.folder / "facade.yaml", "is no folder"),
        (files.folder / "facade.yaml/below", "does not exist"),
        (tmp_path / "loop", "cannot be read (Too many levels of symbolic links)"),
    ):
        said = facade("check", str(path))
        assert (said.status, said.lines) == (1, [f"{path}: {what}{mend}"])
        assert facade("check", str(path), "--json").document == {"error": f"{path}: {what}{mend}"}
    said = facade("explain", "GET", "/", "--config", str(tmp_path / "nowhere"))
    assert (said.status, said.out.strip().partition("; ")[2]) == (
        1,
        "name the folder that holds facade.yaml by --config or FACADE_CONFIG",
    )


def test_an_empty_folder_is_one_mistake(facade, tmp_path):
    said = facade("check", str(tmp_path))
    assert said.status == 1
    assert said.lines[0] == "facade.yaml:1: does not exist; create it, or name the folder that holds it"


def test_a_shadow_that_compares_nothing_yet_is_a_warning(facade, files):
    files.change("routes/property.yaml", "stage: legacy\n    canary", "stage: shadow\n    canary")
    said = facade("check", str(files.folder))
    assert said.status == 0
    assert said.lines[0].startswith('warning: routes/property.yaml:6: route "titles.read" is at stage shadow, and')


def test_the_folder_is_that_of_the_environment_or_config(facade, files, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("FACADE_CONFIG", str(files.folder))
    assert facade("check").status == 0
    monkeypatch.delenv("FACADE_CONFIG")
    monkeypatch.chdir(files.folder.parent)
    assert facade("check").lines[-1].startswith("config: good, 5 routes")
