"""The last descriptors are kept for those without whom nobody sees what is wrong."""

from __future__ import annotations

import errno
import os
import resource

import pytest
from hypothesis import given
from hypothesis import strategies as some

from facade.wire import descriptors as module
from facade.wire.descriptors import OWN, TARGETS, Wants, are_left, bounds, is_shortage


@pytest.fixture
def uses(monkeypatch: pytest.MonkeyPatch):
    """Lets this process have `allowed` descriptors, of which so many are in use."""

    def install(used: int | OSError, allowed: int = 1024) -> None:
        def opened(*_: object) -> int:
            if isinstance(used, OSError):
                raise used
            return used

        monkeypatch.setattr(module.os, "open", opened)
        monkeypatch.setattr(module.os, "close", lambda number: None)
        monkeypatch.setattr(module.resource, "getrlimit", lambda _: (allowed, allowed))

    return install


@pytest.mark.parametrize(
    ("used", "left"), [(719, [0, 1, 2]), (720, [1, 2]), (839, [1, 2]), (840, [2]), (959, [2]), (960, [])]
)
def test_of_the_last_ones_clients_get_none_first_then_those_who_are_told_then_targets(uses, used: int, left: list[int]):
    uses(used)
    assert [wants for wants in Wants if are_left(wants)] == left


@pytest.mark.parametrize("number", [errno.EMFILE, errno.ENFILE])
def test_where_there_is_none_nobody_gets_one(uses, number: int):
    uses(OSError(number, "too many"))
    assert not any(are_left(wants) for wants in Wants)


def test_a_system_that_does_not_let_us_look_does_not_stop_us(uses):
    uses(PermissionError(errno.EACCES, "no"))
    assert all(are_left(wants) for wants in Wants)


def test_where_there_is_no_limit_nobody_looks(uses):
    uses(AssertionError, allowed=resource.RLIM_INFINITY)
    assert all(are_left(wants) for wants in Wants)


def test_looking_leaves_nothing_open():
    before = len(os.listdir("/proc/self/fd"))
    assert are_left(Wants.CLIENT)
    assert len(os.listdir("/proc/self/fd")) == before


@given(some.integers(1, 2_000_000))
def test_most_are_the_clients_and_what_is_kept_is_bounded(allowed: int):
    client, telling, target = bounds(allowed)
    assert 0 < client <= telling <= target <= allowed
    assert client >= allowed // 2
    assert allowed - target <= OWN
    assert target - client <= TARGETS


def test_a_shortage_is_known_behind_whatever_it_was_made_into():
    def made() -> None:
        try:
            raise OSError(errno.EMFILE, "Too many open files")
        except OSError:
            raise ValueError("no such register") from None

    with pytest.raises(ValueError, match="register") as caught:
        made()
    assert is_shortage(caught.value)
    assert is_shortage(OSError(errno.ENFILE, ""))
    assert not is_shortage(ConnectionRefusedError(errno.ECONNREFUSED, ""))
    assert not is_shortage(None)


def test_a_ring_of_causes_has_an_end():
    first, second = ValueError(), ValueError()
    first.__cause__, second.__cause__ = second, first
    assert not is_shortage(first)
