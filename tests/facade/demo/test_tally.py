from facade.demo.shares import Measured
from facade.demo.tally import Tally
from facade.routing.stage import Side


def answered(*answers: tuple[str, str, Side]) -> Tally:
    tally = Tally()
    for answer in answers:
        tally.begun()
        tally.right(*answer)
    return tally


def test_a_caller_counts_once_however_often_they_call():
    tally = answered(*[("titles.read", "a", Side.LEGACY)] * 3, ("titles.read", "b", Side.PLATFORM))
    assert tally.measured("titles.read") == Measured(callers=2, platform=1)
    assert tally.answered["titles.read", Side.LEGACY] == 3


def test_a_caller_whom_both_sides_answered_is_seen():
    tally = answered(("titles.read", "a", Side.LEGACY), ("titles.read", "a", Side.PLATFORM))
    assert tally.measured("titles.read") == Measured(callers=1, platform=1, both=1)


def test_routes_do_not_mix():
    tally = answered(("titles.read", "a", Side.LEGACY), ("claims.read", "a", Side.PLATFORM))
    assert tally.measured("titles.read") == Measured(1, 0)
    assert tally.on_platform("claims.read") == {"a"}
    assert tally.on_platform("titles.read") == set()


def test_what_has_not_come_back_is_known():
    tally = Tally()
    tally.begun()
    tally.begun()
    tally.wrong("titles.read", "status 502 where 200 is right")
    assert tally.waiting == 1


def test_every_failure_is_counted_and_few_kinds_are_kept_in_words():
    tally = Tally()
    for number in range(1000):
        tally.begun()
        tally.wrong("titles.read", f"kind {number}")
    assert tally.failed["titles.read"] == 1000
    assert len(tally.failures) == 20
    tally.wrong("titles.read", "kind 0")
    assert tally.failures["titles.read: kind 0"] == 2


def test_its_state_is_visible():
    assert repr(answered(("titles.read", "a", Side.LEGACY))) == "<Tally answered=1 failed=0 waiting=0>"
