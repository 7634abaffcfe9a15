"""The commands beside `serve`, each as its own process against a real sidecar."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any, Final

import pytest

from harness.client import Client, ask, get
from harness.folder import Folder
from harness.patience import PATIENCE, eventually
from harness.peer import Peer
from harness.ports import free_port
from harness.sidecar import Sidecar, run, surroundings

ROUTES: Final = """\
# Land and property. Written by hand, and kept so.
routes:
  - name: titles.read
    match: GET /titles/{{number}}
    legacy: portal
    platform: {platform}
    stage: legacy                 # the route to move first
    canary: {{share: 10%,  by: cookie session}}   # ready

  - {{name: searches, match: GET /searches, legacy: portal, platform: "{platform}"}}  # in a group
  - {{name: charges, match: GET /charges, legacy: portal, platform: "{platform}"}}
  - {{name: orders.write, match: POST /orders, legacy: portal, platform: "{platform}", stage: legacy}}   # writes
  - {{name: cut, match: /old.asp, stage: gone}}

groups:
  - name: conveyancing
    routes: [searches, charges]
    stage: 'canary'
    canary: {{by: cookie session, share: 25%}}
"""

FILE: Final = "routes/all.yaml"

Serve = Callable[..., Sidecar]


@pytest.fixture
def written(folder: Folder, legacy: Peer, platform: Peer) -> Folder:
    folder.silo("portal", legacy.url, "switch_off: 2020-01-01")
    folder.routes(ROUTES.format(platform=platform.url))
    return folder


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sidecar]:
    """A sidecar that no test changes; whoever gets so far as to ask its targets finds nobody."""
    folder = Folder(tmp_path_factory.mktemp("asked") / "config")
    folder.facade()
    folder.silo("portal", "http://127.0.0.1:9")
    folder.routes(ROUTES.format(platform="http://127.0.0.1:9"))
    with Sidecar(folder).ready() as sidecar:
        yield sidecar


def facade(folder: Folder, *words: str) -> subprocess.CompletedProcess[str]:
    done = run(*words, "--config", folder.path)
    assert "Traceback" not in done.stdout + done.stderr
    return done


def document(folder: Folder, *words: str) -> Any:
    done = facade(folder, *words, "--json")
    return {"status": done.returncode, **json.loads(done.stdout)}


def changed_lines(before: str, after: str) -> list[tuple[str, str]]:
    """The lines that differ; no line may have come or gone."""
    return [pair for pair in zip(before.splitlines(), after.splitlines(), strict=True) if pair[0] != pair[1]]


def test_check_says_good_or_every_mistake(written: Folder) -> None:
    done = run("check", written.path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "5 routes" in done.stdout
    written.edit(FILE, "stage: legacy                 #", "stage: sideways #")
    written.edit("facade.yaml", "version: 1", "version: 1\ncolour: red")
    done = run("check", written.path)
    assert done.returncode == 1
    places = [line.split(" ")[0] for line in done.stdout.splitlines()]
    assert places[:2] == ["facade.yaml:2:", f"{FILE}:7:"]
    told = json.loads(run("check", written.path, "--json").stdout)
    assert [(each["file"], each["line"]) for each in told["mistakes"]] == [("facade.yaml", 2), (FILE, 7)]


def test_explain_says_what_the_sidecar_does_without_one(written: Folder, serve: Serve) -> None:
    questions = [
        ("GET", "/titles/1", "legacy", "titles.read"),
        ("GET", "/searches", "legacy", "searches"),
        ("POST", "/orders", "legacy", "orders.write"),
        ("GET", "/old.asp;x=1", "own", "cut"),
        ("DELETE", "/orders", "own", None),
        ("GET", "/nowhere", "own", None),
        ("GET", "/a/../b", "own", None),
    ]
    for method, url, side, route in questions:
        told = document(written, "explain", method, url)
        assert (told["status"] in (None, 0, 400, 404, 405, 410), told["side"], told["route"]) == (True, side, route)
    said = facade(written, "explain", "GET", "/charges", "-H", "Cookie: session=42")
    assert said.returncode == 0
    with Client(serve(written).port) as client:
        answered = client.get("/charges", "Cookie: session=42").body.decode()
    assert f"answered by {'the platform' if answered == 'platform' else 'legacy'}" in said.stdout


@pytest.mark.parametrize(
    ("method", "url", "lines"),
    [
        ("BREW", "/searches", ()),
        ("G@T", "/searches", ()),
        ("TRACE", "/searches", ()),
        ("GET", "searches", ()),
        ("GET", "/searches#a", ()),
        ("GET", "/a b", ()),
        ("GET", "/\x1b[2J", ()),
        ("GET", "/" + "x" * 9000, ()),
        ("GET", "/searches", ("Host: a/b",)),
        ("GET", "http://a.example/", ("Host: b.example",)),
        ("POST", "/orders", ("Transfer-Encoding: gzip, chunked",)),
        ("GET", "/searches", ("Via: 1.1 facade, 1.1 facade, 1.1 facade, 1.1 facade",)),
        ("OPTIONS", "*", ()),
        ("GET", "/nowhere", ()),
    ],
)
def test_explain_refuses_what_the_sidecar_refuses_with_the_same_status_and_reason(
    asked: Sidecar, method: str, url: str, lines: tuple[str, ...]
) -> None:
    headers = [word for line in lines for word in ("-H", line)]
    told = json.loads(run("explain", method, url, *headers, "--json", "--config", asked.folder.path).stdout)
    sent = [f"{method} {url} HTTP/1.1", *([] if any("Host" in line for line in lines) else ["Host: a"]), *lines, "", ""]
    counted = f'facade_refused_total{{reason="{told["reason"]}"}}'
    before = asked.metric(counted)
    answered = ask(asked.port, "\r\n".join(sent).encode())
    assert (told["side"], told["status"]) == ("own", answered.status)
    assert asked.metric(counted) - before == (answered.status >= 400)


@pytest.mark.parametrize(
    "words",
    [
        ("GET\r\nX: y", "/"),
        ("GET", "/ HTTP/1.1\r\nX: y"),
        ("GET", "/", "-H", "X: y\nZ: z"),
        ("GET", "/", "-H", "nothing"),
        ("GET", "/", "--address", "nowhere"),
        ("GET", "/", "--address", ""),
    ],
)
def test_explain_of_what_cannot_be_sent_at_all_is_usage(written: Folder, words: tuple[str, ...]) -> None:
    done = facade(written, "explain", *words)
    assert done.returncode == 2
    assert done.stderr.startswith("usage: facade explain")


def test_status_shows_routes_silos_and_what_is_rejected(written: Folder, serve: Serve) -> None:
    sidecar = serve(written)
    get(sidecar.port, "/titles/1")
    done = facade(written, "status")
    assert done.returncode == 0
    for word in ("titles.read", "conveyancing", "portal", "2020-01-01 overdue", sidecar.running()):
        assert word in done.stdout
    told = document(written, "status")
    assert next(row for row in told["routes"] if row["name"] == "titles.read")["calls"]["legacy"] == 1
    written.write("routes/bad.yaml", "routes: 7\n")
    sidecar.said("configuration rejected")
    assert "routes/bad.yaml:1: " in facade(written, "status").stdout


def test_status_without_a_sidecar_says_what_to_do(written: Folder) -> None:
    done = facade(written, "status")
    assert done.returncode == 1
    assert f"127.0.0.1:{written.admin}" in done.stdout
    assert "facade serve" in done.stdout


def test_a_move_changes_one_line_and_returns_when_it_runs(written: Folder, serve: Serve) -> None:
    sidecar = serve(written)
    steps = [
        (("move", "titles.read", "shadow"), "stage: shadow                 #", b"legacy"),
        (("move", "titles.read", "canary", "--share", "100%"), "stage: canary                 #", b"platform"),
        (("move", "titles.read", "platform"), "stage: platform               #", b"platform"),
        (("back", "titles.read"), "stage: legacy                 #", b"legacy"),
        (("move", "titles.read", "platform", "--force"), "stage: platform               #", b"platform"),
        (("move", "titles.read", "complete"), "stage: complete               #", b"platform"),
    ]
    with Client(sidecar.port) as client:
        for words, line, body in steps:
            before = (written / FILE).read_text()
            reason = ("--reason", "because") if words[0] == "move" else ()
            told = document(written, *words, *reason)
            assert client.get("/titles/1", "Cookie: session=1").body == body, "it returned before it ran"
            assert (told["status"], told["running"], told["scope"]) == (0, True, "file")
            assert told["revision"] == sidecar.running()
            changed = changed_lines(before, (written / FILE).read_text())
            assert [new for _, new in changed if "stage:" in new and line in new], changed
            assert len(changed) == (2 if "--share" in words else 1)
    text = (written / FILE).read_text()
    assert "# the route to move first" in text
    assert "share: 100%,  by: cookie session}  # ready" in text


def test_a_share_is_one_line_too_and_a_group_moves_as_one(written: Folder, serve: Serve) -> None:
    sidecar = serve(written)
    before = (written / FILE).read_text()
    assert facade(written, "move", "conveyancing", "canary", "--share", "100%", "--reason", "more").returncode == 0
    [(_, new)] = changed_lines(before, (written / FILE).read_text())
    assert new == "    canary: {by: cookie session, share: 100%}"
    for path in ("/searches", "/charges"):
        assert get(sidecar.port, path, "Cookie: session=1").body == b"platform"
    assert facade(written, "back", "searches").returncode == 0
    for path in ("/searches", "/charges"):
        assert get(sidecar.port, path, "Cookie: session=1").body == b"legacy"


def test_back_all_gives_legacy_everything_that_has_a_way_back(written: Folder, serve: Serve) -> None:
    sidecar = serve(written)
    facade(written, "move", "titles.read", "platform", "--reason", "x")
    facade(written, "move", "orders.write", "platform", "--reason", "x")
    assert facade(written, "back", "--all").returncode == 0
    stages = {row["name"]: row["stage"] for row in sidecar.document("/api/routes")["routes"]}
    assert stages.pop("cut") == "gone"
    assert set(stages.values()) == {"legacy"}


@pytest.mark.parametrize(
    "words",
    [
        ("move", "nobody", "canary", "--reason", "x"),
        ("move", "cut", "legacy", "--reason", "x"),
        ("back", "cut"),
        ("move", "titles.read", "platform", "--share", "5%", "--reason", "x"),
        ("move", "orders.write", "canary", "--share", "5%", "--reason", "x"),
    ],
)
def test_what_the_stage_machine_does_not_know_is_refused_and_changes_nothing(
    written: Folder, words: tuple[str, ...]
) -> None:
    before = (written / FILE).read_text()
    done = facade(written, *words)
    assert done.returncode == 1
    assert "; " in done.stdout
    assert (written / FILE).read_text() == before


def test_a_move_of_mistaken_files_is_refused(written: Folder) -> None:
    written.edit(FILE, "charges, match: GET /charges", "charges, match: GET charges")
    before = (written / FILE).read_text()
    done = facade(written, "move", "titles.read", "platform", "--reason", "x")
    assert done.returncode == 1
    assert f"{FILE}:11: " in done.stdout
    assert (written / FILE).read_text() == before


def test_of_three_commands_at_once_what_is_told_happened_and_the_way_back_always_does(
    written: Folder, serve: Serve
) -> None:
    sidecar = serve(written)
    before = (written / FILE).read_text()
    orders = (("titles.read", "shadow"), ("orders.write", "platform"), ("conveyancing", "legacy"))
    started = [
        subprocess.Popen(
            [sys.executable, "-m", "facade", "move", name, stage, "--reason", "x", "--json", "--config", written.path],
            env=surroundings(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        for name, stage in orders
    ]
    ended = [json.loads(process.communicate(timeout=PATIENCE)[0]) for process in started]
    assert all("is under way" in told["error"] for told in ended if "error" in told)
    happened = {name: stage for (name, stage), told in zip(orders, ended, strict=True) if "error" not in told}
    assert happened["conveyancing"] == "legacy"
    assert len(changed_lines(before, (written / FILE).read_text())) == len(happened) >= 2
    stages = {row["name"]: row["stage"] for row in sidecar.document("/api/routes")["routes"]}
    assert stages == {
        "titles.read": happened.get("titles.read", "legacy"),
        "orders.write": happened.get("orders.write", "legacy"),
        "searches": "legacy",
        "charges": "legacy",
        "cut": "gone",
    }


def test_a_move_without_a_sidecar_changes_the_file_and_says_that_nobody_runs_it(written: Folder) -> None:
    done = facade(written, "move", "titles.read", "platform", "--reason", "x", "--force")
    assert done.returncode == 1
    assert "stage: platform               #" in (written / FILE).read_text()
    assert "no sidecar was reached" in done.stdout
    assert facade(written, "back", "titles.read", "--wait", "0s").returncode == 0


def test_a_sidecar_elsewhere_is_found_by_its_address(written: Folder, serve: Serve) -> None:
    admin = free_port()
    written.admin = admin
    sidecar = serve(written, "--admin", f"127.0.0.1:{admin}")
    assert sidecar.running() in facade(written, "status", "--admin", f"127.0.0.1:{admin}").stdout
    moved = facade(written, "move", "titles.read", "shadow", "--reason", "x", "--admin", f"127.0.0.1:{admin}")
    assert moved.returncode == 0


@pytest.mark.parametrize(
    ("name", "text"),
    [("facade.yaml", "version: 1\ncolour: red\n"), ("silos/half.yaml", "silo:"), ("routes/half.yaml", "routes: [")],
)
def test_status_answers_from_the_sidecar_whatever_lies_in_the_folder(
    written: Folder, serve: Serve, name: str, text: str
) -> None:
    sidecar = serve(written)
    if name == "facade.yaml":
        text += "".join((written / name).read_text().splitlines(keepends=True)[1:])
    written.write(name, text)
    eventually(lambda: sidecar.config()["rejected"], "the mistake is shown as rejected")
    done = facade(written, "status")
    assert done.returncode == 0
    assert f"running {sidecar.running()} since" in done.stdout
    assert f"\n  {name}:" in done.stdout
    assert "titles.read" in done.stdout


def test_status_without_a_readable_facade_yaml_says_what_to_do_or_is_told_where(written: Folder, serve: Serve) -> None:
    sidecar = serve(written)
    written.write("facade.yaml", "version: [")
    done = facade(written, "status")
    assert done.returncode == 1
    [line] = done.stdout.splitlines()
    assert line.startswith("facade.yaml:1: is not YAML")
    assert line.endswith("or say where the sidecar is with --admin HOST:PORT")
    assert sidecar.running() in facade(written, "status", "--admin", f"127.0.0.1:{written.admin}").stdout
