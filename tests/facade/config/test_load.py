import os
from pathlib import Path

import pytest

from facade.config import load as loading
from facade.config.kinds import Kinds
from facade.config.load import MAX_FILES, load
from facade.config.parse import Loaded

SILO = 'silo: portal\nadapter: passthrough\nsettings: {url: "http://127.0.0.1:7000"}\n'
ROUTE = "routes:\n  - {name: a, match: GET /a, legacy: portal, stage: legacy}\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "silos").mkdir()
    (tmp_path / "routes").mkdir()
    (tmp_path / "facade.yaml").write_text("version: 1\n")
    (tmp_path / "silos/portal.yaml").write_text(SILO)
    (tmp_path / "routes/a.yaml").write_text(ROUTE)
    return tmp_path


def read(folder: Path) -> Loaded:
    return load(folder, Kinds(()), {}, serving=True)


def told(folder: Path) -> list[str]:
    return [str(each) for each in read(folder).mistakes]


def test_a_folder_is_read_in_order(folder: Path):
    loaded = read(folder)
    assert loaded.mistakes == ()
    assert list(loaded.files) == ["facade.yaml", "silos/portal.yaml", "routes/a.yaml"]
    assert loaded.files["routes/a.yaml"] == ROUTE.encode()


def test_bytes_that_were_kept_make_the_same_configuration_without_the_folder(folder: Path):
    loaded = read(folder)
    again = load(folder / "gone", Kinds(()), {}, serving=True, files=loaded.files)
    assert again.configuration is not None
    assert again.revision == loaded.revision
    assert again.configuration.routes == loaded.configuration.routes


@pytest.mark.parametrize(
    "name", [".a.yaml.swp", ".#a.yaml", "a.yaml~", "#a.yaml#", "README.md", "a.yaml.bak", "._a.yaml"]
)
def test_hidden_files_and_editors_copies_are_passed_over(folder: Path, name: str):
    (folder / "routes" / name).write_text("nonsense: [")
    assert told(folder) == []


def test_a_folder_that_cannot_be_listed_does_not_pass_for_an_empty_one(folder: Path, monkeypatch: pytest.MonkeyPatch):
    (folder / "routes/a.yaml").unlink()
    (folder / "routes").rmdir()
    (folder / "routes").write_text("routes: []")
    assert told(folder) == ["routes: is no folder; put its files in a folder of this name"]
    (folder / "routes").unlink()
    (folder / "routes").symlink_to("routes")
    mend = "put a folder in its place that the user who runs the facade may read"
    assert told(folder) == [f"routes: cannot be listed (Too many levels of symbolic links); {mend}"]


def test_a_folder_that_may_not_be_searched_is_told_and_never_a_traceback(folder: Path, monkeypatch: pytest.MonkeyPatch):
    def forbidden(self: Path, **_: object) -> os.stat_result:
        raise PermissionError(13, "Permission denied")

    def closed(self: Path) -> list[Path]:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "stat", forbidden)
    monkeypatch.setattr(Path, "iterdir", closed)
    assert [line.partition(";")[0] for line in told(folder)] == [
        "silos: cannot be listed (Permission denied)",
        "externals: cannot be listed (Permission denied)",
        "routes: cannot be listed (Permission denied)",
    ]


def test_a_name_that_cannot_be_printed_is_a_mistake(folder: Path):
    (folder / "routes/a\nb.yaml").write_text("routes: []")
    assert told(folder) == ["routes/a\\nb.yaml:1: has a name that cannot be printed; rename it"]


def test_a_folder_in_a_folder_is_passed_over(folder: Path):
    (folder / "silos/copybooks").mkdir()
    (folder / "silos/copybooks/a.yaml").write_text("nonsense: [")
    assert told(folder) == []


def test_a_mounted_config_map_is_read_through_its_links(folder: Path):
    for part in ("silos", "routes"):
        old = folder / part / "..2026_11_23"
        old.mkdir()
        for file in (folder / part).glob("*.yaml"):
            file.rename(old / file.name)
            file.symlink_to(f"..data/{file.name}")
        (folder / part / "..data").symlink_to(old.name)
    assert told(folder) == []
    assert list(read(folder).files) == ["facade.yaml", "silos/portal.yaml", "routes/a.yaml"]


def test_a_config_map_with_folders_of_links_is_read(tmp_path: Path):
    (tmp_path / "..2026/silos").mkdir(parents=True)
    (tmp_path / "..2026/routes").mkdir()
    (tmp_path / "..data").symlink_to("..2026")
    (tmp_path / "..2026/facade.yaml").write_text("version: 1\n")
    (tmp_path / "..2026/silos/portal.yaml").write_text(SILO)
    (tmp_path / "..2026/routes/a.yaml").write_text(ROUTE)
    for name in ("facade.yaml", "silos", "routes"):
        (tmp_path / name).symlink_to(f"..data/{name}")
    assert told(tmp_path) == []


def test_callers_and_the_keys_of_their_issuers_lie_beside_the_first_file(folder: Path):
    (folder / "callers.yaml").write_text("callers: [{name: a, header: X-A=a}]\n")
    for name in ("jwks.json", "login.jwks.json", ".old.jwks.json", "#a.jwks.json", "other.json", "notes.yaml"):
        (folder / name).write_text("{}")
    assert told(folder) == []
    assert list(read(folder).files) == [
        "facade.yaml",
        "callers.yaml",
        "jwks.json",
        "login.jwks.json",
        "silos/portal.yaml",
        "routes/a.yaml",
    ]


def test_keys_that_are_changed_make_another_revision(folder: Path):
    (folder / "login.jwks.json").write_text("{}")
    before = read(folder).revision
    (folder / "login.jwks.json").write_text('{"keys": []}')
    assert read(folder).revision != before


@pytest.mark.parametrize("missing", ["facade.yaml", ""])
def test_a_missing_file_or_folder_is_one_line(folder: Path, missing: str):
    (folder / "facade.yaml").unlink()
    where = folder if missing else folder / "nowhere"
    assert told(where)[0] == "facade.yaml:1: does not exist; create it, or name the folder that holds it"
    assert len(told(where)) == 1


def test_a_file_in_place_of_the_folder_is_told(folder: Path):
    assert told(folder / "facade.yaml")[0].startswith("facade.yaml:1: cannot be read (Not a directory); ")


@pytest.mark.parametrize("name", ["facade.yaml", "silos/portal.yaml", "routes/a.yaml"])
def test_a_link_to_nothing_is_a_mistake(folder: Path, name: str):
    (folder / name).unlink()
    (folder / name).symlink_to("nothing")
    assert told(folder)[0].startswith(f"{name}:1: does not exist; ")


def test_a_link_to_a_file_is_that_file(folder: Path):
    (folder / "routes/a.yaml").rename(folder / "elsewhere")
    (folder / "routes/a.yaml").symlink_to("../elsewhere")
    assert told(folder) == []


def test_a_named_pipe_and_a_folder_are_no_files_and_nobody_waits(folder: Path):
    os.mkfifo(folder / "silos/pipe.yaml")
    (folder / "routes/b.yaml").mkdir()
    assert told(folder) == [
        "silos/pipe.yaml:1: is not a file; put a file in its place",
        "routes/b.yaml:1: is not a file; put a file in its place",
    ]


def test_a_file_that_may_not_be_read_is_told_with_who_needs_it(folder: Path, monkeypatch: pytest.MonkeyPatch):
    really = os.open

    def deny(path: object, *rest: int) -> int:
        if str(path).endswith("portal.yaml"):
            raise PermissionError(13, "Permission denied")
        return really(path, *rest)

    monkeypatch.setattr(os, "open", deny)
    assert told(folder) == [
        "silos/portal.yaml:1: may not be read; let the user that runs the facade read it"
    ]  # fmt: skip


def test_a_large_file_is_not_read_whole(folder: Path):
    with (folder / "routes/a.yaml").open("wb") as file:
        file.truncate(50 * 1024 * 1024)
    (mistake, *_) = told(folder)
    assert mistake == "routes/a.yaml:1: is longer than 4194304 bytes; split it into several files"


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("routes/b.yml", "routes/b.yml:1: does not end in .yaml; rename it to b.yaml"),
        ("facade.yml", "facade.yml:1: does not end in .yaml; rename it to facade.yaml"),
        ("callers.yml", "callers.yml:1: does not end in .yaml; rename it to callers.yaml"),
        ("contract", "contract:1: is not read: contracts are not built yet; remove it"),
    ],
)
def test_a_file_that_somebody_would_take_for_one_of_ours_is_a_mistake(folder: Path, name: str, sentence: str):
    (folder / name).write_text("a: 1\n")
    assert told(folder) == [sentence]


def test_the_schemas_beside_the_files_are_no_concern(folder: Path):
    (folder / "schema").mkdir()
    (folder / "state").mkdir()
    assert told(folder) == []


def test_the_number_of_files_is_bounded(folder: Path, monkeypatch: pytest.MonkeyPatch):
    assert MAX_FILES == 2_000
    monkeypatch.setattr(loading, "MAX_FILES", 2)
    (mistake, *_) = told(folder)
    assert mistake.startswith("routes/a.yaml:1: is one file too many: 2 files or ")


def test_the_size_of_all_files_is_bounded(folder: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(loading, "MAX_BYTES", 20)
    (mistake, *_) = told(folder)
    assert mistake.startswith("routes/a.yaml:1: is one file too many: ")


def test_a_name_that_could_drive_a_terminal_is_escaped(folder: Path):
    (folder / "routes/\x1b[31m.yaml").write_text("a: 1\n")
    assert told(folder)[0].startswith("routes/\\x1b[31m.yaml:1: ")


def test_files_that_change_while_they_are_read_are_read_again(folder: Path, monkeypatch: pytest.MonkeyPatch):
    """An old route with a new silo is a generation that never was."""
    really, reads = loading.read_file, []

    def swap(path: Path, limit: int) -> bytes:
        content = really(path, limit)
        reads.append(path.name)
        if path.name == "portal.yaml" and reads.count("portal.yaml") == 1:
            (folder / "silos/portal.yaml").write_text(SILO.replace("portal", "gateway"))
            (folder / "routes/a.yaml").write_text(ROUTE.replace("portal", "gateway"))
        return content

    monkeypatch.setattr(loading, "read_file", swap)
    loaded = read(folder)
    assert loaded.mistakes == ()
    assert set(loaded.configuration.silos) == {"gateway"}


def test_files_that_never_stand_still_are_read_a_bounded_number_of_times(folder: Path, monkeypatch: pytest.MonkeyPatch):
    really, reads = loading.read_file, []

    def touch(path: Path, limit: int) -> bytes:
        reads.append(path.name)
        (folder / "routes" / f"new{len(reads)}.yaml").write_text(ROUTE.replace("/a", f"/b{len(reads)}"))
        return really(path, limit)

    monkeypatch.setattr(loading, "read_file", touch)
    read(folder)
    assert reads.count("facade.yaml") == loading.ATTEMPTS
