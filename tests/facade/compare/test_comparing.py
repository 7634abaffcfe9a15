"""Two answers compared: heads and bodies."""

from __future__ import annotations

import gzip
import itertools
import zlib

import pytest
from compared import KEY, answer, compared, differences, ignoring, never, said

from facade.compare.answer import MAX_BODY, MAX_VALUES, ComparedAnswer
from facade.compare.comparing import compare, compare_again
from facade.compare.difference import MAX_DIFFERENCES
from facade.compare.rules import CompareRules

PAGE = b"text/html; charset=utf-8"


def test_the_status_and_the_media_type_are_always_compared() -> None:
    assert said(compared(answer({}, 200), answer({}, 404))) == [":status value"]
    assert said(compared(answer(b"{}"), answer(b"{}", media_type=b"text/html"))) == ["header:content-type value"]


def test_a_media_types_parameters_and_case_are_no_difference() -> None:
    assert said(compared(answer({}), answer({}, media_type=b"Application/JSON; charset=utf-8"))) == []


def test_other_fields_are_compared_where_the_operator_says_so() -> None:
    legacy, platform = answer({}, 200, (b"ETag", b'"1"')), answer({}, 200, (b"etag", b'"2"'), (b"Vary", b"*"))
    assert said(compared(legacy, platform)) == []
    rules = CompareRules(headers=("etag", "vary"))
    assert said(compared(legacy, platform, rules)) == ["header:etag value", "header:vary extra"]
    assert said(compared(platform, legacy, rules)) == ["header:etag value", "header:vary missing"]


@pytest.mark.parametrize("path", [":status", "header:content-type", ":body"])
def test_what_is_no_field_of_the_body_can_be_ignored_too(path: str) -> None:
    legacy, platform = answer(b"x", 200, media_type=b"text/plain"), answer(b"yy", 201, media_type=b"text/html")
    left = said(compared(legacy, platform, ignoring(path)))
    assert len(left) == 2
    assert not any(each.startswith(path) for each in left)


def test_a_body_that_is_no_json_is_compared_by_its_bytes() -> None:
    assert said(compared(answer(b"<a/>", media_type=PAGE), answer(b"<a/>", media_type=PAGE))) == []
    assert said(compared(answer(b"<a/>", media_type=PAGE), answer(b"<b/>", media_type=PAGE))) == [":body value"]
    assert said(compared(answer(b"<a/>", media_type=PAGE), answer(b"<abc/>", media_type=PAGE))) == [":body length"]


@pytest.mark.parametrize("broken", [b"", b"{", b"NaN", b'{"a":1,"a":2}', b'"\xff"', b"[" * 100 + b"]" * 100])
def test_json_that_only_one_side_gives_rightly_is_a_difference_of_type(broken: bytes) -> None:
    assert differences({"a": 1}, broken) == [":body type"]
    assert differences(broken, {"a": 1}) == [":body type"]
    assert differences(broken, broken) == []


def test_json_that_neither_side_gives_rightly_is_compared_by_its_bytes() -> None:
    assert differences(b'{"a":1,"a":2}', b'{"a":1,"a":3}') == [":body value"]


def test_compressed_bodies_are_compared_by_what_they_hold() -> None:
    packed = answer(gzip.compress(b'{"a":1}', mtime=0), 200, (b"Content-Encoding", b"gzip"))
    assert said(compared(packed, answer({"a": 1}))) == []
    assert said(compared(packed, answer({"a": 2}))) == ["a value"]


@pytest.mark.parametrize(
    ("body", "coding", "reason"),
    [
        (gzip.compress(b"0" * (MAX_BODY + 1), mtime=0), b"gzip", "size"),
        (gzip.compress(b"{}", mtime=0)[:-4], b"gzip", "coding"),
        (b"no gzip at all", b"gzip", "coding"),
        (gzip.compress(b"{}", mtime=0) + b"more", b"gzip", "coding"),
        (zlib.compress(b"{}"), b"deflate, gzip", "coding"),
        (b"{}", b"br", "coding"),
        (b" " * (MAX_BODY + 1), b"identity", "size"),
    ],
)
def test_a_body_that_cannot_be_unpacked_within_bounds_is_not_compared(body: bytes, coding: bytes, reason: str) -> None:
    found = compared(answer({}), answer(body, 200, (b"Content-Encoding", coding)))
    assert (found.capped, found.differences, found.made) == (reason, (), False)


def test_a_body_that_was_too_large_to_keep_is_not_compared_but_its_head_is() -> None:
    found = compared(answer({}), ComparedAnswer(500, (), None))
    assert found.capped == "size"
    assert [each.path for each in found.differences] == [":status", "header:content-type"]
    assert found.made


def test_a_comparison_ends_when_its_time_is_over() -> None:
    looks = itertools.count()
    found = compare(answer([0] * 3000), answer([1] * 3000), CompareRules(), KEY, lambda: next(looks) >= 3)
    assert found.capped == "time"
    assert next(looks) == 4


def test_a_comparison_ends_when_it_has_taken_too_many_steps() -> None:
    found = compare(answer([0] * MAX_VALUES), answer([1] * MAX_VALUES), CompareRules(), KEY, never)
    assert found.capped == "steps"


def test_what_was_found_stands_though_the_budget_ended_before_it_was_known_to_be_more_than_an_order() -> None:
    found = compared(answer([0] * MAX_VALUES), answer([1] * MAX_VALUES))
    assert ([each.path for each in found.differences], found.capped) == (["[]"], "steps")


def test_only_so_many_fields_of_a_comparison_are_told() -> None:
    names = [f"{first}{second}" for first in "abcdefghijkl" for second in "abcdefghijkl"]
    found = compared(answer(dict.fromkeys(names, 1)), answer(dict.fromkeys(names, 2)))
    assert (len(found.differences), found.capped) == (MAX_DIFFERENCES, "differences")


def test_the_same_difference_has_the_same_token_and_another_has_another() -> None:
    tokens = [compared(answer({"a": 1}), answer({"a": other})).differences[0].token for other in (2, 2, 3)]
    assert tokens[0] == tokens[1] != tokens[2]
    assert compare(answer({"a": 1}), answer({"a": 2}), CompareRules(), KEY * 2, never).differences[0].token != tokens[0]


def test_no_value_is_told() -> None:
    secret = "M-Mustermann-1970"
    found = compared(
        answer({"a": secret, "b": [secret], secret: 1}), answer({"a": 1, "b": [secret, 2], secret: secret})
    )
    assert len(found.differences) == 3
    assert "mustermann" not in repr(found).lower()


def test_legacys_two_answers_are_compared_with_its_own_names() -> None:
    rules = CompareRules(rename={"old": "new"})
    found = compare_again(answer({"old": 1}), answer({"old": 2}), rules, KEY, never)
    assert said(found) == ["new value"]
    listed = CompareRules(rename={"a[].old": "new"}, unordered=frozenset({"a"}))
    two = ({"a": [{"old": 1}, {"old": 2}]}, {"a": [{"old": 2}, {"old": 1}]})
    assert said(compare_again(answer(two[0]), answer(two[1]), listed, KEY, never)) == []


def test_a_body_of_too_many_values_is_not_compared_however_few_bytes_it_has() -> None:
    most = [0] * MAX_VALUES
    assert compared(answer(most), answer([*most[1:], 1])).capped is None
    too_many = compared(answer([*most, 0]), answer([*most, 1]))
    assert (too_many.capped, too_many.differences) == ("size", ())
