"""The methods that can arrive are those that the parser knows."""

from __future__ import annotations

import pytest

from facade.problem import Refusal
from facade.wire import refusals
from facade.wire.limits import Limits
from facade.wire.methods import KNOWN
from facade.wire.reader import RequestReader


@pytest.mark.parametrize("method", sorted(KNOWN))
def test_a_known_method_is_read(method: str) -> None:
    read = RequestReader(Limits()).feed(f"{method} / HTTP/1.1\r\nHost: a\r\n\r\n".encode())
    assert read is not None
    assert read[0].method == method.encode()


@pytest.mark.parametrize("method", ["FOO", "GETS", "get", "PRI", "DESCRIBE", "SETUP", "ANNOUNCE"])
def test_any_other_is_not(method: str) -> None:
    assert method not in KNOWN
    with pytest.raises(Refusal) as caught:
        RequestReader(Limits()).feed(f"{method} / HTTP/1.1\r\nHost: a\r\n\r\n".encode())
    assert caught.value.problem in {refusals.NOT_IMPLEMENTED, refusals.MALFORMED}
