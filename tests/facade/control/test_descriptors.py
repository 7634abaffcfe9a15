"""The limit of open files is as high as it may be, and an operator hears when it is too low."""

from __future__ import annotations

import resource

import pytest

from facade.control import descriptors as module
from facade.control.descriptors import OTHERS, raise_limit, too_few


class System:
    """A system that allows so many."""

    RLIMIT_NOFILE = resource.RLIMIT_NOFILE
    RLIM_INFINITY = resource.RLIM_INFINITY

    def __init__(self, soft: int, hard: int, refusal: Exception | None = None) -> None:
        self.limits = (soft, hard)
        self.refusal = refusal

    def getrlimit(self, what: int) -> tuple[int, int]:
        assert what == self.RLIMIT_NOFILE
        return self.limits

    def setrlimit(self, what: int, limits: tuple[int, int]) -> None:
        assert what == self.RLIMIT_NOFILE
        if self.refusal is not None:
            raise self.refusal
        self.limits = limits


@pytest.fixture
def allows(monkeypatch: pytest.MonkeyPatch):
    def install(*limits: int, refusal: Exception | None = None) -> System:
        system = System(*limits, refusal=refusal)
        monkeypatch.setattr(module, "resource", system)
        return system

    return install


def test_the_limit_is_raised_to_what_the_system_allows(allows):
    system = allows(1024, 65_536)
    raise_limit()
    assert system.limits == (65_536, 65_536)


@pytest.mark.parametrize("refusal", [PermissionError("no"), ValueError("no")])
def test_a_system_that_refuses_is_lived_with(allows, refusal: Exception):
    system = allows(1024, 65_536, refusal=refusal)
    raise_limit()
    assert system.limits == (1024, 65_536)


@pytest.mark.parametrize("allowed", [10_000 + OTHERS, 10**6, resource.RLIM_INFINITY])
def test_connections_that_fit_are_no_reason_for_a_warning(allows, allowed: int):
    allows(allowed, allowed)
    assert too_few(10_000) == ()


def test_connections_that_do_not_fit_are_told_with_both_numbers_and_what_to_do(allows):
    allows(4096, 4096)
    (warning,) = too_few(10_000)
    assert str(warning) == (
        "facade.yaml: limits.connections is 10000, and this process may have 4096 files and sockets open in all; "
        "raise that (LimitNOFILE, ulimit -Hn) to 12304 or more, or lower limits.connections"
    )
