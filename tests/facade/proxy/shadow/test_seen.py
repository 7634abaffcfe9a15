"""An answer's body, seen as it passes."""

from __future__ import annotations

from facade.compare.answer import MAX_BODY
from facade.proxy.shadow.seen import Seen
from facade.wire.body import Body


def test_a_body_is_kept_as_it_passes_and_whole_once_it_has_ended() -> None:
    seen, body = Seen(), Body(5)
    body.feed(b"he")
    body.watch(seen)
    body.feed(b"llo")
    assert (seen.whole, seen.body()) == (False, b"hello")
    body.end([])
    assert seen.whole
    assert body.take() == b"hello"


def test_what_is_too_large_is_not_kept() -> None:
    seen = Seen()
    seen.see(b"x" * MAX_BODY)
    seen.end()
    assert seen.whole
    seen.see(b"x")
    assert (seen.whole, seen.body()) == (False, b"")


def test_two_may_see_the_same_body() -> None:
    first, second, body = Seen(), Seen(), Body(2)
    body.watch(first)
    body.watch(second)
    body.feed(b"ab")
    body.end([])
    assert (first.body(), second.body()) == (b"ab", b"ab")
    assert first.whole
    assert second.whole
