"""The one reference both planes share."""

from __future__ import annotations

import dataclasses

import pytest

from facade.routing.table import RouteTable
from facade.snapshot import RequestLog, Snapshot, Snapshots
from facade.wire.limits import Forwarded, Limits


def snapshot(revision: str) -> Snapshot:
    return Snapshot(revision, RouteTable.compile([]), {}, Limits(), Forwarded(), RequestLog())


def test_whoever_has_read_a_snapshot_keeps_it_when_another_is_published() -> None:
    first, second = snapshot("one"), snapshot("two")
    snapshots = Snapshots(first)
    read = snapshots.current
    snapshots.current = second
    assert read is first
    assert snapshots.current is second
    assert repr(snapshots) == "<Snapshots revision=two routes=0>"


def test_a_snapshot_is_never_changed_in_place() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        snapshot("one").revision = "two"  # type: ignore[misc] - on purpose


def test_by_default_one_request_in_a_hundred_is_logged_and_every_error() -> None:
    assert snapshot("one").log == RequestLog(requests=0.01, errors=True)
