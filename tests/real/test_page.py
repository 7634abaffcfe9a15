"""The status page in a real browser: without barriers, by keyboard alone, without a script, and live with one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from harness.client import Client
from harness.folder import Folder
from harness.patience import eventually
from harness.peer import Peer, answer, answering
from harness.sidecar import Sidecar
from services.browser import Browser

PICTURES: Final = os.environ.get("FACADE_PICTURES")
"""The folder in which pictures are kept; without it they stay with the test's own files."""

MODES: Final = {"light": {}, "dark": {"dark": True}, "narrow": {"width": 320, "height": 640}}
PAGES: Final = {"overview": "/", "route": "/routes/titles.read", "silo": "/silos/land-registry", "callers": "/callers"}

ROUTES: Final = """\
routes:
  - name: titles.read
    match: GET /titles/{{number}}
    legacy: land-registry
    platform: {platform}
    stage: canary
    canary: {{share: 25%, by: header X-Key}}
    guard: {{calls: 40, errors: +1 point, p99: +50ms}}
  - {{name: charges.read, match: GET /charges, legacy: land-registry, stage: legacy}}
  - name: vehicles.read
    match: GET /vehicles/{{registration}}
    legacy: vehicle-register
    platform: {platform}
    stage: shadow
    shadow: {{sample: 100%}}
  - {{name: claims.read, match: "GET /claims/{{id}}", legacy: benefits-db, platform: "{platform}", stage: complete}}
  - {{name: licences.read, match: "GET /licences/{{id}}", legacy: portal, platform: "{platform}", stage: platform}}
  - {{name: fax.send, match: POST /fax, legacy: portal, stage: gone}}
"""

SILOS: Final = {
    "land-registry": ("owner: Land Office", "switch_off: 2026-10-31"),
    "vehicle-register": ("owner: Vehicles Agency", "switch_off: 2027-09-30"),
    "benefits-db": ("owner: Welfare Ministry", "switch_off: 2027-01-15"),
    "portal": ("owner: Licensing directorate", "switch_off: 2027-03-31"),
}

CALLS: Final = ("/titles/{n}", "/titles/{n}", "/charges", "/vehicles/{n}", "/licences/{n}")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    running = Browser()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def sidecar(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sidecar]:
    """A migration half done, with some calls behind it."""
    with Peer("legacy") as legacy, Peer("platform") as platform:
        for peer, owner in ((legacy, b"Ada"), (platform, b"Bob")):
            peer.script = answering(
                lambda _, owner=owner: answer(b'{"owner": "%s"}' % owner, "Content-Type: application/json")
            )
        folder = Folder(tmp_path_factory.mktemp("page") / "config")
        folder.facade()
        for name, lines in SILOS.items():
            folder.silo(name, legacy.url, *lines)
        folder.routes(ROUTES.format(platform=platform.url))
        with Sidecar(folder).ready() as running:
            with Client(running.port) as client:
                for number in range(200):
                    client.get(CALLS[number % len(CALLS)].format(n=number), f"X-Key: {number}")
            yield running


def at(sidecar: Sidecar, path: str) -> str:
    return f"http://127.0.0.1:{sidecar.folder.admin}{path}"


def token(sidecar: Sidecar) -> str:
    return (sidecar.folder / "state/admin.token").read_text().strip()


def stands(sidecar: Sidecar, name: str) -> tuple[str, float]:
    rows = {row["name"]: row for row in sidecar.document("/api/routes")["routes"]}
    return rows[name]["stage"], rows[name]["share"]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("page", PAGES)
def test_no_page_has_a_barrier_by_day_by_night_or_on_a_narrow_screen(
    browser: Browser, sidecar: Sidecar, tmp_path: Path, page: str, mode: str
) -> None:
    assert browser.open(at(sidecar, PAGES[page]), **MODES[mode]) == 200
    pictures = Path(PICTURES or tmp_path)
    pictures.mkdir(parents=True, exist_ok=True)
    browser.tell("screenshot", path=str(pictures / f"{page}-{mode}.png"))
    assert browser.barriers() == []
    assert browser.tell("evaluate", expression="document.documentElement.scrollWidth <= innerWidth")
    assert browser.tell("said") == []


def test_a_page_with_all_that_can_go_wrong_has_no_barrier_either(browser: Browser, sidecar: Sidecar) -> None:
    sidecar.folder.write("routes/broken.yaml", "routes: [{name: x}]\n")
    try:
        eventually(lambda: b"was rejected" in sidecar.admin("/").body, "the mistake is shown")
        for mode in MODES.values():
            browser.open(at(sidecar, "/"), **mode)
            assert browser.barriers() == []
        browser.open(at(sidecar, "/routes/titles.read"))
        browser.tell("evaluate", expression="document.querySelector('form.move').noValidate = true")
        browser.tell("click", selector="form.move button")
        browser.tell("waits", selector="#trouble-box", text="Nothing was moved")
        assert browser.tell("evaluate", expression="document.activeElement.id") == "trouble-box"
        assert browser.barriers() == []
    finally:
        (sidecar.folder / "routes/broken.yaml").unlink()
    eventually(lambda: b"was rejected" not in sidecar.admin("/").body, "it is mended")


def test_axe_finds_a_barrier_where_there_is_one(browser: Browser, sidecar: Sidecar) -> None:
    browser.open(at(sidecar, "/"))
    browser.tell("evaluate", expression="document.querySelector('label').remove()")
    assert [found["rule"] for found in browser.barriers()] == ["label"]


def test_a_route_is_moved_by_keyboard_alone(browser: Browser, sidecar: Sidecar) -> None:
    browser.open(at(sidecar, "/"))
    browser.press("Tab")
    assert browser.tell("evaluate", expression="document.activeElement.textContent") == "Skip to the content"
    browser.press("Enter")
    _tab_to(browser, "document.activeElement.textContent === 'vehicles.read'")
    browser.press("Enter")
    browser.tell("waits", selector="h1", text="vehicles.read")
    _tab_to(browser, "document.activeElement.name === 'choice'")
    browser.press("ArrowDown", "Space")
    assert browser.tell("evaluate", expression="document.activeElement.value") == "back"
    for field, text in (("by", "Ada"), ("reason", "seen by keyboard"), ("token", token(sidecar))):
        _tab_to(browser, f"document.activeElement.name === '{field}'")
        browser.tell("type", text=text)
    browser.press("Enter")
    browser.tell("waits", selector="h1", text="It runs")
    assert stands(sidecar, "vehicles.read")[0] == "legacy"
    assert token(sidecar) not in browser.tell("url")


def test_what_has_the_focus_is_seen(browser: Browser, sidecar: Sidecar) -> None:
    browser.open(at(sidecar, "/routes/titles.read"))
    stops = []
    while not stops or stops[-1] is not None:
        browser.press("Tab")
        on_none = "document.activeElement === document.body ? null"
        stops.append(
            browser.tell("evaluate", expression=f"{on_none} : getComputedStyle(document.activeElement).outlineStyle")
        )
    assert len(stops) > 15
    assert set(stops[:-1]) == {"solid"}


def test_a_route_is_moved_without_a_script(browser: Browser, sidecar: Sidecar) -> None:
    browser.open(at(sidecar, "/routes/titles.read"), script=False)
    for field, text in (("share", "50%"), ("by", "Ada"), ("reason", "seen"), ("token", token(sidecar))):
        browser.tell("fill", selector=f"#field-{field}", text=text)
    browser.tell("click", selector="#field-force") if browser.count("#field-force") else None
    browser.tell("click", selector="form.move button")
    browser.tell("waits", selector="h1", text="It runs")
    assert stands(sidecar, "titles.read") == ("canary", 0.5)
    browser.open(at(sidecar, "/?stage=gone"), script=False)
    assert browser.count("tr[id^=route-]") == 1
    assert browser.count("#live:not([hidden])") == 0


def test_what_moves_is_seen_at_once_by_who_watches_and_may_be_paused(browser: Browser, sidecar: Sidecar) -> None:
    browser.open(at(sidecar, "/"))
    browser.tell("waits", selector="#live-said", text="Live updates are on.")
    browser.tell("evaluate", expression="new Promise((done) => setTimeout(done, 3500))")  # it asked once more
    sidecar.folder.edit("routes/all.yaml", "name: fax.send, match: POST /fax, legacy: portal, stage: gone", FAX_BACK)
    browser.tell("waits", selector="#route-fax\\.send", text="legacy")
    browser.tell("waits", selector="#live-said", text="fax.send is in legacy now")
    assert browser.barriers() == []
    browser.tell("click", selector="#live-pause")
    browser.tell("waits", selector="#live-said", text="Live updates are paused.")
    assert browser.tell("said") == []


FAX_BACK: Final = "name: fax.send, match: POST /fax, legacy: portal, stage: legacy"


def test_paper_shows_all_and_nothing_to_press(browser: Browser, sidecar: Sidecar, tmp_path: Path) -> None:
    browser.open(at(sidecar, "/silos/land-registry"), media="print", width=794)
    hidden = "[...document.querySelectorAll('button, input, nav')].every((each) => !each.checkVisibility())"
    assert browser.tell("evaluate", expression=hidden)
    assert browser.tell("evaluate", expression="document.documentElement.scrollWidth <= innerWidth")
    assert "May it be switched off?" in browser.text("main")


def _tab_to(browser: Browser, there: str) -> None:
    for _ in range(80):
        browser.press("Tab")
        if browser.tell("evaluate", expression=there):
            return
    pytest.fail(f"no way by keyboard to where {there}")
