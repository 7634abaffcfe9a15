from __future__ import annotations

import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from facade.control import accepted as module
from facade.control.accepted import Accepted, AcceptedStore
from facade.control.sealed import Damaged

AT = datetime.datetime(2026, 11, 23, 12, 0, tzinfo=datetime.UTC)


@given(files=some.dictionaries(some.text(max_size=20), some.binary(max_size=200), max_size=5))
def test_what_is_kept_comes_back_byte_for_byte(tmp_path_factory: pytest.TempPathFactory, files: dict[str, bytes]):
    files = {name.encode("utf-8", "ignore").decode(): content for name, content in files.items()}
    store = AcceptedStore(tmp_path_factory.mktemp("state"))
    store.save(Accepted("abc", AT, files))
    assert store.read() == Accepted("abc", AT, files)


def test_nothing_is_kept_before_the_first_save_and_the_folder_is_made(tmp_path: Path):
    store = AcceptedStore(tmp_path / "lib" / "facade")
    assert store.read() is None
    store.save(Accepted("abc", AT, {}))
    store.save(Accepted("def", AT, {}))
    kept = store.read()
    assert kept is not None
    assert kept.revision == "def"


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: content[: len(content) // 2],
        lambda content: content.replace(b"legacy", b"platfo"),
        lambda content: content + b"x",
        lambda content: b"",
        lambda content: content.partition(b"\n")[2],
    ],
    ids=["cut off", "changed", "grown", "emptied", "without its checksum"],
)
def test_a_damaged_file_is_put_aside_and_never_served(tmp_path: Path, damage):
    store = AcceptedStore(tmp_path)
    store.save(Accepted("abc", AT, {"routes/a.yaml": b"stage: legacy\n"}))
    store.path.write_bytes(damage(store.path.read_bytes()))
    with pytest.raises(Damaged, match=r"accepted\.json: .*; it is put aside as accepted\.json\.damaged"):
        store.read()
    assert store.read() is None
    assert (tmp_path / "accepted.json.damaged").exists()


def test_a_whole_file_of_another_format_is_put_aside_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    store = AcceptedStore(tmp_path)
    monkeypatch.setattr(module, "FORMAT", 2)
    store.save(Accepted("abc", AT, {}))
    monkeypatch.setattr(module, "FORMAT", 1)
    with pytest.raises(Damaged, match="has format 2, this version reads 1"):
        store.read()


def test_a_file_that_is_far_too_large_is_not_read_into_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    AcceptedStore(tmp_path).save(Accepted("abc", AT, {"a": b"x" * 1000}))
    monkeypatch.setattr(module, "LARGEST", 100)
    with pytest.raises(Damaged, match="larger than 100 bytes"):
        AcceptedStore(tmp_path).read()
