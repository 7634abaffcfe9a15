"""Overrides survive a restart, and a damaged file is put aside."""

from __future__ import annotations

import datetime
from fractions import Fraction
from pathlib import Path

import msgspec
import pytest

from facade.config.standing import Standing
from facade.control.because import Because
from facade.control.overrides.override import Override
from facade.control.overrides.store import FILE, OverrideStore
from facade.control.sealed import Damaged, SealedFile
from facade.routing.route import Keys
from facade.routing.stage import Stage

NOON = datetime.datetime(2026, 11, 23, 12, tzinfo=datetime.UTC)
BACK = Override("titles.read", "ab" * 32, Standing(Stage.LEGACY), NOON, Because("guard", "platform errors 4.1 %"))
SHARE = Override(
    "journey",
    "cd" * 32,
    Standing(Stage.CANARY, Fraction(1, 300), Keys.HOLD),
    NOON,
    Because("api", "an outage", "Ada", forced=True),
)


def test_what_was_saved_is_read_again(tmp_path: Path) -> None:
    store = OverrideStore(tmp_path / "state")
    assert store.read() == ()
    store.save((BACK, SHARE))
    assert OverrideStore(tmp_path / "state").read() == (BACK, SHARE)
    store.save(())
    assert store.read() == ()


def test_a_file_that_was_written_before_keys_were_kept_is_read(tmp_path: Path) -> None:
    kept = {"subject": "journey", "written": "cd" * 32, "stage": "canary", "share": "1/4", "cause": "guard"}
    older = kept | {"at": "2026-11-23T12:00:00Z", "why": "platform errors 4.1 %", "by": ""}
    SealedFile(tmp_path / FILE, 10_000).save(msgspec.json.encode([older]))
    (found,) = OverrideStore(tmp_path).read()
    assert found.to == Standing(Stage.CANARY, Fraction(1, 4), Keys.OPEN)
    assert found.because == Because("guard", "platform errors 4.1 %")


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
    assert (tmp_path / "overrides.json.damaged").exists()
    with pytest.raises(Damaged, match=r"was damaged and put aside, and nothing was kept since"):
        OverrideStore(tmp_path).read()  # somebody was killed before he had decided
    store.save(())
    assert store.read() == ()
