"""How a target's own address is recognised, and what stands there instead."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facade.routing.route import PlatformService, Route
from facade.routing.stage import Stage
from facade.routing.template import parse_match
from facade.targets.address import LONGEST_MENTION, Address
from facade.targets.reversal import Reversals
from facade.wire.public import Origin
from facade.wire.references import Kind

PLAIN = Origin(b"http", b"platform.example:8080", b"platform.example")
SECURE = Origin(b"https", b"platform.example", b"platform.example")


def address(url: str, *, reads_own_name: bool = True) -> Address:
    return Address([url], reads_own_name=reads_own_name, reversal=None)


def told(text: str, url: str, seen: Origin = PLAIN, *, reads_own_name: bool = True) -> str:
    of = address(url, reads_own_name=reads_own_name)
    return of.change(Kind.REFERENCE, text.encode("latin-1"), seen).decode("latin-1")


@pytest.mark.parametrize(
    ("url", "text"),
    [
        ("http://silo.example:7000", "http://silo.example:7000/a?b#c"),
        ("http://silo.example:7000", "HTTP://Silo.EXAMPLE:7000/a?b#c"),
        ("http://SILO.example:7000", "http://silo.example:07000/a?b#c"),
        ("http://silo.example", "http://silo.example/a?b#c"),
        ("http://silo.example", "http://silo.example:/a?b#c"),
        ("http://silo.example", "http://silo.example:80/a?b#c"),
        ("http://silo.example:80", "http://silo.example/a?b#c"),
        ("https://silo.example", "https://silo.example:443/a?b#c"),
        ("http://[::1]:7000", "http://[::1]:7000/a?b#c"),
        ("http://[FE80::A]", "http://[fe80::a]/a?b#c"),
    ],
)
def test_a_reference_to_the_target_leads_to_the_platform_however_it_is_spelt(url: str, text: str) -> None:
    assert told(text, url) == "http://platform.example:8080/a?b#c"
    assert told(text, url, SECURE) == "https://platform.example/a?b#c"
    relative = text.partition(":")[2]
    assert told(relative, url, SECURE) == "//platform.example/a?b#c"


@pytest.mark.parametrize("rest", ["", "/", "?x", "#x", "/caf\xe9 \\x", "//x", "/../x", "?u=http://silo.example/"])
def test_what_follows_the_host_stays(rest: str) -> None:
    assert told("http://silo.example" + rest, "http://silo.example") == "http://platform.example:8080" + rest


@pytest.mark.parametrize(
    "text",
    [
        "", "/", "/a", "a", "?a", "//", "/a?u=http://silo.example:7000/", "silo.example:7000/a", "x http://silo.example:7000/",
        "http://user@silo.example/", "http://evil.example\\@silo.example:7000/", "http://silo.example/", "http://silo.example:70000/",
        "http://silo.example:700/", "http://silo.example:7000.evil.example/", "http://silo.example.evil.example:7000/",
        "http://www.silo.example:7000/", "http://silo.example:7000@evil.example/", "http://evil.example/@silo.example:7000/",
        "http://silo-example:7000/", "ftp://silo.example:7000/",
        "https://silo.example:7000/", "http://silo.example:7000 /", "//silo.example/", "urn:x", "\\a", "/\\a",
    ],
)  # fmt: skip
def test_what_does_not_name_the_target_stays(text: str) -> None:
    assert told(text, "http://silo.example:7000") == text


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("http:\\\\silo.example:7000\\a?b\\c", "https://platform.example\\a?b\\c"),
        ("http://silo.example:7000\\a", "https://platform.example\\a"),
        ("http://silo.example:7000\\@evil.example/", "https://platform.example/@evil.example/"),
        ("/\\silo.example:7000/a", "//platform.example/a"),
        ("///silo.example:7000/a", "//platform.example/a"),
        ("http:/\\/silo.example:7000", "https://platform.example"),
        ("http:/silo.example:7000/a", "https://platform.example/a"),
        ("http:silo.example:7000/a", "https://platform.example/a"),
        ("http://silo.example.:7000/a", "https://platform.example/a"),
        ("//silo.example.:7000", "//platform.example"),
        ("http://user:a@b@silo.example:7000/a@b", "https://user:a@b@platform.example/a@b"),
        ("HTTP:\\user@Silo.example:7000", "https://user@platform.example"),
        ("//http:x@silo.example:7000/a", "//http:x@platform.example/a"),
    ],
)
def test_an_authority_is_read_as_browsers_read_it(text: str, after: str) -> None:
    assert told(text, "http://silo.example:7000", SECURE) == after


@pytest.mark.parametrize(
    "told",
    [
        "silo.example:7000",
        "SILO.example:443",
        "silo.example",
        "silo.example:",
        "silo.example.:7",
        "\\silo.ex\\ample:443",
    ],
)
def test_an_alternative_on_the_targets_host_is_left_out_whatever_its_port(told: str) -> None:
    of = Address(["http://silo.example:7000"], reads_own_name=True, reversal=None)
    assert of.change(Kind.ALTERNATIVE, told.encode(), SECURE) is None
    for other in (b":443", b"cdn.example:443", b"a.silo.example:7000"):
        assert of.change(Kind.ALTERNATIVE, other, SECURE) == other


def test_a_target_that_is_told_https_and_its_own_name_puts_the_two_together() -> None:
    assert told("https://silo.example:7000/a", "http://silo.example:7000", SECURE) == "https://platform.example/a"
    assert told("https://silo.example/a", "http://silo.example", SECURE) == "https://platform.example/a"
    assert told("http://silo.example/a", "https://silo.example", PLAIN) == "http://platform.example:8080/a"
    for text in ("https://silo.example:7000/a", "https://silo.example/a"):
        assert told(text, "http://silo.example:7000", SECURE, reads_own_name=False) == text
    assert told("https://silo.example/a", "http://silo.example", PLAIN) == "https://silo.example/a"
    assert told("https://silo.example:80/a", "http://silo.example", SECURE) == "https://silo.example:80/a"


def test_every_endpoint_of_a_target_is_its_address() -> None:
    of = Address(["http://a.example:7000", "https://b.example", "unix:/run/silo"], reads_own_name=True, reversal=None)
    for text in ("http://a.example:7000/x", "https://b.example/x", "https://B.example:443/x", "http://localhost/x"):
        assert of.change(Kind.REFERENCE, text.encode(), SECURE) == b"https://platform.example/x"
        assert of.shows_in(b"\r\nlocation: " + text.lower().encode())
        assert of.mention.search(text.lower().encode())
    for text in ("http://b.example:7000/x", "https://c.example/x", "http://localhost:81/x"):
        assert of.change(Kind.REFERENCE, text.encode(), SECURE) == text.encode()
        assert not of.mention.search(text.encode())
    for domain in ("a.example", "b.example", "localhost"):
        assert of.change(Kind.DOMAIN, domain.encode(), SECURE) == b"platform.example"


@pytest.mark.parametrize(
    ("domain", "after"),
    [
        ("silo.example", "platform.example"),
        ("SILO.example", "platform.example"),
        ("example", "example"),
        ("www.silo.example", "www.silo.example"),
        ("silo.example:7000", "platform.example"),
        ("silo.example.", "platform.example"),
        ('"silo.example"', '"silo.example"'),
        ("", ""),
    ],
)
def test_a_cookie_of_the_target_becomes_the_platforms(domain: str, after: str) -> None:
    of = address("http://silo.example:7000")
    assert of.change(Kind.DOMAIN, domain.encode(), PLAIN) == after.encode()
    assert of.change(Kind.PATH, b"/a", PLAIN) == b"/a"


def test_where_the_route_rewrites_paths_they_are_read_backwards() -> None:
    service = PlatformService("http://service.example", "/v2/claims/{number}", host="target")
    route = Route("claims", parse_match("/claims/{number}"), Stage.COMPLETE, None, service)
    of = Address(service.urls, reads_own_name=True, reversal=Reversals([route]).of(route, service))
    for rest in ("", "?a=/v2/claims/9", "#/v2/claims/9"):
        text = f"http://service.example/v2/claims/17{rest}".encode()
        assert of.change(Kind.REFERENCE, text, SECURE) == f"https://platform.example/claims/17{rest}".encode()
    assert of.change(Kind.REFERENCE, b"http://service.example", SECURE) == b"https://platform.example"
    assert of.change(Kind.REFERENCE, b"/v2/claims/17", SECURE) == b"/v2/claims/17"
    assert of.change(Kind.PATH, b"/v2/claims", SECURE) == b"/claims"


def test_a_head_shows_at_once_whether_there_is_anything_to_change() -> None:
    of = address("http://SILO.example:7000")
    assert of.shows_in(b"\r\nlocation: http://silo.example:7000/")
    assert not of.shows_in(b"\r\nlocation: http://other.example/\r\nset-cookie: a=b; path=/v2")
    service = PlatformService("http://service.example", "/v2", host="target")
    route = Route("a", parse_match("/a"), Stage.COMPLETE, None, service)
    rewritten = Address(service.urls, reads_own_name=True, reversal=Reversals([route]).of(route, service))
    assert rewritten.shows_in(b"\r\nset-cookie: a=b; path=/v2")
    assert not rewritten.shows_in(b"\r\nlocation: http://other.example/")


SILO = address("http://silo.example:7000")
REFERENCES = st.binary(max_size=40) | st.builds(
    "".join,
    st.lists(st.sampled_from(["http:", "HTTPS:", "//", "silo.example", ":7000", "/a", "?", "#", "@", ".", "x"])),
).map(str.encode)
KINDS = st.sampled_from(Kind)


@given(KINDS, REFERENCES, st.sampled_from([PLAIN, SECURE]))
def test_a_value_without_the_targets_name_is_unchanged_byte_for_byte(kind: Kind, text: bytes, seen: Origin) -> None:
    if b"silo.example" not in text.lower():
        assert SILO.change(kind, text, seen) == text


@given(KINDS, REFERENCES, st.sampled_from([PLAIN, SECURE]))
def test_what_was_changed_is_not_changed_again(kind: Kind, text: bytes, seen: Origin) -> None:
    once = SILO.change(kind, text, seen)
    assert once is None or SILO.change(kind, once, seen) == once


@given(st.binary(max_size=20), st.sampled_from([PLAIN, SECURE]))
def test_only_the_beginning_that_names_the_target_is_changed(rest: bytes, seen: Origin) -> None:
    after = SILO.change(Kind.REFERENCE, b"http://silo.example:7000/" + rest, seen)
    assert after == b"%b://%b/%b" % (seen.scheme, seen.host, rest)


def found(text: str, url: str = "http://silo.example:7000") -> list[bytes]:
    return address(url).mention.findall(text.lower().encode("latin-1"))


@pytest.mark.parametrize(
    "text",
    [
        '<a href="http://silo.example:7000/x">', "HTTP://SILO.example:7000", "see http://silo.example:7000.",
        "(//silo.example:7000)", '"http:\\/\\/silo.example:7000\\/x"', "https://silo.example:7000,",
    ],
)  # fmt: skip
def test_a_text_mentions_the_target(text: str) -> None:
    assert len(found(text)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "silo.example:7000", "http://silo.example/", "http://silo.example:70001/", "http://silo.example:7000@evil.example/",
        "http://silo.example:7000.5", "http://www.silo.example:7000/", "http://silo.example:7000x",
    ],
)  # fmt: skip
def test_a_text_does_not_mention_the_target(text: str) -> None:
    assert found(text) == []


def test_a_default_port_may_be_left_out_in_a_text() -> None:
    text = "http://silo.example/ http://silo.example:80/ http://silo.example. http://silo.example:81/ http://silo.example.uk"
    assert len(found(text, "http://silo.example")) == 3


def test_the_longest_name_is_not_longer_than_what_is_kept_for_it() -> None:
    name = ".".join(["a" * 60] * 4)
    longest = f"//{name}:{'0' * 40}7000".encode()
    assert re.fullmatch(address(f"http://{name}:7000").mention, longest)
    assert len(longest) + 2 < LONGEST_MENTION
