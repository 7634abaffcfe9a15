"""What silos name is read once, remembered with what it looked like, and bounded."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from facade.config import beside as module
from facade.config.beside import Asked, Beside
from facade.port import Unreadable
from facade.targets.definition import NamedFiles

LIMIT = 100


def why(asked: Asked, name: str, limit: int = LIMIT) -> Unreadable:
    with pytest.raises(Unreadable) as unreadable:
        asked.read(name, limit)
    return unreadable.value


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "silos/copybooks").mkdir(parents=True)
    (tmp_path / "silos/copybooks/a.cpy").write_bytes(b"one")
    return tmp_path


def test_a_file_is_kept_by_its_path_from_the_configurations_folder(folder: Path) -> None:
    beside = Beside(folder)
    asked = Asked("silos", beside)
    assert asked.read("copybooks/a.cpy", LIMIT) == b"one"
    assert asked.read("./copybooks/../copybooks/a.cpy", LIMIT) == b"one"
    assert beside.contents == {"silos/copybooks/a.cpy": b"one"}
    assert list(beside.looks) == [folder / "silos/copybooks/a.cpy"]
    assert asked.answered() == NamedFiles({"copybooks/a.cpy": b"one", "./copybooks/../copybooks/a.cpy": b"one"})


def test_all_who_ask_see_one_generation(folder: Path) -> None:
    beside = Beside(folder)
    assert Asked("silos", beside).read("copybooks/a.cpy", LIMIT) == b"one"
    (folder / "silos/copybooks/a.cpy").write_bytes(b"other")
    assert not beside.stands()
    assert Asked("silos", beside).read("copybooks/a.cpy", LIMIT) == b"one"


def test_a_file_that_was_looked_for_in_vain_is_seen_when_it_comes(folder: Path) -> None:
    beside = Beside(folder)
    assert why(Asked("silos", beside), "copybooks/b.cpy").is_absent
    assert beside.contents == {}
    assert beside.stands()
    (folder / "silos/copybooks/b.cpy").write_bytes(b"new")
    assert not beside.stands()


def test_what_was_kept_is_all_there_is(folder: Path) -> None:
    beside = Beside(folder, {"silos/copybooks/kept.cpy": b"kept"})
    asked = Asked("silos", beside)
    assert asked.read("copybooks/kept.cpy", LIMIT) == b"kept"
    assert why(asked, "copybooks/a.cpy").is_absent
    assert beside.looks == {}


def test_a_file_may_lie_anywhere(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    other = tmp_path_factory.mktemp("other") / "x.cpy"
    other.write_bytes(b"far")
    (folder / "shared.cpy").write_bytes(b"near")
    beside = Beside(folder)
    asked = Asked("silos", beside)
    assert (asked.read("../shared.cpy", LIMIT), asked.read(str(other), LIMIT)) == (b"near", b"far")
    assert list(beside.contents) == ["shared.cpy", str(other)]


@pytest.mark.parametrize("name", ["a\0b", "a\nb", "\udc80"])
def test_a_name_that_cannot_be_printed_is_refused(folder: Path, name: str) -> None:
    assert why(Asked("silos", Beside(folder)), name).what == "has a name that cannot be printed"


def test_what_is_no_file_is_refused_and_nobody_waits_for_it(folder: Path) -> None:
    os.mkfifo(folder / "silos/pipe")
    for name in ("pipe", "copybooks"):
        assert why(Asked("silos", Beside(folder)), name).what == "is not a file"


def test_a_file_longer_than_its_reader_takes_is_refused_however_it_came(folder: Path) -> None:
    kept = {"silos/copybooks/a.cpy": b"one"}
    beside = Beside(folder)
    for asked in (Asked("silos", beside), Asked("silos", Beside(folder, kept))):
        assert why(asked, "copybooks/a.cpy", 2).what == "is larger than 2 bytes"
        assert asked.read("copybooks/a.cpy", 3) == b"one"
        assert why(asked, "copybooks/a.cpy", 2).what == "is larger than 2 bytes"
    with pytest.raises(Unreadable, match="larger than 2 bytes"):
        NamedFiles({"a": b"one"}).read("a", 2)


def test_files_bytes_and_names_together_are_bounded(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "silos/b.cpy").write_bytes(b"two")
    monkeypatch.setattr(module, "MAX_BYTES", 5)
    asked = Asked("silos", Beside(folder))
    asked.read("copybooks/a.cpy", LIMIT)
    assert "5 bytes together at the most" in why(asked, "b.cpy").what
    monkeypatch.setattr(module, "MAX_FILES", 1)
    monkeypatch.setattr(module, "MAX_BYTES", 100)
    assert "silos name 1 files" in why(asked, "b.cpy").what
    monkeypatch.setattr(module, "MAX_LOOKS", 2)
    assert "2 names are looked for at the most" in why(asked, "c.cpy").what


def test_what_a_kind_did_not_examine_is_not_there_when_it_opens() -> None:
    with pytest.raises(Unreadable) as unreadable:
        NamedFiles({"a": b""}).read("b", LIMIT)
    assert unreadable.value.is_absent
    assert "examines less than it opens" in unreadable.value.mend


def test_no_file_is_shown() -> None:
    assert "secret" not in repr(NamedFiles({"a": b"secret"}))
    assert repr(Beside(Path())) == "<Beside 0 files>"
    assert repr(Asked("silos", Beside(Path()))) == "<Asked 0 files of silos>"
