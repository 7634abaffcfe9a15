"""Files that change are seen, again and again, whatever tool changes them and however often."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

from harness.client import get
from harness.folder import Folder
from harness.patience import eventually
from harness.peer import Peer
from harness.sidecar import Sidecar

AGAIN: Final = 5
FILE: Final = "routes/all.yaml"
STORM: Final = 1_000

Serve = Callable[..., Sidecar]


def text(number: int, platform: Peer) -> str:
    """Generation `number`: one route each, at its own path, so that a call tells which generation runs."""
    return f'routes: [{{name: route, match: /{number}, platform: "{platform.url}", stage: complete}}]\n'


def seen(sidecar: Sidecar, number: int) -> None:
    """Wait until generation `number` answers, and the one before no longer does."""
    eventually(lambda: get(sidecar.port, f"/{number}").status == 200, f"generation {number} runs")
    assert get(sidecar.port, f"/{number - 1}").status == 404


def in_place(folder: Folder, content: str) -> None:
    (folder / FILE).write_text(content)


def renamed_over(folder: Folder, content: str) -> None:
    folder.write(FILE, content)


def backed_up_and_written(folder: Folder, content: str) -> None:
    """As vim does: the old file becomes the backup, a new one is written, the backup goes."""
    (folder / FILE).rename(folder / f"{FILE}~")
    (folder / "routes/4913").touch()
    (folder / "routes/4913").unlink()
    (folder / FILE).write_text(content)
    (folder / f"{FILE}~").unlink()


def in_two_steps(folder: Folder, content: str) -> None:
    """Truncated, then written: for a moment the file is empty."""
    with (folder / FILE).open("w") as file:
        file.flush()
        os.fsync(file.fileno())
        file.write(content)


def another_file(folder: Folder, content: str) -> None:
    """One file comes, the one before goes."""
    names = sorted((folder / "routes").iterdir())
    (folder / f"routes/all-{len(content)}-{content[30:60].encode().hex()}.yaml").write_text(content)
    for name in names:
        name.unlink()


def replaced_folder(folder: Folder, content: str) -> None:
    """As a checkout does: the whole folder is another one."""
    new = folder / ".new"
    new.mkdir()
    (new / "all.yaml").write_text(content)
    (folder / "routes").rename(folder / ".old")
    new.rename(folder / "routes")
    shutil.rmtree(folder / ".old")


@pytest.mark.parametrize(
    "change", [in_place, renamed_over, backed_up_and_written, in_two_steps, another_file, replaced_folder]
)
def test_every_way_to_save_a_file_is_seen_again_and_again(
    folder: Folder, platform: Peer, serve: Serve, change: Callable[[Folder, str], None]
) -> None:
    folder.routes(text(1, platform))
    sidecar = serve(folder)
    for number in range(2, 2 + AGAIN):
        change(folder, text(number, platform))
        seen(sidecar, number)


class Volume:
    """A ConfigMap as the kubelet mounts it: the names are links into `..data`, which is a link to the newest folder."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.mkdir(parents=True, exist_ok=True)
        self._number = 0

    def publish(self, **files: str) -> None:
        self._number += 1
        new = self.path / f"..2026_01_01_00_00_{self._number:02}.{self._number}"
        new.mkdir()
        for name, content in files.items():
            (new / f"{name}.yaml").write_text(content)
        before = (self.path / "..data").resolve() if (self.path / "..data").exists() else None
        (self.path / "..data_tmp").symlink_to(new.name)
        (self.path / "..data_tmp").rename(self.path / "..data")
        for name in files:
            link = self.path / f"{name}.yaml"
            if not link.is_symlink():
                link.symlink_to(f"..data/{name}.yaml")
        if before is not None:
            shutil.rmtree(before)


@pytest.fixture
def mounted(tmp_path: Path, platform: Peer) -> tuple[Folder, Volume, Volume]:
    """A configuration of two ConfigMaps: facade.yaml, and routes/ below it."""
    folder = Folder(tmp_path / "config")
    folder.facade()
    settings = (folder / "facade.yaml").read_text()
    (folder / "facade.yaml").unlink()
    top, routes = Volume(folder.path), Volume(folder / "routes")
    top.publish(facade=settings)
    routes.publish(all=text(1, platform))
    return folder, top, routes


def test_a_config_map_is_seen_each_time_it_is_swapped(
    mounted: tuple[Folder, Volume, Volume], platform: Peer, serve: Serve
) -> None:
    folder, top, routes = mounted
    sidecar = serve(folder)
    for number in range(2, 2 + AGAIN):
        routes.publish(all=text(number, platform))
        seen(sidecar, number)
        settings = (folder / "facade.yaml").read_text()
        sidecar.changed(lambda settings=settings: top.publish(facade=f"{settings}# {len(settings)}\n"))
    assert sidecar.config()["rejected"] is None
    assert sidecar.metric('facade_config_reloads_total{result="accepted"}') == 1 + 2 * AGAIN


def test_a_bad_config_map_is_rejected_and_the_next_one_taken(
    mounted: tuple[Folder, Volume, Volume], platform: Peer, serve: Serve
) -> None:
    folder, _, routes = mounted
    sidecar = serve(folder)
    routes.publish(all="routes: nonsense\n")
    eventually(lambda: sidecar.config()["rejected"], "it is rejected")
    assert get(sidecar.port, "/1").status == 200
    routes.publish(all=text(2, platform))
    seen(sidecar, 2)
    assert sidecar.config()["rejected"] is None


def test_a_storm_of_changes_is_a_few_reloads_and_the_last_one_wins(
    folder: Folder, platform: Peer, serve: Serve
) -> None:
    folder.routes(text(1, platform))
    sidecar = serve(folder)
    for number in range(2, 2 + STORM):
        folder.write(FILE, text(number, platform))
    seen(sidecar, 1 + STORM)
    samples = sidecar.metrics()
    reloads = sum(value for name, value in samples.items() if name.startswith("facade_config_reloads_total"))
    assert reloads < STORM / 20
    assert samples['facade_config_reloads_total{result="rejected"}'] == 0


def test_sighup_reads_the_files_again(folder: Folder, platform: Peer, serve: Serve) -> None:
    folder.routes(text(1, platform))
    sidecar = serve(folder)
    for number in range(1, 4):
        sidecar.tell(signal.SIGHUP)
        eventually(
            lambda number=number: sidecar.metric('facade_config_reloads_total{result="unchanged"}') == number,
            "the same files are read again",
        )
    assert sidecar.said("configuration unchanged", cause="signal")
    assert get(sidecar.port, "/1").status == 200


def test_a_hundred_sighups_at_once_are_survived(folder: Folder, platform: Peer, serve: Serve) -> None:
    folder.routes(text(1, platform))
    sidecar = serve(folder)
    for _ in range(100):
        sidecar.tell(signal.SIGHUP)
    folder.routes(text(2, platform))
    sidecar.tell(signal.SIGHUP)
    seen(sidecar, 2)


def test_files_are_seen_by_the_clock_where_events_do_not_arrive(folder: Folder, platform: Peer, serve: Serve) -> None:
    folder.routes(text(1, platform))
    sidecar = serve(folder, "--poll")
    for number in range(2, 4):
        renamed_over(folder, text(number, platform))
        seen(sidecar, number)


def test_a_changed_share_moves_traffic_and_says_so(folder: Folder, legacy: Peer, platform: Peer, serve: Serve) -> None:
    folder.rest(legacy.url)
    sidecar = serve(folder)
    assert get(sidecar.port, "/x").body == b"legacy"
    folder.edit(FILE, "stage: legacy", f'platform: "{platform.url}", stage: platform')
    eventually(lambda: get(sidecar.port, "/x").body == b"platform", "the platform answers")
    [moved] = sidecar.said("route moved", route="everything")
    assert (moved["before"], moved["after"], moved["cause"]) == ("legacy", "platform", "file")
    assert sidecar.metric('facade_moves_total{cause="file",route="everything"}') == 1
    assert sidecar.metric('facade_route_stage{route="everything",stage="platform"}') == 1
    assert sidecar.metric('facade_route_stage{route="everything",stage="legacy"}') == 0


def test_a_setting_that_needs_a_restart_is_told_and_the_rest_runs(folder: Folder, platform: Peer, serve: Serve) -> None:
    folder.routes(text(1, platform))
    sidecar = serve(folder)
    before = folder.listen
    folder.listen += 1
    sidecar.changed(folder.facade)
    assert get(before, "/1").status == 200
    warned = sidecar.said("configuration warning")
    assert [line for line in warned if "listen" in line["problem"] and "restart" in line["problem"]], warned


def test_limits_and_log_settings_follow_a_reload(folder: Folder, platform: Peer, serve: Serve) -> None:
    folder.routes(text(1, platform))
    sidecar = serve(folder)
    assert get(sidecar.port, "/1?" + "x" * 2000).status == 200
    sidecar.changed(lambda: folder.facade(limits="{url_bytes: 1KiB}"))
    assert get(sidecar.port, "/1?" + "x" * 2000).status == 414
