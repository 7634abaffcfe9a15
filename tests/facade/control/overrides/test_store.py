"""Overrides survive a restart, and a damaged file is put aside."""

from __future__ import annotations

import datetime
from fractions import Fraction
from pathlib import Path

import pytest

from facade.config.standing import Standing
from facade.control.overrides.override import Override
from facade.control.overrides.store import OverrideStore
from facade.control.sealed import Damaged
from facade.routing.stage import Stage

NOON = datetime.datetime(2026, 11, 23, 12, tzinfo=datetime.UTC)
BACK = Override("titles.read", "ab" * 32, Standing(Stage.LEGACY), "guard", NOON, "platform errors 4.1 %")
SHARE = Override("journey", "cd" * 32, Standing(Stage.CANARY, Fraction(1, 300)), "api", NOON, "", by="Ada")


def test_what_was_saved_is_read_again(tmp_path: Path) -> None:
    store = OverrideStore(tmp_path / "state")
    assert store.read() == ()
    store.save((BACK, SHARE))
    assert OverrideStore(tmp_path / "state").read() == (BACK, SHARE)
    store.save(())
    assert store.read() == ()


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: content[:-1],
        lambda content: content.replace(b"legacy", b"canary"),
        lambda content: b"",
        lambda content: b"sha256 x\n[]",
    ],
)
def test_a_damaged_file_is_put_aside(tmp_path: Path, damage) -> None:
    store = OverrideStore(tmp_path)
    store.save((BACK,))
    path = tmp_path / "overrides.json"
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(Damaged, match=r"overrides.json: .*; it is put aside as overrides.json.damaged"):
        store.read()
    assert store.read() == ()
    assert (tmp_path / "overrides.json.damaged").exists()
