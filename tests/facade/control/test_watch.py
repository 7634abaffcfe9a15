"""The watch over real files. Nothing is timed: each test waits until the change is seen, or the run's time is up."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Callable
from functools import partial
from pathlib import Path

import pytest
import structlog
from watchfiles import Change

from facade.control import watch as module
from facade.control.fingerprint import see
from facade.control.watch import concerns, watch
from facade.tasks import spawn


class Watched:
    """A watch over a folder, and whether the last change of it was seen."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.named: list[Path] = []
        self.read = see(folder)
        self.reloads = 0
        self.seen = asyncio.Event()

    def stale(self) -> bool:
        return see(self.folder, self.named) != self.read

    async def reload(self, cause: str) -> None:
        assert cause == "file"
        self.read = await asyncio.to_thread(see, self.folder, self.named)
        self.reloads += 1
        self.seen.set()

    async def sees(self, change: Callable[[], object]) -> None:
        await self.quiet()
        self.seen.clear()
        change()
        await self.seen.wait()

    async def quiet(self) -> None:
        """Wait until no reload comes any more for what was done before."""
        before = -1
        while before != self.reloads:
            before = self.reloads
            await asyncio.sleep(0.2)


@pytest.fixture(params=["events", "clock"])
async def watched(files, request, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Watched]:
    monkeypatch.setattr(module, "LOOK_EVERY", 0.1 if request.param == "clock" else 60.0)
    watched = Watched(files.folder)
    poll = request.param == "clock"
    task = spawn(watch(files.folder, watched.stale, watched.reload, named=lambda: watched.named, poll=poll), "watch")
    await asyncio.sleep(0.3)
    yield watched
    task.cancel()


def replace(path: Path, text: str) -> None:
    """What an editor does."""
    new = path.with_name(f".{path.name}.tmp")
    new.write_text(text)
    new.rename(path)


async def test_a_file_written_in_place_is_seen_again_and_again(watched: Watched):
    for number in range(3):
        await watched.sees(partial((watched.folder / "routes/property.yaml").write_text, f"# {number}"))


async def test_an_editors_atomic_replace_is_seen_again_and_again(watched: Watched):
    for number in range(3):
        await watched.sees(partial(replace, watched.folder / "routes/property.yaml", f"# {number}"))


async def test_a_file_that_silos_name_is_seen_again_and_again_from_the_reload_on_that_reads_it(watched: Watched):
    copybook = watched.folder / "silos/copybooks/deep/record.cpy"
    copybook.parent.mkdir(parents=True)
    watched.named.append(copybook)
    await watched.sees(partial((watched.folder / "silos/new.yaml").write_text, "# names it"))
    await watched.sees(partial(copybook.write_text, "0"))
    for number in range(1, 3):
        await watched.sees(partial(replace, copybook, f"{number}"))
    other = copybook.with_name("other.cpy")
    watched.named[:] = [other]
    await watched.sees(partial((watched.folder / "silos/new.yaml").write_text, "# names another"))
    await watched.sees(partial(other.write_text, "0"))
    await watched.sees(other.unlink)


async def test_a_folder_that_is_removed_and_comes_back_is_watched_again(watched: Watched):
    await watched.sees(lambda: shutil.rmtree(watched.folder / "routes"))
    await watched.sees(lambda: (watched.folder / "facade.yaml").write_text("# now without routes"))
    (watched.folder / "routes").mkdir()
    await watched.quiet()
    for number in range(2):
        await watched.sees(partial((watched.folder / "routes/new.yaml").write_text, f"# {number}"))


async def test_the_whole_configuration_swapped_for_another_folder_is_seen_and_followed(
    watched: Watched, tmp_path: Path
):
    def swap() -> None:
        shutil.copytree(watched.folder, tmp_path / "other")
        watched.folder.rename(tmp_path / "old")
        (tmp_path / "other").rename(watched.folder)

    await watched.sees(swap)
    await watched.sees(lambda: (watched.folder / "routes/property.yaml").write_text("# in the new folder"))


async def test_every_swap_of_a_config_map_is_seen(watched: Watched):
    shutil.rmtree(watched.folder / "routes")
    mount = watched.folder / "routes"

    def swap(number: int) -> None:
        """What the kubelet does: a new folder, a new link, renamed over the old one."""
        mount.mkdir(exist_ok=True)
        generation = mount / f"..2026_{number}"
        generation.mkdir()
        (generation / "property.yaml").write_text(f"# {number}")
        (mount / "..data_tmp").symlink_to(generation.name)
        (mount / "..data_tmp").rename(mount / "..data")
        if not (mount / "property.yaml").is_symlink():
            (mount / "property.yaml").symlink_to("..data/property.yaml")

    swap(0)
    await watched.quiet()
    for number in range(1, 4):
        await watched.sees(partial(swap, number))


async def test_a_storm_of_events_is_a_handful_of_reloads_and_the_last_write_is_read(watched: Watched):
    path = watched.folder / "routes/property.yaml"
    for number in range(1000):
        path.write_text(f"# {number}")
        await asyncio.sleep(0.001)
    await watched.quiet()
    assert 1 <= watched.reloads <= 100
    assert not watched.stale()


async def test_without_file_events_the_files_are_looked_at_by_the_clock_and_that_is_said(
    files, monkeypatch: pytest.MonkeyPatch
):
    def none_left(*_: object, **__: object) -> object:
        raise OSError(28, "OS file watch limit reached")

    monkeypatch.setattr(module, "awatch", none_left)
    monkeypatch.setattr(module, "LOOK_EVERY", 0.05)
    watched = Watched(files.folder)
    with structlog.testing.capture_logs() as said:
        task = spawn(watch(files.folder, watched.stale, watched.reload), "watch")
        await asyncio.sleep(0.1)
        await watched.sees(lambda: files.write("routes/new.yaml", "# new"))
        task.cancel()
    assert [line["log_level"] for line in said] == ["error"]
    assert "OS file watch limit reached" in said[0]["problem"]
    assert "max_user_watches" in said[0]["problem"]


async def test_a_reload_that_fails_by_a_defect_does_not_end_the_watch(files, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "LOOK_EVERY", 0.05)
    tried = asyncio.Event()

    async def broken(_: str) -> None:
        if tried.is_set():
            again.set()
        tried.set()
        raise RuntimeError

    again = asyncio.Event()
    with structlog.testing.capture_logs() as said:
        task = spawn(watch(files.folder, lambda: True, broken, poll=True), "watch")
        await again.wait()
        task.cancel()
    assert said[0]["event"] == "reload failed by a defect"


@pytest.mark.parametrize(
    ("path", "matters"),
    [
        ("facade.yaml", True),
        ("routes/property.yaml", True),
        ("silos/new.yml", True),
        ("routes/..data", True),
        ("routes", True),
        ("", True),
        ("records.sqlite-wal", False),
        ("state/accepted.json", False),
        ("state/deep.yaml", False),
        ("routes/.property.yaml.swp", False),
        ("../other.yaml", False),
        ("silos/copybooks/record.cpy", True),
        ("silos/copybooks/other.cpy", False),
        ("silos/copybooks", True),
        ("silos/copybooks/..data", True),
    ],
)
def test_events_of_the_configuration_matter_and_others_do_not(tmp_path: Path, path: str, matters: bool):
    named = [tmp_path / "silos/copybooks/record.cpy"]
    assert concerns(tmp_path, named)(Change.modified, os.path.normpath(tmp_path / path)) is matters
