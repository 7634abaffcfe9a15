from __future__ import annotations

import stat
from fractions import Fraction

import pytest

from facade.control import change as module
from facade.control.change import Changed, NotWritable, change, changed_lines
from facade.control.move import plan_back, plan_back_all, plan_keys, plan_move
from facade.control.subject import Refused, find
from facade.routing.route import Keys
from facade.routing.stage import Stage

WHOLE_AT_PLATFORM = """\
    platform: http://127.0.0.1:7102
    stage: platform
    canary: {share: 10%, by: cookie session}
"""


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
    assert str(refused.value).endswith("mend them first, until then only back is open")
    assert text(files) == before


def test_a_change_that_would_be_mistaken_is_not_written(files):
    files.change("routes/property.yaml", "    platform: http://127.0.0.1:7102\n", "")
    before = text(files)
    with pytest.raises(Refused, match=r"has no platform(.|\n)*with this change the files would be mistaken; mend"):
        move(files, "claims.write", Stage.PLATFORM)
    assert text(files) == before


MISTAKES = {
    "another file of routes": ("routes/journey.yaml", "match: GET /charges", "macht: GET /charges"),
    "another file that is not YAML": ("routes/journey.yaml", "groups:", "groups: ["),
    "a silo": ("silos/old.yaml", "settings:", "stetings:"),
    "facade.yaml": ("facade.yaml", "version: 1", "version: ["),
    "another route of the same file": ("routes/property.yaml", "match: /claims/{reference...}", "match: claims"),
    "the route's own match": ("routes/property.yaml", "match: GET /titles/{number}", "match: GET titles"),
    "the route's own timeout": (
        "routes/property.yaml",
        "    legacy: registry",
        "    legacy: registry\n    timeout: 10",
    ),
    "a key that stands twice": ("routes/property.yaml", "    legacy: registry", "    legacy: a\n    legacy: registry"),
}


@pytest.mark.parametrize("mistake", MISTAKES.values(), ids=MISTAKES.keys())
def test_the_way_back_is_open_whatever_else_is_mistaken(files, mistake: tuple[str, str, str]):
    files.change("routes/property.yaml", "stage: legacy\n    canary", "stage: platform\n    canary")
    files.change(*mistake)
    before = text(files)
    changed = change(files.source(serving=False), lambda found: [plan_back(find(found, "titles.read"), None)], no_pause)
    assert text(files) == before.replace("stage: platform", "stage: legacy")
    assert changed.revision == files.source().load().revision


def test_a_move_that_goes_back_is_back_too_and_one_that_stays_is_nothing(files):
    files.write("routes/half.yaml", "routes:")
    assert move(files, "conveyancing", Stage.SHADOW).lines
    assert move(files, "titles.read", Stage.LEGACY).lines == ()


def test_back_to_a_share_beside_mistakes_is_still_checked(files):
    files.change("routes/property.yaml", "    platform: http://127.0.0.1:7102\n    stage: legacy\n", WHOLE_AT_PLATFORM)
    files.write("routes/half.yaml", "routes:")
    with pytest.raises(Refused, match="would split what route"):
        change(files.source(), lambda found: [plan_back(find(found, "claims.write"), Fraction(1, 10))], no_pause)


def test_a_file_that_is_no_text_hinders_nobody_elses_way_back(files):
    (files.folder / "routes/binary.yaml").write_bytes(bytes(range(256)))
    files.write("routes/half.yaml", "routes: [")
    files.write("silos/half.yaml", "silo:")
    (files.folder / "routes/loop.yaml").symlink_to("loop.yaml")
    changed = change(files.source(), lambda found: plan_back_all(found, None), no_pause)
    assert changed.lines
    assert [mistake.place.file for mistake in changed.hidden] == [
        "routes/binary.yaml",
        "routes/half.yaml",
        "routes/loop.yaml",
    ]


def test_a_name_that_mistaken_files_may_hide_is_refused_with_their_mistakes(files):
    files.write("routes/property.yaml", "routes: [")
    with pytest.raises(Refused) as refused:
        move(files, "titles.read", Stage.LEGACY)
    told = str(refused.value).splitlines()
    assert told[0].startswith("routes/property.yaml:1: is not YAML")
    assert told[-2].startswith("titles.read: no route or group has this name")


def test_a_file_that_was_not_read_to_its_end_is_never_written(files, monkeypatch: pytest.MonkeyPatch):
    whole = text(files).replace("stage: legacy\n    canary", "stage: platform\n    canary") + "# more\n" * 1000
    files.write("routes/long.yaml", whole)
    monkeypatch.setattr(module, "MAX_FILE_BYTES", 2000)
    monkeypatch.setattr("facade.config.compose.MAX_FILE_BYTES", 2000)
    monkeypatch.setattr("facade.config.load.MAX_FILE_BYTES", 2000)
    files.change("routes/property.yaml", "stage: legacy\n    canary", "stage: platform\n    canary")
    changed = change(files.source(), lambda found: [plan_back(find(found, "titles.read"), None)], no_pause)
    assert changed.lines == ("routes/property.yaml:6: stage: legacy",)
    assert text(files, "routes/long.yaml") == whole


def test_a_copy_goes_back_with_what_it_was_copied_from(files):
    files.change("routes/property.yaml", "stage: legacy\n    canary", "stage: platform\n    canary")
    files.write("routes/copy.yaml", text(files))
    changed = change(files.source(), lambda found: [plan_back(find(found, "titles.read"), None)], no_pause)
    assert changed.lines == ("routes/copy.yaml:6: stage: legacy", "routes/property.yaml:6: stage: legacy")


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


def test_what_cannot_be_written_is_told_apart_from_what_is_refused(files, monkeypatch: pytest.MonkeyPatch):
    def gone(*_: object) -> None:
        raise FileNotFoundError(2, "No such file or directory")

    monkeypatch.setattr(module, "replace", gone)
    with pytest.raises(NotWritable):
        move(files, "titles.read", Stage.CANARY)
    with pytest.raises(Refused) as refused:
        move(files, "nobody", Stage.CANARY)
    assert not isinstance(refused.value, NotWritable)


@pytest.mark.parametrize(("keys", "line"), [(Keys.HOLD, "keys: hold, "), (Keys.EVICT, "keys: evict, ")])
def test_keys_are_written_into_the_line_of_the_share(files, keys: Keys, line: str):
    changed = change(files.source(), lambda found: [plan_keys(find(found, "charges.read"), keys)], no_pause)
    assert changed.lines == (f"routes/journey.yaml:14: canary: {{share: 25%, {line}by: cookie session}}",)
    assert files.configuration().groups[0].canary.keys is keys


def test_keys_on_a_line_of_their_own_are_told_with_its_number_and_nothing_else_is(files):
    block = "canary:\n      share: 25%\n      by: cookie session"
    files.change("routes/journey.yaml", "canary: {share: 25%, by: cookie session}", block)
    changed = change(files.source(), lambda found: [plan_keys(find(found, "conveyancing"), Keys.HOLD)], no_pause)
    assert changed.lines == ("routes/journey.yaml:16: keys: hold",)
    again = change(files.source(), lambda found: [plan_move(find(found, "conveyancing"), Stage.CANARY, None)], no_pause)
    assert again.lines == ("routes/journey.yaml:16: keys: open",)


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


@pytest.mark.parametrize(
    ("old", "new", "lines"),
    [
        ("a\nb\nc\n", "a\nx\nb\nc\n", ["f:2: x"]),
        ("a\nb\nc\n", "x\na\nb\nc\n", ["f:1: x"]),
        ("a\nb\nc\n", "a\nb\nc\nx\n", ["f:4: x"]),
        ("a\nb\nc\n", "a\nB\nx\nc\n", ["f:2: B", "f:3: x"]),
        ("a\r\nb\r\n", "a\r\nx\r\nb\r\n", ["f:2: x"]),
        ("a", "a\nx", ["f:2: x"]),
        ("a\nb\nc\nd\n", "a\nx\nb\nC\ny\nd\n", ["f:2: x", "f:4: C", "f:5: y"]),
    ],
)
def test_a_line_that_is_added_is_told_and_those_below_it_are_not(old: str, new: str, lines: list[str]):
    assert changed_lines("f", old.encode(), new.encode()) == lines
