from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest

from facade.control.uncollected import uncollected


class Circle:
    """Ends only by a collection."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture(autouse=True)
def _thawed() -> Iterator[None]:
    yield
    gc.unfreeze()


def test_nothing_is_collected_meanwhile_and_everything_is_afterwards_whatever_happened():
    with uncollected():
        assert not gc.isenabled()
    assert gc.isenabled()
    with pytest.raises(OSError, match="gone"), uncollected():
        raise OSError("gone")
    assert gc.isenabled()


def test_what_was_made_meanwhile_is_never_looked_at_and_ends_when_nothing_names_it():
    with uncollected():
        made = {"routes": Circle()}
    assert gc.get_freeze_count() > 0
    assert not any(each is made for each in gc.get_objects())
    made["routes"].itself = None
    end = weakref.ref(made["routes"])
    del made
    assert end() is None


def test_circles_of_before_are_cleared_away_first():
    end = weakref.ref(Circle())
    with uncollected():
        assert end() is None
