"""Who answers at each stage, seen from both sides, and that nobody else is asked."""

from __future__ import annotations

import math
from collections.abc import Iterator

import pytest

from harness.client import Client, problem, request
from harness.folder import Folder
from harness.house import House
from harness.peer import Peer
from harness.places import place
from harness.ports import free_port
from harness.sidecar import Sidecar

ROUTES = """\
routes:
  - {{name: at.legacy, match: "/legacy/{{x...}}", legacy: portal, platform: "{platform}", stage: legacy}}
  - {{name: at.shadow, match: "/shadow/{{x...}}", legacy: portal, platform: "{platform}", stage: shadow}}
  - {{name: at.platform, match: "/platform/{{x...}}", legacy: portal, platform: "{platform}", stage: platform}}
  - {{name: at.complete, match: "/complete/{{x...}}", platform: "{platform}", stage: complete}}
  - {{name: unplugged, match: "/unplugged/{{x...}}", legacy: unplugged, platform: "{platform}", stage: complete}}
  - {{name: at.gone, match: "/gone/{{x...}}", legacy: portal, platform: "{platform}", stage: gone}}
  - {{name: cut, match: "/old.asp", stage: gone}}
  - {{name: moved, match: "/moved/{{number}}", stage: gone, successor: "/platform/{{number}}"}}
  - {{name: moved.away, match: "/away", stage: gone, successor: "https://new.example/home"}}
  - name: shared
    match: GET /canary/{{number}}
    legacy: portal
    platform: {platform}
    stage: canary
    canary: {{share: 25%, by: cookie session, platform_for: header X-Cohort=staff, legacy_for: header X-Office=court}}
  - name: small
    match: GET /small/{{number}}
    legacy: portal
    platform: {platform}
    stage: canary
    canary: {{share: 0.5%, by: [header X-Key, cookie session], without_key: platform}}
  - {{name: first, match: GET /first, legacy: portal, platform: "{platform}"}}
  - {{name: second, match: GET /second, legacy: portal, platform: "{platform}"}}
groups:
  - name: journey
    routes: [first, second]
    stage: canary
    canary: {{share: 50%, by: cookie session}}
"""

GONE = [
    "/gone/1",
    "/gone/",
    "/gone/1?query=1",
    "/%67one/1",
    "/gone/%31",
    "/gone;x/1",
    "/gone;jsessionid=1/1",
    "/gone%3Bx/1",
    "/g%6Fne/a/b/c",
    "/old.asp",
    "/old%2Easp",
    "/old.asp;x=1",
]
"""Spellings of one path: each is gone."""

AMBIGUOUS = [
    "/gone/./1",
    "/./gone/1",
    "/gone/x/../1",
    "/platform/../gone/1",
    "/platform/%2e%2e/gone/1",
    "//gone/1",
    "/gone//1",
    "/gone%2F1",
    "/gone%5c1",
    "/%2567one/1",
    "/..;/gone/1",
    "/;x/gone/1",
]
"""What some server would read as that path: refused before anybody is asked."""


@pytest.fixture(scope="module")
def staged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = Folder(tmp_path_factory.mktemp("stages") / "config")
    with Peer("legacy") as legacy, Peer("platform") as platform:
        folder.facade(unmatched="portal")
        folder.silo("portal", legacy.url)
        folder.silo("unplugged", f"http://127.0.0.1:{free_port()}")
        folder.routes(ROUTES.format(platform=platform.url))
        with Sidecar(folder).ready() as sidecar:
            yield House(sidecar, legacy, platform)


@pytest.fixture
def stages(staged: House) -> Iterator[House]:
    yield staged
    staged.legacy.fresh()
    staged.platform.fresh()


def asked(house: House) -> list[tuple[str, bytes]]:
    return [(peer.name, target) for peer in (house.legacy, house.platform) for target in peer.targets]


@pytest.mark.parametrize(
    ("path", "side"),
    [
        ("/legacy/1", "legacy"),
        ("/shadow/1", "legacy"),
        ("/platform/1", "platform"),
        ("/complete/1", "platform"),
        ("/unplugged/1", "platform"),
        ("/no/route/covers/this", "legacy"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "DELETE"])
def test_each_stage_asks_its_one_side(stages: House, path: str, side: str, method: str) -> None:
    answer = stages.ask(request(method, path))
    assert (answer.status, answer.one("X-Side")) == (200, side.encode())
    assert asked(stages) == [(side, path.encode())]


def test_shadow_says_in_the_log_that_nothing_is_compared_yet(stages: House) -> None:
    said = [line["problem"] for line in stages.sidecar.lines("configuration warning")]
    assert [text for text in said if "at.shadow" in text and "nothing is compared" in text]


def test_a_canary_sends_each_key_to_the_side_its_place_says_and_the_share_holds(stages: House) -> None:
    keys = [f"citizen-{number}" for number in range(2000)]
    with stages.client() as client:
        sides = {key: client.get("/canary/1", f"Cookie: a=b; session={key}; c=d").body for key in keys}
        again = {key: client.get("/canary/2", f"Cookie: session={key}").body for key in keys[:200]}
    assert sides == {key: b"platform" if place(key, "shared") < 0.25 else b"legacy" for key in keys}
    assert again == {key: sides[key] for key in again}
    on_platform = sum(side == b"platform" for side in sides.values())
    assert abs(on_platform - 500) < 4 * math.sqrt(2000 * 0.25 * 0.75)


def test_rules_beat_the_share_and_legacy_for_beats_platform_for(stages: House) -> None:
    above = next(key for key in map(str, range(100)) if place(key, "shared") >= 0.25)
    below = next(key for key in map(str, range(100)) if place(key, "shared") < 0.25)
    with stages.client() as client:
        assert client.get("/canary/1", f"Cookie: session={above}", "X-Cohort: staff").body == b"platform"
        assert client.get("/canary/1", f"Cookie: session={above}", "X-Cohort: public").body == b"legacy"
        assert client.get("/canary/1", f"Cookie: session={below}", "X-Office: court").body == b"legacy"
        assert (
            client.get("/canary/1", f"Cookie: session={below}", "X-Office: court", "X-Cohort: staff").body == b"legacy"
        )


def test_a_call_without_a_key_goes_where_without_key_says(stages: House) -> None:
    with stages.client() as client:
        assert client.get("/canary/1").body == b"legacy"
        assert client.get("/canary/1", "Cookie: other=1").body == b"legacy"
        assert client.get("/small/1").body == b"platform"


def test_the_first_key_that_is_there_decides(stages: House) -> None:
    below = next(key for key in map(str, range(5000)) if place(key, "small") < 0.005)
    above = next(key for key in map(str, range(5000)) if place(key, "small") >= 0.005)
    with stages.client() as client:
        assert client.get("/small/1", f"X-Key: {below}", f"Cookie: session={above}").body == b"platform"
        assert client.get("/small/1", f"X-Key: {above}", f"Cookie: session={below}").body == b"legacy"
        assert client.get("/small/1", f"Cookie: session={below}").body == b"platform"


def test_the_routes_of_a_group_agree_on_every_key(stages: House) -> None:
    with stages.client() as client:
        for number in range(200):
            cookie = f"Cookie: session=c{number}"
            first, second = client.get("/first", cookie).body, client.get("/second", cookie).body
            assert first == second == (b"platform" if place(f"c{number}", "journey") < 0.5 else b"legacy")


@pytest.mark.parametrize("path", GONE)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_what_is_gone_is_gone_however_it_is_spelt(stages: House, path: str, method: str) -> None:
    problem(stages.ask(request(method, path)), 410)
    assert asked(stages) == []


@pytest.mark.parametrize("path", AMBIGUOUS)
def test_no_spelling_slips_past_a_route_that_is_gone(stages: House, path: str) -> None:
    problem(stages.ask(request("GET", path)), 400)
    assert asked(stages) == []


def test_a_route_that_is_gone_points_to_its_successor(stages: House) -> None:
    with stages.client() as client:
        answer = client.get("/moved/a%20b;v=1?page=2")
        assert (answer.status, answer.one("Location")) == (308, b"/platform/a%20b;v=1?page=2")
        assert client.get("/away").one("Location") == b"https://new.example/home"
        answer = client.ask(request("POST", "/moved/1", body=b"x"))
        assert (answer.status, answer.body) == (308, b"")
        assert client.get("/legacy/1").body == b"legacy"
    assert asked(stages) == [("legacy", b"/legacy/1")]


def test_the_metrics_say_who_answered(stages: House) -> None:
    series = 'facade_requests_total{{code="{}",route="{}",side="{}",stage="{}"}}'
    expected = [
        series.format("2xx", "at.legacy", "legacy", "legacy"),
        series.format("2xx", "at.shadow", "legacy", "shadow"),
        series.format("2xx", "at.platform", "platform", "platform"),
        series.format("4xx", "at.gone", "own", "gone"),
        series.format("3xx", "moved.away", "own", "gone"),
    ]
    before = stages.sidecar.metrics()
    with Client(stages.port) as client:
        for path in ("/legacy/1", "/shadow/1", "/platform/1", "/gone/1", "/away"):
            client.get(path)
    after = stages.sidecar.metrics()
    assert [after.get(each, 0) - before.get(each, 0) for each in expected] == [1] * 5
    assert 'facade_route_share{route="shared"}' in after
    assert after['facade_route_share{route="shared"}'] == 0.25
