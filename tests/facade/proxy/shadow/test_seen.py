"""An answer's body, seen as it passes."""

from __future__ import annotations

from facade.compare.answer import MAX_BODY
from facade.proxy.shadow.seen import Room, Seen
from facade.wire.body import Body


def roomy() -> Seen:
    return Seen(Room(2 * MAX_BODY))


def test_a_body_is_kept_as_it_passes_and_whole_once_it_has_ended() -> None:
    seen, body = roomy(), Body(5)
    body.feed(b"he")
    body.watch(seen)
    body.feed(b"llo")
    assert (seen.whole, seen.body()) == (False, b"hello")
    body.end([])
    assert seen.whole
    assert body.take() == b"hello"


def test_what_is_too_large_is_not_kept() -> None:
    seen = roomy()
    seen.see(b"x" * MAX_BODY)
    seen.end()
    assert seen.whole
    seen.see(b"x")
    assert (seen.whole, seen.body()) == (False, b"")


def test_two_may_see_the_same_body() -> None:
    first, second, body = roomy(), roomy(), Body(2)
    body.watch(first)
    body.watch(second)
    body.feed(b"ab")
    body.end([])
    assert (first.body(), second.body()) == (b"ab", b"ab")
    assert first.whole
    assert second.whole


def test_a_body_in_many_pieces_is_one() -> None:
    seen = roomy()
    for number in range(1_000):
        seen.see(b"%d," % number)
    assert seen.body() == b"".join(b"%d," % number for number in range(1_000))


def test_all_that_is_kept_shares_one_room_and_gives_it_back() -> None:
    room = Room(100)
    first, second, third = Seen(room), Seen(room), Seen(room)
    first.hold(10)
    first.see(b"x" * 50)
    second.see(b"x" * 30)
    assert room.free == 10
    second.see(b"x" * 20)
    second.end()
    assert (second.whole, second.crowded_out, second.body(), room.free) == (False, True, b"", 40)
    second.see(b"x")
    assert room.free == 40
    third.see(b"x" * 40)
    for each in (first, second, third):
        each.forget()
        each.forget()
    assert room.free == 100


def test_what_is_too_large_was_crowded_out_by_nobody() -> None:
    seen = roomy()
    seen.see(b"x" * (MAX_BODY + 1))
    assert (seen.whole, seen.crowded_out) == (False, False)
