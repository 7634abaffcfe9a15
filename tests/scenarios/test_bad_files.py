"""A bad file changes nothing: what ran goes on, its reasons are shown, the next good one is taken."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from typing import Final

import pytest

from harness.client import get, problem, request
from harness.folder import Folder
from harness.house import House
from harness.patience import PATIENCE, eventually
from harness.peer import Conversation, Peer, answer
from harness.sidecar import Sidecar

GOOD: Final = """\
# generation {number}
routes:
  - name: titles
    match: GET /titles/{{number}}
    legacy: portal
    platform: {platform}
    stage: {stage}
"""

FILE: Final = "routes/all.yaml"
MIB: Final = 1024 * 1024
NO_OVERRIDE: Final = ("setpriv", "--inh-caps=-all", "--bounding-set=-dac_override,-dac_read_search")
"""Root without its power over other people's files."""

Spoil = Callable[[Folder], object]


def spoilt(text: str | bytes) -> Spoil:
    return lambda folder: folder.write(FILE, text)


def swapped(old: str, new: str) -> Spoil:
    return lambda folder: folder.edit(FILE, old, new)


def as_link(target: str) -> Spoil:
    def spoil(folder: Folder) -> None:
        (folder / "routes/.link").symlink_to(target)
        os.replace(folder / "routes/.link", folder / FILE)

    return spoil


def as_folder(folder: Folder) -> None:
    (folder / FILE).unlink()
    (folder / FILE).mkdir()


def as_pipe(folder: Folder) -> None:
    (folder / FILE).unlink()
    os.mkfifo(folder / FILE)


def half_written(folder: Folder) -> None:
    text = (folder / FILE).read_bytes()
    (folder / FILE).write_bytes(text[: text.index(b"legacy:") + 3])


BAD: Final[dict[str, tuple[Spoil, str]]] = {
    "no YAML": (spoilt("routes: [\n"), "routes/all.yaml:"),
    "a tab": (spoilt("routes:\n\t- name: x\n"), "routes/all.yaml:2"),
    "not UTF-8": (spoilt(b"routes: \xff\xfe\n"), "routes/all.yaml:"),
    "empty": (spoilt(""), "routes/all.yaml:1: is empty"),
    "only a comment": (spoilt("# nothing\n"), "routes/all.yaml:1: is empty"),
    "an unknown key": (swapped("stage:", "stgae:"), "routes/all.yaml:7"),
    "a key that is not built yet": (swapped("stage:", "minimise: true\n    stage:"), "routes/all.yaml:7"),
    "a wrong type": (swapped("name: titles", "name: [titles]"), "routes/all.yaml:3"),
    "a stage that is none": (swapped("stage: ", "stage: pre-"), "routes/all.yaml:7"),
    "a duplicate key": (swapped("    legacy: portal", "    legacy: portal\n    legacy: portal"), "routes/all.yaml:6"),
    "an unknown silo": (swapped("legacy: portal", "legacy: portla"), "routes/all.yaml:5"),
    "a list for a mapping": (spoilt("- routes\n"), "routes/all.yaml:1"),
    "an alias bomb": (
        spoilt("a: &a [x,x,x,x,x,x,x,x]\n" + "".join(f"b{n}: &b{n} [*a,*a,*a,*a,*a,*a,*a,*a]\n" for n in range(9))),
        "routes/all.yaml:",
    ),
    "a cycle": (spoilt("routes: &a [*a]\n"), "routes/all.yaml:"),
    "a call of Python": (
        lambda folder: folder.write(FILE, f"routes: !!python/object/apply:os.mkdir ['{folder / 'called'}']\n"),
        "routes/all.yaml:1",
    ),
    "the same call twice": (
        swapped(
            "routes:\n", "routes:\n  - {name: again, match: 'GET /titles/{other}', legacy: portal, stage: legacy}\n"
        ),
        "routes/all.yaml:",
    ),
    "very deep": (spoilt("routes: " + "[" * 100_000 + "\n"), "routes/all.yaml:"),
    "a file of 50 MB": (lambda folder: folder.write(FILE, b"# " + b"x" * (50 * MIB)), "routes/all.yaml:"),
    "half a file": (half_written, "routes/all.yaml:"),
    "deleted": (lambda folder: (folder / FILE).unlink(), "facade.yaml"),
    "a link to nothing": (as_link("nowhere.yaml"), "routes/all.yaml:1"),
    "a link to a device": (as_link("/dev/zero"), "routes/all.yaml:1"),
    "a link to itself": (as_link("all.yaml"), "routes/all.yaml:1"),
    "a folder": (as_folder, "routes/all.yaml:1"),
    "a pipe": (as_pipe, "routes/all.yaml:1"),
    "the other suffix": (lambda folder: folder.write("routes/more.yml", "routes: []\n"), "routes/more.yml:1"),
    "no facade.yaml": (lambda folder: (folder / "facade.yaml").unlink(), "facade.yaml:1"),
    "no routes at all": (lambda folder: shutil.rmtree(folder / "routes"), "facade.yaml"),
    "no silos at all": (lambda folder: shutil.rmtree(folder / "silos"), "routes/all.yaml:5"),
    "a silo twice": (
        lambda folder: folder.write("silos/again.yaml", (folder / "silos/portal.yaml").read_bytes()),
        "silos/portal.yaml:1",
    ),
    "an adapter nobody has": (
        lambda folder: folder.edit("silos/portal.yaml", "passthrough", "telepathy"),
        "silos/portal.yaml:2",
    ),
}


@pytest.fixture(scope="module")
def own_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = Folder(tmp_path_factory.mktemp("bad") / "config")
    with Peer("legacy") as legacy, Peer("platform") as platform:
        good(folder, legacy, platform, 0)
        with Sidecar(folder).ready() as sidecar:
            yield House(sidecar, legacy, platform)


@pytest.fixture
def spoilable(own_house: House) -> House:
    """A house on good files, also when the test before failed and left bad ones."""
    if own_house.sidecar.config()["rejected"]:
        good(own_house.sidecar.folder, own_house.legacy, own_house.platform, 0)
        eventually(lambda: own_house.sidecar.config()["rejected"] is None, "the good files are taken")
    return own_house


def good(folder: Folder, legacy: Peer, platform: Peer, number: int, stage: str = "legacy") -> None:
    """Good files, whatever is there."""
    if (folder / FILE).is_dir():
        (folder / FILE).rmdir()
    for name in ("routes", "silos"):
        (folder / name).mkdir(exist_ok=True)
    for stray in ("silos/again.yaml", "silos/second.yaml", "routes/more.yml"):
        (folder / stray).unlink(missing_ok=True)
    folder.facade()
    folder.silo("portal", legacy.url)
    folder.routes(GOOD.format(number=number, platform=platform.url, stage=stage))


@pytest.mark.parametrize(("spoil", "place"), BAD.values(), ids=BAD.keys())
def test_a_bad_file_changes_nothing_and_the_next_good_one_is_taken(spoilable: House, spoil: Spoil, place: str) -> None:
    sidecar, folder = spoilable.sidecar, spoilable.sidecar.folder
    before = sidecar.config()
    rejections = sidecar.metric('facade_config_reloads_total{result="rejected"}')
    with spoilable.client() as client:
        assert client.get("/titles/1").body == b"legacy"
        spoil(folder)
        now = eventually(lambda: (view := sidecar.config())["rejected"] and view, "the bad file is shown as rejected")
        assert [reason for reason in now["rejected"]["reasons"] if reason.startswith(place)], now["rejected"]["reasons"]
        assert all("; " in reason and "Traceback" not in reason for reason in now["rejected"]["reasons"])
        assert now["running"] == before["running"]
        assert not (folder / "called").exists()
        assert client.get("/titles/1").body == b"legacy"
        assert sidecar.metric('facade_config_reloads_total{result="rejected"}') > rejections
        logged = sidecar.said("configuration rejected", revision=now["rejected"]["revision"])
        assert logged[-1]["reasons"] == now["rejected"]["reasons"]
        assert sidecar.readyz() == 200

        number = sidecar.metric('facade_config_reloads_total{result="accepted"}')
        for stage, body in (("platform", b"platform"), ("legacy", b"legacy")):
            good(folder, spoilable.legacy, spoilable.platform, int(number), stage)
            eventually(lambda body=body: client.get("/titles/1").body == body, "the next good file is taken")
        eventually(lambda: sidecar.config()["rejected"] is None, "nothing is rejected any more")
    assert b"traceback" not in bytes(sidecar.output).lower()


@pytest.mark.skipif(os.geteuid() == 0 and not shutil.which("setpriv"), reason="root needs setpriv (util-linux)")
def test_a_file_that_may_no_longer_be_read_changes_nothing(folder: Folder, legacy: Peer, platform: Peer) -> None:
    """The tests may run as root, who may read everything: then the sidecar runs without that power."""
    good(folder, legacy, platform, 0)
    with Sidecar(folder, before=NO_OVERRIDE if os.geteuid() == 0 else ()).ready() as sidecar:
        (folder / FILE).chmod(0)
        reasons = eventually(lambda: sidecar.config()["rejected"], "it is shown as rejected")["reasons"]
        assert reasons[0].startswith("routes/all.yaml:1: may not be read; ")
        assert get(sidecar.port, "/titles/1").body == b"legacy"
        (folder / FILE).chmod(0o644)
        eventually(lambda: sidecar.config()["rejected"] is None, "it may be read again")


def test_every_mistake_of_every_file_is_named_at_once(spoilable: House) -> None:
    sidecar, folder = spoilable.sidecar, spoilable.sidecar.folder
    folder.edit("facade.yaml", "drain:", "drian:")
    folder.write("silos/second.yaml", "silo: second\nadapter: passthrough\nsettings: {url: nowhere}\n")
    folder.edit(FILE, "stage: legacy", "stage: sideways")

    def named() -> set[str]:
        rejected = sidecar.config()["rejected"]
        return {reason.split(":")[0] for reason in rejected["reasons"]} if rejected else set()

    eventually(lambda: named() == {"facade.yaml", "silos/second.yaml", FILE}, "all three files are named")
    good(folder, spoilable.legacy, spoilable.platform, 2)
    eventually(lambda: sidecar.config()["rejected"] is None, "the good files are taken")


def test_a_request_that_runs_outlives_its_route_its_target_and_its_silo(
    folder: Folder, legacy: Peer, platform: Peer, serve: Callable[..., Sidecar]
) -> None:
    """Both calls began on the old table: they end by it, while the new one has forgotten everything about them."""
    released = threading.Event()

    def slow(conversation: Conversation) -> None:
        conversation.request()
        conversation.send(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nold")
        assert released.wait(PATIENCE)
        conversation.send(b" on")

    def very_slow(conversation: Conversation) -> None:
        conversation.request()
        assert released.wait(PATIENCE)
        conversation.send(answer(b"old too"))

    legacy.script, platform.script = slow, very_slow
    folder.silo("portal", legacy.url)
    folder.silo("other", f"http://127.0.0.1:{folder.listen}")
    folder.routes(
        "routes:\n"
        "  - {name: first, match: /first, legacy: portal, stage: legacy}\n"
        f'  - {{name: second, match: /second, platform: "{platform.url}", stage: complete}}\n'
    )
    house = House(serve(folder), legacy, platform)
    with house.client() as first, house.client() as second:
        first.send(request("GET", "/first"))
        second.send(request("POST", "/second", body=b"x"))
        head = first.head()
        eventually(lambda: platform.requests, "the platform is asked")

        def remove() -> None:
            folder.routes("routes: [{name: third, match: /third, legacy: other, stage: legacy}]\n")
            (folder / "silos/portal.yaml").unlink()

        house.sidecar.changed(remove)
        eventually(lambda: get(house.port, "/first").status == 404, "the route is no longer there")
        released.set()
        assert (head.one("Content-Length"), first.exactly(6)) == (b"6", b"old on")
        assert second.response().body == b"old too"
        problem(first.get("/first"), 404)
        problem(second.get("/second"), 404)
