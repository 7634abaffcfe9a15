from textwrap import dedent

import pytest

ROUTES = """\
routes:
  - {name: a, match: GET /a, legacy: portal, platform: "http://p"}
  - {name: b, match: GET /b, legacy: portal, platform: "http://p"}
"""


def grouped(groups: str) -> str:
    return ROUTES + "groups:\n" + dedent(groups)


def test_a_group_moves_its_routes(read):
    loaded = read(
        {"routes/a.yaml": grouped("- {name: g, stage: canary, routes: [a, b], canary: {share: 5%, by: address}}")}
    )
    configuration = loaded.configuration
    assert [(route.group, route.stage, route.canary) for route in configuration.routes] == [
        ("g", configuration.groups[0].stage, configuration.groups[0].canary)
    ] * 2


def test_a_route_that_a_group_names_is_there(routes_told):
    assert routes_told(grouped("- {name: g, stage: legacy, routes: [a, b, titles.raed, zzz]}")) == [
        '5: group "g" names "titles.raed", and there is no such route; add the route, or remove the name',
        '5: group "g" names "zzz", and there is no such route; add the route, or remove the name',
    ]
    assert routes_told(grouped("- {name: g, stage: legacy, routes: [a, b, aa]}")) == [
        '5: group "g" names "aa", and there is no such route; write a, or add the route'
    ]


def test_a_route_that_is_mistaken_otherwise_is_still_there(routes_told):
    text = grouped("- {name: g, stage: legacy, routes: [a, b]}").replace("GET /a", "a")
    assert routes_told(text) == ["2: match: the path 'a' does not begin with a slash; write it like '/titles'"]


def test_a_route_is_not_called_unknown_while_a_file_of_routes_cannot_be_read(told):
    text = grouped("- {name: g, stage: legacy, routes: [a, b, elsewhere]}")
    assert told({"routes/a.yaml": text, "routes/b.yaml": "routes: [,]"}) == [
        "routes/b.yaml:1: is not YAML: a value is missing, or brackets or braces do not close; "
        "close them, or write the value"
    ]


def test_a_route_is_in_one_group_only(routes_told):
    text = grouped("""\
        - {name: g, stage: legacy, routes: [a]}
        - {name: h, stage: legacy, routes: [b, a]}
        """)
    assert routes_told(text) == ['6: route "a" is in group "g" already, at routes/a.yaml:5; name it once']


def test_a_route_is_named_once_in_its_group(routes_told):
    text = grouped("- {name: g, stage: legacy, routes: [a, b, a]}")
    assert routes_told(text) == ['5: route "a" is twice in its group, at routes/a.yaml:5; name it once']


@pytest.mark.parametrize(("key", "value"), [("stage", "legacy"), ("canary", "{share: 1%, by: address}")])
def test_a_route_of_a_group_says_no_stage_of_its_own(routes_told, key: str, value: str):
    text = grouped("- {name: g, stage: legacy, routes: [a, b]}").replace(
        "legacy: portal", f"{key}: {value}, legacy: portal", 1
    )
    assert routes_told(text) == [
        f'2: route "a" says a {key} of its own, but moves with group "g"; '
        f"remove it: the group's {key} at routes/a.yaml:5 holds"
    ]
