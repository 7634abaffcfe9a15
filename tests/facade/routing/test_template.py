"""Templates, keys and rules as the operator writes them: what they mean, and how a mistake is told."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facade.routing.route import Condition, Key, KeyKind, Segment, SegmentKind
from facade.routing.template import (
    MAX_NAME,
    MAX_SEGMENTS,
    MAX_TEMPLATE,
    MAX_VALUE,
    parse_condition,
    parse_key,
    parse_match,
    parse_path,
)

LITERAL, ONE, REST = SegmentKind


def test_a_match_is_a_method_and_a_path() -> None:
    match = parse_match("GET /titles/{number}")
    assert match.method == "GET"
    assert match.path == "/titles/{number}"
    assert match.segments == (Segment(LITERAL, "titles"), Segment(ONE, "number"))
    assert match.host is None
    assert match.headers == ()


def test_a_path_alone_is_for_every_method() -> None:
    assert parse_match("/titles").method is None


@pytest.mark.parametrize("text", ["M-SEARCH /x", "PROPFIND /x", "X /x"])
def test_any_method_in_capitals_may_be_named(text: str) -> None:
    assert parse_match(text).method == text.removesuffix(" /x")


@pytest.mark.parametrize(
    ("text", "segments"),
    [
        ("/", ((LITERAL, ""),)),
        ("/a", ((LITERAL, "a"),)),
        ("/a/", ((LITERAL, "a"), (LITERAL, ""))),
        ("/{x...}", ((REST, "x"),)),
        ("/a/{b}/c/{d...}", ((LITERAL, "a"), (ONE, "b"), (LITERAL, "c"), (REST, "d"))),
        ("/{x}/", ((ONE, "x"), (LITERAL, ""))),
        ("/caf%C3%A9/a+b,c@d", ((LITERAL, "caf%C3%A9"), (LITERAL, "a+b,c@d"))),
        ("/.well-known/x...", ((LITERAL, ".well-known"), (LITERAL, "x..."))),
    ],
)
def test_a_path_is_its_segments(text: str, segments: tuple[tuple[SegmentKind, str], ...]) -> None:
    assert parse_path(text) == tuple(Segment(*segment) for segment in segments)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "METHOD PATH or PATH alone; write"),
        ("GET", "'GET' does not begin with a slash; write"),
        ("GET titles", "'titles' does not begin with a slash; write"),
        ("GET /titles now", "METHOD PATH or PATH alone; write"),
        ("get /titles", "'get' is not a method; write it in capitals"),
        ("GE(T /titles", "not a method"),
        ("GET- /titles", "not a method"),
        ("A" * 33 + " /titles", "not a method"),
        ("/a//b", "empty segment; write one slash"),
        ("//a", "empty segment"),
        ("/a//", "empty segment"),
        ("/a?b=1", "no query and no fragment; leave out"),
        ("/a#b", "no query and no fragment"),
        ("/{x}/{x}", "'{x}' stands twice; give each its own name"),
        ("/{x}/{x...}", "'{x}' stands twice"),
        ("/{x...}/a", "make it the last segment"),
        ("/{x", "a brace that is not closed"),
        ("/x}", "a brace that is not closed"),
        ("/{x}.json", "make '{number}' the whole segment"),
        ("/v{x}", "make '{number}' the whole segment"),
        ("/{x}{y}", "make '{number}' the whole segment"),
        ("/}x{", "make '{number}' the whole segment"),
        ("/{}", "no good name; name a parameter"),
        ("/{...}", "no good name"),
        ("/{1x}", "no good name"),
        ("/{x y}", "METHOD PATH"),
        ("/{" + "x" * (MAX_NAME + 1) + "}", "no good name"),
        ("/caf\u00e9", "would never match; write 'caf%C3%A9'"),
        ("/caf%c3%a9", "would never match; write 'caf%C3%A9'"),
        ("/%41", "would never match; write 'A'"),
        ("/a|b", "would never match; write 'a%7Cb'"),
        ("/a%2Bb", r"would never match; write 'a+b'"),
        ("/a;b", "has a ';'; leave it and what follows out"),
        ("/a%3bb", "has a ';'"),
        ("/a/../b", "'..' could be read as another path"),
        ("/%2e", "could be read as another path"),
        ("/a%2Fb", "could be read as another path"),
        ("/a\\b", "could be read as another path"),
        ("/a%2541", "could be read as another path"),
        ("/a%zz", "could be read as another path"),
        ("/%00", "could be read as another path"),
        ("/" + "a" * MAX_TEMPLATE, f"too long; write at most {MAX_TEMPLATE}"),
        ("/a" * (MAX_SEGMENTS + 1), f"too deep; write at most {MAX_SEGMENTS}"),
    ],
)
def test_a_mistaken_match_is_told_with_its_mend(text: str, told: str) -> None:
    with pytest.raises(ValueError, match="; ") as mistake:
        parse_match(text)
    assert told in str(mistake.value)


def test_the_bounds_themselves_are_allowed() -> None:
    assert len(parse_path("/a" * MAX_SEGMENTS)) == MAX_SEGMENTS
    assert parse_path("/" + "a" * (MAX_TEMPLATE - 1))


@given(st.text(max_size=40), st.sampled_from([parse_match, parse_path, parse_key, parse_condition]))
def test_any_text_is_parsed_or_told_in_one_short_line(text: str, parse: object) -> None:
    assert callable(parse)
    try:
        parse(text)
    except ValueError as mistake:
        told = str(mistake)
        assert "; " in told
        assert told.isprintable()
        assert len(told) < 400


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("cookie session", Key(KeyKind.COOKIE, "session")),
        ("header X-User", Key(KeyKind.HEADER, "X-User")),
        ("path number", Key(KeyKind.PATH, "number")),
        ("claim sub", Key(KeyKind.CLAIM, "sub")),
        ("claim https://claims.example/cohort", Key(KeyKind.CLAIM, "https://claims.example/cohort")),
        ("caller", Key(KeyKind.CALLER)),
        (" address ", Key(KeyKind.ADDRESS)),
    ],
)
def test_a_sticky_key_is_a_kind_and_a_name(text: str, key: Key) -> None:
    assert parse_key(text) == key


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "not a sticky key; use 'cookie NAME'"),
        ("session", "'session' is not a sticky key; use"),
        ("Cookie session", "not a sticky key"),
        ("claim", "needs a name; write 'claim NAME'"),
        ("claim a=b", "'a=b' is not the name of a claim"),
        ("claim a b", "'a b' is not the name of a claim"),
        ("network", "'network' is not a sticky key; use"),
        ("network 10.0.0.0/8", "'network 10.0.0.0/8' is not a sticky key; use"),
        ("cookie", "needs a name; write 'cookie NAME'"),
        ("cookie a b", "'a b' is not the name of a cookie; write"),
        ("header X:User", "not the name of a header"),
        ("path a-b", "not the name of a path"),
        ("caller bailiffs", "takes no name; write 'caller' alone"),
        ("cookie " + "x" * (MAX_NAME + 1), "not the name of a cookie"),
    ],
)
def test_a_mistaken_key_is_told_with_its_mend(text: str, told: str) -> None:
    with pytest.raises(ValueError, match="; ") as mistake:
        parse_key(text)
    assert told in str(mistake.value)


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        ("header X-Cohort=staff", Condition(Key(KeyKind.HEADER, "X-Cohort"), "staff")),
        ("header X-Cohort = two words", Condition(Key(KeyKind.HEADER, "X-Cohort"), "two words")),
        ("cookie beta=1=1", Condition(Key(KeyKind.COOKIE, "beta"), "1=1")),
        ("path number=7", Condition(Key(KeyKind.PATH, "number"), "7")),
        ("caller bailiffs", Condition(Key(KeyKind.CALLER), "bailiffs")),
        ("caller CN=bailiffs", Condition(Key(KeyKind.CALLER), "CN=bailiffs")),
        ("claim cohort=staff", Condition(Key(KeyKind.CLAIM, "cohort"), "staff")),
        ("claim scope=read write", Condition(Key(KeyKind.CLAIM, "scope"), "read write")),
        ("network 10.0.0.0/8", Condition(Key(KeyKind.ADDRESS), "10.0.0.0/8")),
        ("network 10.0.0.1", Condition(Key(KeyKind.ADDRESS), "10.0.0.1/32")),
        ("network 2001:DB8::/32", Condition(Key(KeyKind.ADDRESS), "2001:db8::/32")),
        ("address 10.0.0.1", Condition(Key(KeyKind.ADDRESS), "10.0.0.1")),
        ("address 2001:0DB8::0001", Condition(Key(KeyKind.ADDRESS), "2001:db8::1")),
    ],
)
def test_a_rule_is_a_key_and_its_value(text: str, condition: Condition) -> None:
    assert parse_condition(text) == condition


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "not a sticky key"),
        ("header X-Cohort", "write 'header X-Cohort=VALUE'"),
        ("header X-Cohort=", "write 'header X-Cohort=VALUE'"),
        ("cookie =1", "needs a name"),
        ("caller", "write 'caller VALUE'"),
        ("caller=bailiffs", "write 'caller VALUE'"),
        ("address 10.0.0.0/8", "'10.0.0.0/8' is not an address; write one like"),
        ("path number=%41", "would never match; write the parameter as it stands"),
        ("path number=..", "would never match"),
        ("claim sub", "write 'claim sub=VALUE'"),
        ("claim =7", "needs a name"),
        ("network", "'' is not a network; write one like 'network 10.0.0.0/8'"),
        ("network example", "'example' is not a network; write one like"),
        ("network 10.1.0.0/8", "'10.1.0.0/8' has bits set behind its mask; write 'network 10.0.0.0/8'"),
        ("network=10.0.0.0/8", "'=10.0.0.0/8' is not a network; write one like 'network 10.0.0.0/8'"),
        ("cookie beta=" + "1" * (MAX_VALUE + 1), f"1 to {MAX_VALUE} characters"),
    ],
)
def test_a_mistaken_rule_is_told_with_its_mend(text: str, told: str) -> None:
    with pytest.raises(ValueError, match="; ") as mistake:
        parse_condition(text)
    assert told in str(mistake.value)
