import pytest


def route(legacy: str, match: str = "GET /a/{number}") -> str:
    return f"routes:\n  - name: a\n    match: {match}\n    legacy: {legacy}\n    stage: legacy\n"


@pytest.mark.parametrize(
    ("legacy", "sentence"),
    [
        ("portl", 'legacy names "portl", and there is no such silo; write portal'),
        ("zzz.find", 'legacy names "zzz", and there is no such silo; write one of portal, register'),
        ("register.get-titel", 'silo "register" has no operation "get-titel"; write get-title'),
        ("register.zzz", 'silo "register" has no operation "zzz"; write one of add-title, get-title'),
        ("register", 'legacy names no operation of silo "register"; '
                     "write register. and one of add-title, get-title"),
        ("portal.find", 'silo "portal" is passed through and has no operations; write legacy: portal'),
    ],
)  # fmt: skip
def test_what_a_route_asks_is_there(routes_told, legacy: str, sentence: str):
    assert routes_told(route(legacy)) == [f"4: {sentence}"]


EXTERNAL = "external: pay\nadapter: drawer\nsettings: {cabinet: south}\noperations: {take: {arguments: {}}}\n"


@pytest.mark.parametrize(
    ("key", "name", "sentence"),
    [
        ("legacy", "pay.take", '4: legacy names "pay", which is the external at externals/pay.yaml:1; '
                               "write one of portal, register"),
        ("platform", "register.get-title", '6: platform names "register", which is the silo at silos/register.yaml:1; '
                                           "write one of pay, or the URL of a service, such as http://register:8080"),
        ("platform", "pya.take", '6: platform names "pya", and there is no such external; '
                                 "write pay, or the URL of a service, such as http://pya:8080"),
        ("platform", "pay.take-it", '6: external "pay" has no operation "take-it"; write take'),
        ("platform", "pay", '6: platform names no operation of external "pay"; write pay. and one of take'),
    ],
)  # fmt: skip
def test_a_route_moves_from_a_silo_to_an_external_and_not_otherwise(told, key: str, name: str, sentence: str):
    sides = {"legacy": "portal", "platform": "pay.take", key: name}
    text = route("{legacy}", "GET /a/{{number}}").replace("  - name: a", "  - name: b") + "    platform: {platform}\n"
    assert told({"externals/pay.yaml": EXTERNAL, "routes/b.yaml": text.format(**sides)}) == [
        f"routes/b.yaml:{sentence}"
    ]


def test_a_silo_is_not_called_unknown_while_a_file_of_silos_cannot_be_read(told):
    files = {
        "silos/b.yaml": "silo: [",
        "routes/a.yaml": route("elsewhere.find"),
        "facade.yaml": "unmatched: elsewhere\n",
    }
    assert [each.split(":")[0] for each in told(files)] == ["silos/b.yaml"]
    outside = {"externals/b.yaml": "external: [", "routes/a.yaml": f"{route('portal')}    platform: elsewhere.find\n"}
    assert [each.split(":")[0] for each in told(outside)] == ["externals/b.yaml"]


def test_a_silo_that_is_mistaken_otherwise_is_still_there(told):
    silo = "silo: register\nadapter: drawer\nowner: []\nsettings: {}\noperations: {find: {writes: on}}\n"
    files = {"silos/register.yaml": silo, "routes/a.yaml": route("register.find")}
    assert {each.split(":")[0] for each in told(files)} == {"silos/register.yaml"}


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("portl", 'unmatched names "portl", and there is no such silo; write portal'),
        ("register", 'unmatched names "register", which is not passed through; '
                     "name a silo with adapter: passthrough, or remove the key"),
    ],
)  # fmt: skip
def test_unmatched_names_a_silo_that_is_passed_through(facade_told, name: str, sentence: str):
    assert facade_told(f"version: 1\nunmatched: {name}\n") == [f"2: {sentence}"]
    assert facade_told("unmatched: portal\n") == []


def test_an_argument_names_a_parameter_of_every_route_that_asks(told):
    assert told({"routes/b.yaml": route("register.get-title", "GET /b/{reference}")}) == [
        "silos/register.yaml:6: operations.get-title.arguments.NUMBER: {path.number} is no parameter of the path, "
        'for route "a" at routes/b.yaml:2; write one that is'
    ]
    assert told({"routes/b.yaml": route("register.get-title", "GET /b/{number}")}) == []


def test_an_operation_that_no_route_asks_yet_is_good(told):
    assert told({}) == []


def test_a_get_that_writes_is_warned_of(read):
    loaded = read({"routes/a.yaml": route("register.add-title")})
    assert loaded.configuration is not None
    assert [str(each) for each in loaded.warnings] == [
        'routes/a.yaml:4: route "a" takes GET, and register.add-title writes; '
        "match a method that may write, such as POST"
    ]
    for legacy, match in (
        ("register.add-title", "POST /a"),
        ("register.get-title", "GET /a/{number}"),
        ("portal", "GET /a"),
    ):
        assert read({"routes/a.yaml": route(legacy, match)}).warnings == ()
