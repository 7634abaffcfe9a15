"""What a request's head says before any route is asked."""

from __future__ import annotations

import pytest

from facade.problem import Refusal
from facade.routing.arrival import check_host, host_name


@pytest.mark.parametrize(
    ("host", "name"),
    [("A.example", "a.example"), ("a.example.:80", "a.example"), ("a_b:", "a_b"), ("[::1]:7", "[::1]"), ("", "")],
)
def test_a_host_is_known_without_its_port_and_the_roots_dot(host: str, name: str) -> None:
    check_host(host.encode())
    assert host_name(host.encode()) == name


@pytest.mark.parametrize("host", ["a.example..", "a..example", ".a", ".", "..", "a,b", "a.example,", "a.:80:", "a b"])
def test_a_host_that_some_read_as_another_is_refused(host: str) -> None:
    with pytest.raises(Refusal) as refused:
        check_host(host.encode())
    assert refused.value.problem.reason == "host"


def test_no_host_takes_more_than_linear_time() -> None:
    """A quadratic pattern would take minutes over these; the time limit of a test is what would tell."""
    for piece in ("a", "a.", ".", "-", ":"):
        with pytest.raises(Refusal):
            check_host((piece * 250_000 + ",").encode())
