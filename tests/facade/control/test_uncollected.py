from __future__ import annotations

import gc

import pytest

from facade.control.uncollected import uncollected


def test_nothing_is_collected_meanwhile_and_everything_is_afterwards_whatever_happened():
    with uncollected():
        assert not gc.isenabled()
    assert gc.isenabled()
    with pytest.raises(OSError, match="gone"), uncollected():
        raise OSError("gone")
    assert gc.isenabled()
