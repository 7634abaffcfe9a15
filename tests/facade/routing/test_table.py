"""The route table: one route or none for every request, in the written order of precedence."""

from __future__ import annotations

from dataclasses import replace

import pytest

from facade.problem import Refusal
from facade.routing.route import Route, SiloReference
from facade.routing.stage import Stage
from facade.routing.table import Found, RouteTable, WrongMethod, conflicts
from facade.routing.template import parse_match
from facade.wire import refusals


def a_route(text: str, host: str | None = None, headers: tuple[tuple[str, str], ...] = (), name: str = "") -> Route:
    """A route named after all that it matches."""
    match = replace(parse_match(text), host=host, headers=headers)
    return Route(name or f"{host or ''}{text}{headers or ''}", match, Stage.LEGACY, SiloReference("portal"), None)


def a_table(*texts: str) -> RouteTable:
    return RouteTable.compile(a_route(text) for text in texts)


def no_header(name: str) -> tuple[str, ...]:
    return ()


def ask(table: RouteTable, request: str, host: str = "", **headers: str) -> str | tuple[str, ...] | None:
    """The name of the route that takes `METHOD PATH`, or the methods that are allowed. Lines of a field: `a|b`."""
    method, path = request.split(" ", 1)
    lines = {name.replace("_", "-"): value.split("|") for name, value in headers.items()}
    answer = table.find(host, method, path, lambda name: lines.get(name, ()))
    if isinstance(answer, WrongMethod):
        return answer.allow
    return answer.route.name if answer is not None else None


def parameters(table: RouteTable, path: str) -> dict[str, str]:
    answer = table.find("", "GET", path, no_header)
    assert isinstance(answer, Found)
    return dict(answer.parameters)


def test_a_literal_comes_before_one_segment_and_that_before_the_rest() -> None:
    table = a_table("/titles/{number}", "/titles/new", "/titles/{rest...}")
    assert ask(table, "GET /titles/new") == "/titles/new"
    assert ask(table, "GET /titles/7") == "/titles/{number}"
    assert ask(table, "GET /titles/7/charges") == "/titles/{rest...}"


def test_segments_are_compared_from_the_left() -> None:
    table = a_table("/{a}/b/c", "/a/{b}/{c}", "/a/{b...}")
    assert ask(table, "GET /a/b/c") == "/a/{b}/{c}"
    assert ask(table, "GET /x/b/c") == "/{a}/b/c"


@pytest.mark.parametrize("path", ["/old", "/old/", "/pages/7", "/pages/7/"])
def test_a_route_that_is_gone_has_its_path_with_and_without_the_last_slash(path: str) -> None:
    gone = [replace(a_route(text), stage=Stage.GONE) for text in ("/old", "GET /pages/{number}/")]
    assert ask(RouteTable.compile(gone), f"GET {path}") in {"/old", "GET /pages/{number}/"}
    for others in ("/{rest...}", "/{a}/{b...}", "/{a}/{b}/{c...}"):
        assert ask(RouteTable.compile([*gone, a_route(others)]), f"GET {path}") in {"/old", "GET /pages/{number}/"}
    assert ask(RouteTable.compile(gone), "GET /olds/") is None
    assert ask(RouteTable.compile(gone), "GET /old//") is None
    assert ask(a_table("/old"), "GET /old/") is None


def test_what_is_written_for_the_other_spelling_comes_before_a_route_that_is_gone() -> None:
    table = RouteTable.compile([gone("/old"), a_route("GET /old/"), a_route("/old/{rest...}")])
    assert ask(table, "GET /old/") == "GET /old/"
    assert ask(table, "POST /old/") == "gone"
    assert ask(table, "GET /old/x") == "/old/{rest...}"


def test_a_method_that_is_gone_leaves_the_others_what_they_are_at_both_spellings() -> None:
    table = RouteTable.compile([gone("POST /p"), gone("GET /q/")])
    for path in ("/p", "/p/"):
        assert ask(table, f"POST {path}") == "gone"
        assert ask(table, f"GET {path}") == ("POST",)
    assert ask(table, "HEAD /q") == "gone"
    assert ask(table, "POST /q") == ("GET", "HEAD")


def gone(text: str, headers: tuple[tuple[str, str], ...] = ()) -> Route:
    return replace(a_route(text, headers=headers, name="gone"), stage=Stage.GONE)


LOOSE = [
    "/old::$DATA",
    "/old:x:$Data",
    "/old%3A:%24INDEX_ALLOCATION",
    "/old::$DATA.",
    "/old.",
    "/old..",
    "/old%20",
    "/old%20.%20",
    "/old%3Fx=1",
    "/old%23x",
    "/old%20%3Fx",
    "/old.;v=1",
    "/old%20/",
]


@pytest.mark.parametrize("path", LOOSE)
def test_what_some_servers_read_as_a_path_that_is_gone_is_gone(path: str) -> None:
    assert ask(RouteTable.compile([gone("/old")]), f"GET {path}") == "gone"
    assert ask(RouteTable.compile([gone("/old"), a_route("/{name}")]), f"GET {path.rstrip('/')}") == "gone"
    assert ask(RouteTable.compile([gone("/old"), a_route("/{rest...}")]), f"GET {path}") == "gone"


@pytest.mark.parametrize("path", ["/old%20/", "/old./", "/old;x/", "/old/;x", "/old/...", "/old/%20", "/old/%3Fx"])
def test_no_route_that_takes_more_paths_gets_another_spelling_of_one_that_is_gone(path: str) -> None:
    for more in ("/{rest...}", "/{x}/{rest...}", "/{x}/{y}"):
        assert ask(RouteTable.compile([gone("/old"), a_route(more)]), f"GET {path}") == "gone"


@pytest.mark.parametrize("path", LOOSE[:-1])
def test_what_some_servers_read_as_a_routes_path_is_refused_where_no_route_has_it_as_it_stands(path: str) -> None:
    table = a_table("/old", "POST /new")
    with pytest.raises(Refusal) as refused:
        ask(table, f"GET {path}")
    assert refused.value.problem is refusals.BAD_TARGET
    with pytest.raises(Refusal):
        ask(table, f"GET {path.replace('old', 'new')}")
    assert ask(table, f"GET {path.replace('old', 'other')}") is None


def test_a_route_takes_such_paths_as_they_stand() -> None:
    table = a_table("/tags/{tag}", "/tags/{tag}/items", "/files/{rest...}", "/files/known")
    for path in ("/tags/C%23", "/tags/Who%3F", "/tags/Inc.", "/tags/a%20"):
        assert ask(table, f"GET {path}") == "/tags/{tag}"
        assert ask(table, f"GET {path}/items") == "/tags/{tag}/items"
    assert ask(table, "GET /files/a./b%20") == "/files/{rest...}"
    with pytest.raises(Refusal):
        ask(table, "GET /files/known.")


HOLLOW = ["/..%20/old", "/.%20/x", "/.../old", "/%20/old", "/a/..%20", "/x/...", "/x/%20", "/...", "/%20", "/x/.%20;a"]


@pytest.mark.parametrize("path", HOLLOW)
def test_a_segment_of_full_stops_and_spaces_alone_is_refused(path: str) -> None:
    for table in (a_table("/{rest...}"), a_table("/other")):
        with pytest.raises(Refusal):
            ask(table, f"GET {path}")


def test_a_field_in_several_lines_is_read_by_each_of_them() -> None:
    table = RouteTable.compile(
        [
            gone("/a", (("x", "1"),)),
            a_route("/a", headers=(("x", "2"), ("y", "1")), name="two"),
            a_route("/a", headers=(("x", "3"),), name="three"),
            a_route("/a", name="any"),
        ]
    )
    assert ask(table, "GET /a", x="2|1", y="1") == "gone"
    assert ask(table, "GET /a", x="9|1") == "gone"
    assert ask(table, "GET /a", x="3|3") == "three"
    assert ask(table, "GET /a", x="8|9") == "any"
    assert ask(table, "GET /a", x="2, 3", y="1") == "any"
    for lines in ("2|3", "3|9", "|".join(map(str, range(2, 40)))):
        with pytest.raises(Refusal) as refused:
            ask(table, "GET /a", x=lines, y="1")
        assert refused.value.problem.reason == "malformed"


@pytest.mark.parametrize("said", ["new, old", "old,new", "new ,\told", "old", "a|b, old"])
def test_what_a_route_that_is_gone_asks_for_is_found_in_lists_and_twins(said: str) -> None:
    table = RouteTable.compile(
        [
            gone("/a", (("x-kind", "old"),)),
            a_route("/a", headers=(("x-kind", "new"),), name="new"),
            a_route("/{rest...}", name="any"),
        ]
    )
    assert ask(table, "GET /a", x_kind=said) == "gone"
    twins = {"x_kind": said.split("|"), "x-kind": ["new"]}
    found = table.find("", "GET", "/a", lambda name: twins.get(name, ()))
    assert isinstance(found, Found)
    assert found.route.name == "gone"
    assert ask(table, "GET /a", x_kind=said.replace("old", "older")) == "any"
    assert ask(table, "GET /a", x_kind="new") == "new"


def test_a_candidate_that_does_not_fit_is_passed_over() -> None:
    table = a_table("/a/b/c", "/a/{x}/d", "/{y}/b/e", "/{z...}")
    assert ask(table, "GET /a/b/d") == "/a/{x}/d"
    assert ask(table, "GET /a/b/e") == "/{y}/b/e"
    assert ask(table, "GET /a/b/f") == "/{z...}"


def test_a_path_without_a_route_is_nobodys() -> None:
    table = a_table("/titles/{number}", "/api")
    for path in ("/", "/titles", "/titles/7/charges", "/apix", "/API", "/api/", "/api/x"):
        assert ask(table, f"GET {path}") is None


def test_a_slash_at_the_end_makes_another_path() -> None:
    table = a_table("/a", "/b/", "/{x}/c/")
    assert ask(table, "GET /a") == "/a"
    assert ask(table, "GET /a/") is None
    assert ask(table, "GET /b/") == "/b/"
    assert ask(table, "GET /b") is None
    assert ask(table, "GET /x/c/") == "/{x}/c/"


def test_one_segment_is_never_an_empty_one() -> None:
    assert ask(a_table("/titles/{number}"), "GET /titles/") is None
    assert ask(a_table("/{x}"), "GET /") is None


@pytest.mark.parametrize(
    ("path", "rest"),
    [("/files", ""), ("/files/", ""), ("/files/a", "a"), ("/files/a/b/", "a/b/"), ("/files/a;v/b", "a;v/b")],
)
def test_the_rest_may_be_empty(path: str, rest: str) -> None:
    table = a_table("/files/{rest...}", "/other")
    assert parameters(table, path) == {"rest": rest}


def test_a_path_that_ends_comes_before_an_empty_rest() -> None:
    table = a_table("/files/{rest...}", "/files", "/files/")
    assert ask(table, "GET /files") == "/files"
    assert ask(table, "GET /files/") == "/files/"


def test_parameters_are_the_segments_as_sent_under_each_routes_own_names() -> None:
    table = a_table("GET /t/{number}/c/{part}", "POST /t/{title}/c/{charge}", "/plain")
    assert parameters(table, "/t/a%2Bb;v=1/c/caf%C3%A9") == {"number": "a%2Bb;v=1", "part": "caf%C3%A9"}
    posted = table.find("", "POST", "/t/1/c/2", no_header)
    assert isinstance(posted, Found)
    assert dict(posted.parameters) == {"title": "1", "charge": "2"}
    assert parameters(table, "/plain") == {}


def test_what_was_found_can_not_be_changed_for_the_next_request() -> None:
    table = a_table("/plain")
    found = table.find("", "GET", "/plain", no_header)
    assert isinstance(found, Found)
    with pytest.raises(TypeError):
        found.parameters["x"] = "y"  # type: ignore[index]  # a Mapping has no such thing


def test_a_rest_longer_than_every_template_is_whole() -> None:
    rest = "/".join("abcdefgh")
    assert parameters(a_table("/x/{rest...}"), "/x/" + rest) == {"rest": rest}


@pytest.mark.parametrize("path", ["/old;x", "/old%3Bx", "/%C3%A9@;a;b"])
def test_a_literal_takes_its_segment_with_parameters(path: str) -> None:
    table = a_table("/old", "/%C3%A9@", "/{rest...}")
    assert ask(table, f"GET {path}") != "/{rest...}"


def test_a_literal_takes_an_escaped_delimiter_for_the_plain_one() -> None:
    assert ask(a_table("/a@b", "/{x}"), "GET /a%40b") == "/a@b"


def test_a_named_method_comes_before_every_method() -> None:
    table = a_table("/a", "GET /a", "HEAD /b", "GET /b")
    assert ask(table, "GET /a") == "GET /a"
    assert ask(table, "POST /a") == "/a"
    assert ask(table, "HEAD /b") == "HEAD /b"


def test_get_takes_head() -> None:
    table = a_table("GET /a", "/a", "GET /b")
    assert ask(table, "HEAD /a") == "GET /a"
    assert ask(table, "HEAD /b") == "GET /b"


def test_methods_are_compared_as_sent() -> None:
    assert ask(a_table("GET /a"), "get /a") == ("GET", "HEAD")


def test_a_known_path_with_another_method_is_told_the_methods_it_takes() -> None:
    table = a_table("POST /a", "GET /a", "DELETE /{x}", "PUT /{x...}", "PATCH /b")
    assert ask(table, "OPTIONS /a") == ("DELETE", "GET", "HEAD", "POST", "PUT")
    assert ask(table, "GET /c") == ("DELETE", "PUT")
    assert ask(a_table("POST /a"), "GET /b") is None


def test_a_less_particular_route_that_takes_the_method_beats_405() -> None:
    table = a_table("GET /titles/new", "POST /titles/{number}")
    assert ask(table, "POST /titles/new") == "POST /titles/{number}"
    assert ask(table, "PUT /titles/new") == ("GET", "HEAD", "POST")


def test_a_route_for_the_host_comes_before_one_for_every_host() -> None:
    table = RouteTable.compile([a_route("/a/b"), a_route("/{x...}", "one.example"), a_route("GET /c", "two.example")])
    assert ask(table, "GET /a/b") == "/a/b"
    assert ask(table, "GET /a/b", "one.example") == "one.example/{x...}"
    assert ask(table, "GET /a/b", "two.example") == "/a/b"
    assert ask(table, "POST /c", "two.example") == ("GET", "HEAD")
    assert ask(table, "GET /c") is None


def test_more_header_conditions_come_before_fewer() -> None:
    staff, beta = ("x-cohort", "staff"), ("x-beta", "1")
    table = RouteTable.compile(a_route("/a", headers=headers) for headers in [(), (staff,), (staff, beta)])
    assert ask(table, "GET /a") == "/a"
    assert ask(table, "GET /a", x_cohort="staff") == f"/a{(staff,)}"
    assert ask(table, "GET /a", x_cohort="staff", x_beta="1") == f"/a{(staff, beta)}"
    assert ask(table, "GET /a", x_cohort="public", x_beta="1") == "/a"


def test_a_named_method_whose_headers_do_not_fit_leaves_the_call_to_every_method() -> None:
    table = RouteTable.compile([a_route("GET /a", headers=(("x-cohort", "staff"),)), a_route("/a")])
    assert ask(table, "GET /a") == "/a"
    assert ask(table, "HEAD /a", x_cohort="staff") == "GET /a(('x-cohort', 'staff'),)"


@pytest.mark.parametrize("first", [0, 1])
def test_routes_that_are_level_are_told_apart_by_the_alphabet(first: int) -> None:
    both = [a_route("/a", headers=((name, "1"),), name=name) for name in ("x-alpha", "x-beta")]
    table = RouteTable.compile([both[first], both[1 - first]])
    assert ask(table, "GET /a", x_alpha="1", x_beta="1") == "x-alpha"


def test_a_method_of_a_route_whose_headers_do_not_fit_is_not_allowed() -> None:
    table = RouteTable.compile([a_route("PUT /a", headers=(("x-cohort", "staff"),))])
    assert ask(table, "GET /a") is None
    assert ask(table, "GET /a", x_cohort="staff") == ("PUT",)


def test_two_routes_that_match_the_same_thing_are_a_conflict() -> None:
    routes = [
        a_route("GET /t/{a}", name="first"),
        a_route("GET /t/{b}", name="second"),
        a_route("GET /t/{c...}", name="rest"),
        a_route("/t/{a}", name="every method"),
        a_route("GET /t/{a}", "one.example", name="host"),
        a_route("GET /t/{a}", headers=(("a", "1"), ("b", "2")), name="headers"),
        a_route("GET /t/{a}", headers=(("b", "2"), ("a", "1")), name="the same headers"),
        a_route("GET /t/{d}", name="third"),
    ]
    named = [(one.name, other.name) for one, other in conflicts(routes)]
    assert named == [("first", "second"), ("headers", "the same headers"), ("first", "third")]


def test_a_table_with_a_conflict_is_not_compiled() -> None:
    with pytest.raises(ValueError, match="routes one and two match the same thing; change one"):
        RouteTable.compile([a_route("/{a}", name="one"), a_route("/{b}", name="two")])


def test_an_empty_table_takes_nothing_and_a_table_shows_its_size() -> None:
    assert ask(a_table(), "GET /") is None
    assert repr(a_table()) == "<RouteTable routes=0 hosts=0 depth=0>"
    assert repr(RouteTable.compile([a_route("/a/b", "h"), a_route("/a")])) == "<RouteTable routes=2 hosts=1 depth=2>"
