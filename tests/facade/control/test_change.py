from __future__ import annotations

import stat
from fractions import Fraction

import pytest

from facade.control import change as module
from facade.control.change import Changed, change, changed_lines
from facade.control.move import Refused, find, plan_back_all, plan_move
from facade.routing.stage import Stage


def no_pause(_: float) -> None:
    """Tests do not sleep."""


def move(files, name: str, stage: Stage, share: Fraction | None = None) -> Changed:
    return change(files.source(serving=False), lambda found: [plan_move(find(found, name), stage, share)], no_pause)


def text(files, name: str = "routes/property.yaml") -> str:
    return (files.folder / name).read_text()


def test_one_line_is_changed_and_every_other_byte_stays(files):
    before = text(files)
    changed = move(files, "titles.read", Stage.CANARY)
    assert text(files) == before.replace("stage: legacy", "stage: canary", 1)
    assert changed.lines == ("routes/property.yaml:6: stage: canary",)
    assert changed.revision == files.configuration().revision


def test_a_group_is_changed_where_its_stage_is_written(files):
    changed = move(files, "charges.read", Stage.CANARY, Fraction(1, 2))
    assert changed.lines == ("routes/journey.yaml:14: canary: {share: 50%, by: cookie session}",)


def test_several_files_are_changed_by_one_command(files):
    files.change("routes/property.yaml", "stage: legacy\n    canary", "stage: platform\n    canary")
    changed = change(files.source(serving=False), lambda found: plan_back_all(found, None), no_pause)
    assert sorted(changed.lines) == ["routes/journey.yaml:13: stage: legacy", "routes/property.yaml:6: stage: legacy"]


def test_a_move_to_where_it_stands_writes_nothing(files):
    seen = (files.folder / "routes/property.yaml").stat()
    changed = move(files, "titles.read", Stage.LEGACY)
    assert changed.lines == ()
    assert (files.folder / "routes/property.yaml").stat() == seen


def test_mistaken_files_are_not_touched_and_their_mistakes_are_said(files):
    files.change("routes/journey.yaml", "match: GET /charges", "macht: GET /charges")
    before = text(files)
    with pytest.raises(Refused) as refused:
        move(files, "titles.read", Stage.CANARY)
    assert "routes/journey.yaml:" in str(refused.value).splitlines()[0]
    assert str(refused.value).endswith("the files are mistaken as they are, so nothing was changed")
    assert text(files) == before


def test_a_change_that_would_be_mistaken_is_not_written(files):
    files.change("routes/property.yaml", "    platform: http://127.0.0.1:7102\n", "")
    before = text(files)
    with pytest.raises(
        Refused, match=r"has no platform(.|\n)*with this change the files would be mistaken, so nothing"
    ):
        move(files, "claims.write", Stage.PLATFORM)
    assert text(files) == before


def test_a_missing_secret_does_not_hinder_a_move(files):
    files.change("facade.yaml", "admin: 127.0.0.1:0", 'admin: {token: "${env:NOT_SET_HERE}"}')
    assert move(files, "titles.read", Stage.CANARY).lines


def test_a_change_that_somebody_makes_meanwhile_is_never_overwritten(files, monkeypatch: pytest.MonkeyPatch):
    written = module._write

    def raced(*arguments) -> None:
        files.change("routes/property.yaml", "# the first to move", "# mine")
        written(*arguments)

    monkeypatch.setattr(module, "_write", raced)
    with pytest.raises(Refused, match="was changed by somebody else meanwhile; nothing was written to it, try again"):
        move(files, "titles.read", Stage.CANARY)
    assert "# mine" in text(files)
    assert "stage: canary" not in text(files)


def test_a_file_that_cannot_be_written_says_what_to_change_by_hand(files, monkeypatch: pytest.MonkeyPatch):
    def read_only(*_: object) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(module, "replace", read_only)
    with pytest.raises(Refused) as refused:
        move(files, "titles.read", Stage.CANARY)
    assert "cannot be written (read-only file system); change it where it comes from" in str(refused.value)
    assert str(refused.value).endswith("property.yaml:6: stage: canary")


def test_a_link_is_written_through_and_stays_a_link(files, tmp_path):
    real = tmp_path / "shared.yaml"
    path = files.folder / "routes/property.yaml"
    path.rename(real)
    path.symlink_to(real)
    real.chmod(0o640)
    move(files, "titles.read", Stage.CANARY)
    assert path.is_symlink()
    assert "stage: canary" in real.read_text()
    assert stat.S_IMODE(real.stat().st_mode) == 0o640


def test_a_file_with_another_line_end_keeps_it(files):
    path = files.folder / "routes/property.yaml"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    changed = move(files, "titles.read", Stage.CANARY)
    assert path.read_bytes().count(b"\r\n") == path.read_bytes().count(b"\n")
    assert changed.lines == ("routes/property.yaml:6: stage: canary",)


def test_changed_lines_are_told_with_their_numbers():
    assert changed_lines("a.yaml", b"one\n  two # why\n", b"one\n  2 # why\n") == ["a.yaml:2: 2 # why"]
