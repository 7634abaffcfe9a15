"""What leaves for an external is named, and leaves once."""

from __future__ import annotations

import pytest

EXTERNAL = """\
external: pay
adapter: drawer
settings: {cabinet: south}
operations:
  take: {writes: true, arguments: {AMOUNT: "{body.pence}"}}
  find: {arguments: {NUMBER: "{path.number}"}}
"""
WHOLE = "routes:\n  - {name: a, match: POST /a, legacy: portal, platform: pay.take, %s}\n"
READ = 'routes:\n  - {name: a, match: "GET /a/{number}", legacy: portal, platform: pay.find, %s}\n'
GROUP = """\
routes:
  - {name: a, match: "GET /a/{number}", legacy: portal, platform: pay.find%s}
  - {name: b, match: GET /b, legacy: portal, platform: "http://b"}
groups:
  - name: journey
    routes: [a, b]
    stage: %s
    canary: {share: 5%%, by: address}
"""
ONCE = 'route "a" goes to the external %s, which is asked nothing for a comparison'


@pytest.fixture
def asking(told):
    """The mistakes of one file of routes beside the external, without its name."""
    return lambda text: [
        each.removeprefix("routes/b.yaml:") for each in told({"externals/pay.yaml": EXTERNAL, "routes/b.yaml": text})
    ]


@pytest.mark.parametrize("stage", ["legacy", "platform", "complete"])
def test_what_writes_moves_whole_to_an_external(asking, stage: str):
    assert asking(WHOLE % f"stage: {stage}") == []


def test_what_only_reads_may_be_a_canary_of_it(asking):
    assert asking(READ % "stage: canary, canary: {share: 5%, by: address}, fallback: reads") == []


def test_a_canary_splits_no_writes_to_it(asking):
    (mistake,) = asking(WHOLE % "stage: canary, canary: {share: 5%, by: address}")
    assert "would split what route" in mistake
    assert asking(WHOLE % "stage: canary, records: shared, canary: {share: 5%, by: address}") == []


@pytest.mark.parametrize(
    ("route", "external", "after"), [(WHOLE, "pay.take", "platform"), (READ, "pay.find", "canary")]
)
def test_the_stage_shadow_is_a_mistake(asking, route: str, external: str, after: str):
    assert asking(route % "stage: shadow") == [
        f"2: stage shadow is of no use: {ONCE % external}; write stage: legacy, and move it from there to {after}"
    ]


def test_a_shadow_is_a_mistake_at_every_stage(asking):
    assert asking(READ % "stage: legacy, shadow: {sample: 10%}") == [
        f"2: shadow is of no use: {ONCE % 'pay.find'}; remove it"
    ]


def test_a_group_with_a_route_to_an_external_has_no_stage_shadow(asking):
    assert asking(GROUP % ("", "shadow")) == [
        f"7: stage shadow is of no use: {ONCE % 'pay.find'}; write stage: legacy, and move it from there to canary"
    ]
    assert asking(GROUP % ("", "canary")) == []


def test_a_groups_shadow_is_for_its_other_routes(read):
    routes = f"{GROUP % ('', 'canary')}    shadow: {{sample: 10%}}\n"
    loaded = read({"externals/pay.yaml": EXTERNAL, "routes/b.yaml": routes})
    shadows = {route.name: route.shadow for route in loaded.configuration.routes}
    assert (shadows["a"], shadows["b"] is None, loaded.warnings) == (None, False, ())
    alone = read({"externals/pay.yaml": EXTERNAL, "routes/b.yaml": routes.replace("[a, b]", "[a]")})
    assert [str(each) for each in alone.warnings] == [
        'routes/b.yaml:9: shadow of group "journey" compares nothing: its routes go to externals; remove it'
    ]


@pytest.mark.parametrize(
    ("route", "group", "sentence"),
    [
        (", guard: {calls: 10, parity: 99%}", "", "2: %s; leave parity out"),
        (", guard: {calls: 10, errors: +1 point}", "", None),
        ("", "    guard: {parity: 99%}\n", "9: %s; give the route a guard of its own without parity"),
    ],
)
def test_a_guard_does_not_wait_for_a_parity_that_nobody_measures(read, route: str, group: str, sentence: str | None):
    routes = GROUP % (route, "canary") + group
    loaded = read({"externals/pay.yaml": EXTERNAL, "routes/b.yaml": routes})
    assert loaded.configuration is not None
    told = 'guard.parity of route "a" is never measured: an external is asked nothing twice'
    wanted = [] if sentence is None else [f"routes/b.yaml:{sentence % told}"]
    assert [str(each) for each in loaded.warnings if 'route "a"' in str(each)] == wanted


def test_an_external_says_of_each_operation_what_leaves(told):
    text = EXTERNAL.replace('arguments: {NUMBER: "{path.number}"}', "status: 200")
    assert told({"externals/pay.yaml": text}) == [
        "externals/pay.yaml:6: operations.find.arguments: an external is sent what they name and nothing else; "
        "add them, or {} for nothing"
    ]
    assert told({"externals/pay.yaml": text.replace("status: 200", "arguments: {}")}) == []


def test_a_route_that_reads_from_an_operation_that_writes_is_warned_of(read):
    routes = READ.replace("pay.find", "pay.take") % "stage: platform"
    loaded = read({"externals/pay.yaml": EXTERNAL, "routes/b.yaml": routes})
    assert [str(each) for each in loaded.warnings] == [
        'routes/b.yaml:2: route "a" takes GET, and pay.take writes; match a method that may write, such as POST'
    ]


def test_an_argument_names_a_parameter_of_every_route_to_the_external(told):
    routes = READ.replace("{number}", "{other}") % "stage: platform"
    assert told({"externals/pay.yaml": EXTERNAL, "routes/b.yaml": routes}) == [
        "externals/pay.yaml:6: operations.find.arguments.NUMBER: {path.number} is no parameter of the path, "
        'for route "a" at routes/b.yaml:2; write one that is'
    ]
