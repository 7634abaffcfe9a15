"""What an operator writes of a service is read, and each mistake stands at its own key."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from adapters.rest import ADAPTER
from adapters.rest.settings import RestOperation, RestSettings
from facade.testing import fake_files

URL = "https://addresses.example"


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ({"url": "ftp://x"}, "no HTTP URL"),
        ({"url": "http://"}, "no HTTP URL"),
        ({"url": "http://x:99999"}, "no HTTP URL; write"),
        ({"url": "http://[::1"}, "no HTTP URL; write"),
        ({"url": "https://user:pw@x"}, "ends with its path"),
        ({"url": "https://x?key=1"}, "ends with its path"),
        ({"url": URL, "auth": {}}, "one of bearer"),
        ({"url": URL, "auth": {"bearer": "a", "basic": {"user": "u", "password": "p"}}}, "one of bearer"),
        ({"url": URL, "auth": {"api_key": {"value": "a"}}}, "write header: or query:"),
        ({"url": URL, "auth": {"api_key": {"value": "a", "header": "Host"}}}, "no header field"),
        ({"url": URL, "connections": 0}, "greater than or equal to 1"),
        ({"url": URL, "unknown": 1}, "not permitted"),
    ],
)
def test_a_mistake_in_the_settings_is_told(written: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words) as mistake:
        RestSettings.model_validate(written)
    assert "pw" not in str(mistake.value)


def test_no_secret_is_shown() -> None:
    secret = {"api_key": {"value": "hunter2", "header": "X-Api-Key"}}
    assert "hunter2" not in repr(RestSettings.model_validate({"url": URL, "auth": secret}))


def mistakes(**written: Any) -> dict[str, str]:
    return dict(ADAPTER.mistakes(RestOperation.model_validate(written), frozenset({"id"})))


@pytest.mark.parametrize(
    ("written", "key", "words"),
    [
        ({"call": "GET /v1", "arguments": {"a": "V"}}, "arguments", "write query, headers or send"),
        ({"call": "GET /v1", "send": {"a": "V"}, "query": {"b": "V"}}, "query", "send is its query"),
        ({"call": "GET /v1", "send": {"a": "V"}, "format": "form"}, "format", "has no body"),
        ({"call": "PUT /v1", "send": {"a": "V"}}, "call", "add writes: true"),
        ({"call": "GET /v1", "writes": True}, "writes", "changes nothing"),
        ({"call": "POST /v1", "send": {"a": "V"}, "format": "xml"}, "format", "root: NAME"),
        ({"call": "POST /v1", "send": {"a": "V"}, "root": "a"}, "format", "root: NAME"),
        ({"call": "POST /v1", "send": {"a.b": "V"}, "format": "form"}, "send", "no fields inside"),
        ({"call": "POST /v1", "send": {"a": "V", "a.b": "V"}}, "send.a", "so it is an object"),
        ({"call": "GET /v1", "headers": {"X-A": "V", "x-a": "W"}}, "headers.x-a", "X-A writes this field too"),
        (
            {"call": "POST /v1", "idempotency": "K", "headers": {"idempotency-key": "W"}},
            "headers.idempotency-key",
            "idempotency writes this field too",
        ),
        ({"call": "GET /v1/{path.nope}"}, "call", "{path.nope} is no parameter"),
        ({"call": "GET /v1", "query": {"a": "{path.nope}"}}, "query.a", "{path.nope} is no parameter"),
        ({"call": "GET /v1", "headers": {"A": "{path.nope}"}}, "headers.A", "{path.nope} is no parameter"),
        ({"call": "POST /v1", "send": {"a": "{path.nope}"}}, "send.a", "{path.nope} is no parameter"),
        ({"call": "POST /v1", "idempotency": "{path.nope}"}, "idempotency", "{path.nope} is no parameter"),
    ],
)
def test_a_mistake_between_the_keys_of_an_operation_is_told(written: dict[str, Any], key: str, words: str) -> None:
    found = mistakes(**written)
    assert list(found) == [key]
    assert words in found[key]
    assert "; " in found[key]


@pytest.mark.parametrize(
    ("key", "written", "place"),
    [
        ({"header": "X-Api-Key"}, {"headers": {"x-api-key": "{header.X-Api-Key}"}}, "headers.x-api-key"),
        ({"query": "key"}, {"query": {"key": "{query.key}"}}, "query.key"),
        ({"query": "key"}, {"send": {"key": "{query.key}"}}, "send.key"),
    ],
)
def test_no_callers_value_stands_beside_the_key(
    tmp_path: Path, key: dict[str, str], written: dict[str, Any], place: str
) -> None:
    settings = RestSettings.model_validate({"url": URL, "auth": {"api_key": {"value": "hunter2", **key}}})
    operations = {"find": RestOperation.model_validate({"call": "GET /v1", **written})}
    (finding,) = ADAPTER.examine(settings, operations, tmp_path, fake_files(tmp_path))
    assert (finding.key, finding.text) == (f"operations.find.{place}", "auth writes this field; take it out")
    assert ADAPTER.examine(RestSettings(url=URL), operations, tmp_path, fake_files(tmp_path)) == ()


def test_good_operations_have_no_mistakes() -> None:
    assert mistakes(call="GET /v1/search/{path.id}", query={"postcode": "{query.postcode}"}) == {}
    assert mistakes(call="POST /v1", writes=True, send={"a.b": "{body.a}", "a.c": "V"}, format="xml", root="x") == {}


@pytest.mark.parametrize(
    ("written", "key", "words"),
    [
        ({}, "send", "{} if that is nothing"),
        ({"send": {}, "query": {"q": "{query.q}"}}, "query.q", "{query.q} would leave for an external beside"),
        ({"send": {}, "headers": {"X-User": "u-{header.User}"}}, "headers.X-User", "{header.User} would leave"),
    ],
)
def test_of_an_external_everything_that_leaves_is_named(written: dict[str, Any], key: str, words: str) -> None:
    (found,) = ADAPTER.unnamed(RestOperation.model_validate({"call": "POST /v1/{path.id}", "writes": True, **written}))
    assert (found[0], words in found[1], "; " in found[1]) == (key, True, True)


def test_constants_and_what_the_path_and_the_key_show_are_named() -> None:
    written = {
        "send": {},
        "query": {"v": "2"},
        "headers": {"X-Version": "7"},
        "idempotency": "{header.Idempotency-Key}",
    }
    assert ADAPTER.unnamed(RestOperation.model_validate({"call": "POST /v1/{path.id}", **written})) == ()
