"""Which calls are copied, and what a copy asks of the other side."""

from __future__ import annotations

import pytest
from calls import STRANGER, request_of
from sides import Sides

from facade.proxy.shadow.copy import changes_nothing, question, stands_for_itself
from facade.targets.request import Request
from facade.wire.body import Body
from facade.wire.framing import CHUNKED
from facade.wire.headers import Sender, request_bytes


def can_be_copied(request: Request) -> bool:
    return changes_nothing(request) and stands_for_itself(request)


NEIGHBOUR = Sender("127.0.0.1", secure=False, host=b"platform.example", trusted=True)


@pytest.mark.parametrize("method", [b"GET", b"HEAD"])
def test_a_call_that_changes_nothing_is_copied(method: bytes) -> None:
    assert can_be_copied(request_of(method))


@pytest.mark.parametrize("method", [b"POST", b"PUT", b"DELETE", b"PATCH", b"OPTIONS", b"PROPFIND", b"get"])
def test_any_other_call_never_is(method: bytes) -> None:
    assert not can_be_copied(request_of(method))


@pytest.mark.parametrize(
    "field",
    [
        (b"Range", b"bytes=0-1"),
        (b"If-None-Match", b'"a"'),
        (b"if-modified-since", b"x"),
        (b"If-Range", b"x"),
        (b"Expect", b"100-continue"),
    ],
)
def test_a_call_whose_answer_depends_on_what_its_caller_has_is_not_copied(field: tuple[bytes, bytes]) -> None:
    assert not can_be_copied(request_of(b"GET", b"/titles/7", field))


def test_a_call_with_a_body_or_an_upgrade_is_not_copied() -> None:
    assert not can_be_copied(request_of(b"GET", body=Body(CHUNKED)))
    assert not can_be_copied(request_of(b"GET", body=Body.whole(b"x")))
    assert not can_be_copied(request_of(b"GET", b"/", (b"Connection", b"Upgrade"), (b"Upgrade", b"websocket")))


@pytest.mark.parametrize(("sender", "copied"), [(NEIGHBOUR, False), (STRANGER, True)])
def test_a_copy_is_not_copied_again_and_a_stranger_makes_no_copies(sender: Sender, copied: bool) -> None:
    request = request_of(b"GET", b"/titles/7", (b"X-Facade-Shadow", b"shadow"), sender=sender)
    assert can_be_copied(request) is copied


SECRETS = [(b"Cookie", b"session=1"), (b"Authorization", b"Bearer x"), (b"Proxy-Authorization", b"y")]


@pytest.mark.parametrize("credentials", [False, True])
def test_a_copy_asks_the_same_marked_and_with_credentials_only_where_that_is_said(credentials: bool) -> None:
    copy = Sides(credentials=credentials).copy(b"{}", (b"Accept", b"a/b"), *SECRETS, (b"X-B", b"\xe9"))
    copy.request.parameters = {"number": "7"}
    copy.request.trace_id = "abc"
    asked = question(copy, 5.0)
    assert (asked.head.method, asked.head.target, asked.path) == (b"GET", b"/titles/7", "/titles/7")
    assert (asked.parameters, asked.trace_id, asked.until, asked.body.ended) == ({"number": "7"}, "abc", 5.0, True)
    kept = [(b"Accept", b"a/b"), *SECRETS * credentials, (b"X-B", b"\xe9")]
    assert asked.head.fields() == kept
    sent = request_bytes(asked.head, b"/", None, asked.sender, None, chunked=False)
    assert b"\r\nX-Facade-Shadow: shadow\r\n" in sent
    assert len(copy.request.head.fields()) == 2 + len(SECRETS)


def test_a_copy_carries_no_api_key_wherever_callers_show_theirs() -> None:
    fields = [(b"X-Consumer", b"a key"), (b"X-Consumer-Group", b"b")]
    named = Sides(api_key_header="x-consumer").copy(b"{}", *fields)
    assert question(named, 5.0).head.fields() == fields[1:]
    assert question(Sides().copy(b"{}", *fields), 5.0).head.fields() == fields


def test_legacy_asked_twice_is_asked_with_all_that_it_was_asked_with() -> None:
    copy = Sides().copy(b"{}", *SECRETS)
    copy.noise = True
    asked = question(copy, 5.0)
    assert asked.head.fields() == SECRETS
    assert asked.sender.mark == b"noise"


def test_a_strangers_mark_goes_no_further() -> None:
    request = request_of(b"GET", b"/", (b"X-Facade-Shadow", b"shadow"), (b"X_facade_shadow", b"x"))
    sent = request_bytes(request.head, b"/", None, STRANGER, None, chunked=False).lower()
    assert b"facade-shadow" not in sent
    assert b"facade_shadow" not in sent
