"""What is said of a call and what is done with it are two readings of one thing, held against each other here."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from facade.control.asked import Asked, AskedFacts, Call
from facade.proxy.facts import RequestFacts
from facade.routing.route import Key, KeyKind
from facade.targets.request import Request
from facade.wire.body import Body
from facade.wire.headers import Sender
from facade.wire.message import RequestHead

Headers = list[tuple[str, str]]


def facts(headers: Headers) -> RequestFacts:
    """The data plane's reading of the same call."""
    head = RequestHead(b"GET", b"/", 1, "".join(f"\r\n{name}: {value}" for name, value in headers).encode())
    sender = Sender("127.0.0.1", secure=False, host=b"", trusted=False)
    return RequestFacts(Request(head, Body.whole(b""), "/", b"", sender, lambda _: None))


COOKIES = some.lists(
    some.sampled_from(["session=1", "session=", "session", "other=session=2", "session=3 ", "x", "=", "s=1"]),
    min_size=1,
).map("; ".join)
FIELD = some.tuples(some.sampled_from(["X-User", "x-user", "X-User-Name"]), some.sampled_from(["1", "2", "a b"]))
KEYS = [Key(KeyKind.COOKIE, "session"), Key(KeyKind.HEADER, "X-User"), Key(KeyKind.ADDRESS), Key(KeyKind.CALLER)]


@given(some.lists(FIELD | COOKIES.map(lambda value: ("Cookie", value)), max_size=5), some.sampled_from(KEYS))
def test_a_key_is_read_as_the_data_plane_reads_it(headers: Headers, key: Key):
    call = Call(Asked("GET", "/titles/1", tuple(headers)))
    assert AskedFacts(call, {}).key(key) == facts(headers).key(key)


@given(some.lists(FIELD, max_size=5))
def test_a_header_condition_is_read_as_the_data_plane_reads_it(headers: Headers):
    assert Call(Asked("GET", "/", tuple(headers))).header("x-user") == facts(headers).header("x-user")


def test_a_path_parameter_is_a_key_as_it_was_sent():
    facts = AskedFacts(Call(Asked("GET", "/titles/a%20b")), {"number": "a%20b"})
    assert facts.key(Key(KeyKind.PATH, "number")) == b"a%20b"
    assert facts.key(Key(KeyKind.PATH, "other")) is None


@pytest.mark.parametrize(
    ("url", "host", "path"),
    [
        ("/titles/1?a=/b", "", "/titles/1"),
        ("http://API.example:8080/titles/1?x#y", "api.example", "/titles/1"),
        ("https://[::1]:80/a", "[::1]", "/a"),
        ("http://api.example?a=b", "api.example", "/"),
        ("http://api.example/a#b", "api.example", None),
        ("ftp://api.example/a", "", None),
    ],
)
def test_a_url_is_taken_apart_as_a_request_is(url: str, host: str, path: str | None):
    call = Call(Asked("GET", url))
    assert (call.host, call.path) == (host, path)
