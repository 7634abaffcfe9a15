import pytest


def routes(*matches: str) -> str:
    return "routes:\n" + "".join(
        f"  - {{name: r{number}, match: {match}, legacy: portal, stage: legacy}}\n"
        for number, match in enumerate(matches)
    )


def test_a_configuration_has_routes(told):
    assert told({"routes/a.yaml": "routes: []\n"}) == [
        "facade.yaml:1: the configuration has no routes; write some in routes/<domain>.yaml, beside this file"
    ]


def test_routes_that_cannot_be_read_are_not_called_missing(told):
    assert len(told({"routes/a.yaml": "routes: ["})) == 1


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("GET /a", "GET /a"),
        ("/a", "/a"),
        ('"GET /a/{x}/b"', '"GET /a/{y}/b"'),
        ('"/a/{x...}"', '"/a/{rest...}"'),
        ("{path: /a, host: api.example}", "{path: /a, host: API.example}"),
        ("{path: /a, headers: {X-A: b, X-C: d}}", "{path: /a, headers: {x-c: d, x-a: b}}"),
    ],
)
def test_two_routes_that_match_the_same_are_both_told(routes_told, first: str, second: str):
    assert routes_told(routes("/other", first, second)) == [
        '4: route "r2" matches the same as route "r1" at routes/a.yaml:3; change one of the two, or remove it'
    ]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("GET /a", "/a"),
        ("GET /a", "POST /a"),
        ("/a", "/a/"),
        ("/a", "{path: /a, host: api.example}"),
        ("/a", "{path: /a, headers: {X-A: b}}"),
        ('"/a/{x}"', '"/a/{x...}"'),
    ],
)
def test_two_routes_that_match_differently_are_good(routes_told, first: str, second: str):
    assert routes_told(routes(first, second)) == []


def test_two_routes_in_two_files_are_told_with_both_places(told):
    assert told({"routes/b.yaml": routes("GET /titles/{n}").replace("GET /titles/{n}", '"GET /titles/{n}"')}) == [
        'routes/b.yaml:2: route "r0" matches the same as route "titles.read" at routes/a.yaml:2; '
        "change one of the two, or remove it"
    ]


CANARY = """\
routes:
  - name: titles.read
    match: GET /titles/{number}
    legacy: portal
    stage: legacy
    canary:
      share: 5%
      by: [cookie session, path numbr]
      platform_for: path numbr=1
      legacy_for: ["header X=1", "path numbr=2"]
"""


def test_a_sticky_key_names_a_parameter_of_the_path(routes_told):
    sentence = 'the key "path numbr" names no parameter of route "titles.read"; name one of number'
    assert routes_told(CANARY) == [f"{line}: {sentence}" for line in (8, 9, 10)]
    assert routes_told(CANARY.replace("numbr", "number")) == []


def test_a_groups_sticky_key_names_a_parameter_of_each_of_its_paths(routes_told):
    text = """\
routes:
  - {name: a, match: "/a/{number}", legacy: portal}
  - {name: b, match: /b, legacy: portal}
groups:
  - name: g
    routes: [a, b]
    stage: legacy
    canary: {share: 5%, by: path number}
"""
    assert routes_told(text) == [
        '8: the key "path number" names no parameter of route "b"; name another: this path has no parameters'
    ]


@pytest.mark.parametrize(
    ("key", "mistake"),
    [
        ("platform: {url: http://p, path: '/v2/{id}'}", "platform.path names {id}"),
        ("successor: /new/{id}", "successor names {id}"),
        ("successor: https://a.example/{id...}", "successor names {id}"),
    ],
)
def test_a_path_is_filled_from_the_routes_own(routes_told, key: str, mistake: str):
    text = f"routes:\n  - name: a\n    match: /a/{{number}}\n    legacy: portal\n    stage: legacy\n    {key}\n"
    assert routes_told(text) == [f"6: {mistake}, which the match of the route lacks; name one of number"]
    assert routes_told(text.replace("{id}", "{number}").replace("{id...}", "{number}")) == []


@pytest.mark.parametrize("method", ["CONNECT", "TRACE", "FOO", "GETT"])
def test_a_method_that_is_never_served_is_a_mistake(routes_told, method: str):
    mend = "write one that is, such as GET or POST, or none for all"
    assert routes_told(routes(f"{method} /a")) == [
        f"2: {method} is never served, so nobody can reach this route; {mend}"
    ]


@pytest.mark.parametrize("method", ["GET", "PROPFIND", "M-SEARCH"])
def test_a_method_that_is_served_is_none(routes_told, method: str):
    assert routes_told(routes(f"{method} /a")) == []


def test_a_successor_leads_elsewhere(routes_told):
    text = "routes:\n  - name: a\n    match: /loop\n    stage: gone\n    successor: /loop\n"
    assert routes_told(text) == [
        "5: successor is the route's own path, so its callers would be sent round for ever; "
        "write the path that took its place, or remove it"
    ]
