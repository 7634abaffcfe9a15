import pytest

from facade.routing.stage import Stage

SIDES = {"legacy": "legacy: portal", "platform": 'platform: "http://p"', "canary": "canary: {share: 5%, by: address}"}


def route(stage: str, *keys: str, match: str = "GET /a") -> str:
    lines = [f"name: a\n    match: {match}\n    stage: {stage}", *(SIDES[key] for key in keys)]
    return "routes:\n  - " + "\n    ".join(lines) + "\n"


@pytest.mark.parametrize("stage", ["legacy", "shadow", "canary", "platform"])
def test_a_stage_with_a_way_back_needs_legacy(routes_told, stage: str):
    assert routes_told(route(stage, "platform", "canary")) == [
        f'2: route "a" has no legacy, which stage {stage} needs; add legacy: SILO.OPERATION, or SILO alone'
    ]


@pytest.mark.parametrize("stage", ["canary", "platform", "complete"])
def test_a_stage_that_asks_the_platform_needs_one(routes_told, stage: str):
    assert routes_told(route(stage, "legacy", "canary")) == [
        f'2: route "a" has no platform, which stage {stage} needs; add platform: http://HOST:PORT'
    ]


@pytest.mark.parametrize(
    ("stage", "keys"),
    [
        ("legacy", ("legacy",)),
        ("shadow", ("legacy",)),
        ("canary", ("legacy", "platform", "canary")),
        ("platform", ("legacy", "platform")),
        ("complete", ("platform",)),
        ("gone", ()),
    ],
)
def test_every_stage_is_good_with_what_it_needs_and_no_more(routes_told, stage: str, keys: tuple[str, ...]):
    assert stage in set(Stage)
    assert routes_told(route(stage, *keys)) == []


def test_a_side_that_is_there_and_mistaken_is_not_called_missing(routes_told):
    text = route("platform", "legacy", "platform").replace("http://p", "ftp://p").replace("portal", "a.b.c")
    assert [each.split(" ")[1] for each in routes_told(text)] == ["legacy", "platform"]


def test_a_canary_says_how_its_calls_are_divided(routes_told):
    mend = "add canary: {share: 10%, by: cookie session}, with a share and a key of your own"
    assert routes_told(route("canary", "legacy", "platform")) == [
        f'4: route "a" is at stage canary and has no canary; {mend}'
    ]
    group = "groups:\n  - {name: g, routes: [a], stage: canary}\n"
    text = route("canary", "legacy", "platform").replace("    stage: canary\n", "")
    assert routes_told(text + group) == [f'7: group "g" is at stage canary and has no canary; {mend}']


def test_a_shadow_that_compares_nothing_is_a_warning(routes_warned):
    mend = "legacy alone answers it; add it, or move the route on"
    lacks = "nothing is compared: it has no shadow: {sample: 10%}"
    text = route("shadow", "legacy", "platform")
    assert routes_warned(text) == [f'4: route "a" is at stage shadow, and {lacks}; {mend}']
    assert routes_warned(text + "    shadow: {sample: 10%}\n") == []
    assert routes_warned(route("shadow", "legacy") + "    shadow: {sample: 10%}\n") == [
        f'4: route "a" is at stage shadow, and nothing is compared: it has no platform; {mend}'
    ]
    assert routes_warned(route("legacy", "legacy", "platform")) == []
    group = "groups:\n  - {name: g, routes: [a], stage: shadow}\n"
    text = route("shadow", "legacy", "platform").replace("    stage: shadow\n", "")
    assert routes_warned(text + group) == [f'7: route "a" is at stage shadow of group "g", and {lacks}; {mend}']


def test_a_route_has_a_stage_or_a_group(routes_told):
    assert routes_told(route("legacy", "legacy").replace("    stage: legacy\n", "")) == [
        '2: route "a" has no stage; add stage: legacy, or name the route in a group'
    ]


@pytest.mark.parametrize(("match", "takes"), [("POST /a", "POST"), ("/a", "every method"), ("DELETE /a", "DELETE")])
@pytest.mark.parametrize("records", ["legacy", "platform"])
def test_a_canary_splits_no_writes(routes_told, match: str, takes: str, records: str):
    text = route("canary", "legacy", "platform", "canary", match=match) + f"    records: {records}\n"
    assert routes_told(text) == [
        f'4: the canary would split what route "a" writes: it takes {takes} and its records are {records}; '
        "move it whole, from legacy to platform, or write records: shared if both sides see one store"
    ]
    assert routes_told(text.replace(f"records: {records}", "records: shared")) == []


@pytest.mark.parametrize("match", ["GET /a", "HEAD /a", "OPTIONS /a"])
def test_a_canary_of_a_route_that_only_reads_is_good(routes_told, match: str):
    assert routes_told(route("canary", "legacy", "platform", "canary", match=match)) == []


@pytest.mark.parametrize("stage", ["legacy", "shadow", "platform", "complete", "gone"])
def test_a_prepared_canary_of_a_route_that_writes_is_good_at_any_other_stage(routes_told, stage: str):
    assert routes_told(route(stage, "legacy", "platform", "canary", match="POST /a")) == []


def test_a_groups_canary_splits_no_writes_of_any_of_its_routes(routes_told):
    text = """\
routes:
  - {name: a, match: GET /a, legacy: portal, platform: "http://p"}
  - {name: b, match: POST /a, legacy: portal, platform: "http://p"}
groups:
  - name: g
    routes: [a, b]
    stage: canary
    canary: {share: 5%, by: address}
"""
    assert routes_told(text) == [
        '7: the canary of group "g" would split what route "b" writes: it takes POST and its records are legacy; '
        "move it whole, from legacy to platform, or write records: shared if both sides see one store"
    ]
    assert routes_told(text.replace("match: POST", "records: shared, match: POST")) == []


def test_a_group_gives_its_routes_the_sides_they_need(routes_told):
    text = """\
routes:
  - {name: a, match: GET /a, legacy: portal}
groups:
  - {name: g, routes: [a], stage: platform}
"""
    assert routes_told(text) == [
        '2: route "a" has no platform, which stage platform of group "g" needs; add platform: http://HOST:PORT'
    ]
