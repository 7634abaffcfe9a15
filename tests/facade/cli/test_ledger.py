"""`facade ledger`: what is told of the changes, and of whoever edited them."""

from __future__ import annotations

import datetime
import json
import os
from pathlib import Path

import pytest

from facade.__main__ import main
from facade.control.ledger.book import Book
from facade.control.ledger.chain import Last
from facade.control.ledger.entry import Entry

NOON = datetime.datetime(2026, 7, 24, 12, tzinfo=datetime.UTC)


def entry(what: str, days: int, **more: object) -> Entry:
    at = NOON + datetime.timedelta(days=days)
    fields = {"before": "shadow", "after": "canary 10%", "cause": "command", "revision": "abc123", **more}
    return Entry(at=at, what=what, **fields)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A configuration's folder whose `state` has a ledger."""
    (tmp_path / "facade.yaml").write_text("version: 1\ntimezone: Europe/London\nstate: state\n")
    (tmp_path / "routes").mkdir()
    (tmp_path / "routes" / "old.yaml").write_text("routes:\n  - {name: old, match: /old, stage: gone}\n")
    return tmp_path


def kept(folder: Path) -> Last:
    return Book(folder / "state").add(
        entry("*", 0, before=None, after=None, cause="start"),
        entry("titles.read", 1, by="Ada", why="parity is shown"),
        entry("claims.write", 2),
        entry("titles.read", 3, after="legacy", cause="guard", evidence="platform errors 4.1 % against 0.4 %"),
    )


def test_the_changes_are_told_in_plain_words_by_the_clock_of_the_files_zone(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept(folder)
    assert main(["ledger", "--config", str(folder)]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "NO  WHEN                         WHAT          WAS     IS               CAUSE    BY   WHY",
        " 1  Fri 2026-07-24 13:00:00 BST  all           -       revision abc123  start    -    -",
        " 2  Sat 2026-07-25 13:00:00 BST  titles.read   shadow  canary 10%       command  Ada  parity is shown",
        " 3  Sun 2026-07-26 13:00:00 BST  claims.write  shadow  canary 10%       command  -    -",
        " 4  Mon 2026-07-27 13:00:00 BST  titles.read   shadow  legacy           guard    -    "
        "platform errors 4.1 % against 0.4 %",
    ]


@pytest.mark.parametrize(
    ("options", "numbers"),
    [
        (["--route", "titles.read"], [2, 4]),
        (["--limit", "1"], [4]),
        (["--since", "2026-07-26"], [3, 4]),
        (["--since", "2026-07-26 13:00:01"], [4]),
        (["--since", "2026-07-26T12:00:00Z"], [3, 4]),
        (["--route", "nothing"], []),
    ],
)
def test_a_part_of_it_is_told(
    folder: Path, capsys: pytest.CaptureFixture[str], options: list[str], numbers: list[int]
) -> None:
    kept(folder)
    assert main(["ledger", "--config", str(folder), "--json", *options]) == 0
    assert [each["number"] for each in json.loads(capsys.readouterr().out)["entries"]] == numbers


def test_a_whole_ledger_is_told_with_its_head_which_may_be_noted(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    last = kept(folder)
    assert main(["ledger", "verify", "--config", str(folder)]) == 0
    told = capsys.readouterr().out
    assert f"4 entries, each as it was written; the last is 4:{last.hash}" in told
    assert main(["ledger", "verify", "--config", str(folder), "--noted", f"4:{last.hash}"]) == 0
    assert "entry 4 is the one that was noted" in capsys.readouterr().out


def test_an_edited_ledger_is_refused_with_the_line_by_both(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kept(folder)
    path = folder / "state" / "ledger.jsonl"
    path.write_bytes(path.read_bytes().replace(b"Ada", b"Bob"))
    assert main(["ledger", "verify", "--config", str(folder)]) == 1
    assert f"{path}: line 2: entry 2 is not what was written" in capsys.readouterr().out
    assert main(["ledger", "--config", str(folder)]) == 1
    assert "is not as it was written, line 2: entry 2 is not what was written" in capsys.readouterr().out


def test_a_cut_ledger_is_refused_by_its_head(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    last = kept(folder)
    path = folder / "state" / "ledger.jsonl"
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:2]))
    assert main(["ledger", "verify", "--config", str(folder)]) == 1
    assert "the end: entry 4 was noted, and the last is 2: it was cut" in capsys.readouterr().out
    (folder / "state" / "ledger.head").unlink()
    assert main(["ledger", "verify", "--config", str(folder)]) == 0
    assert "no head lies beside it" in capsys.readouterr().out
    assert main(["ledger", "verify", "--config", str(folder), "--noted", f"4:{last.hash}"]) == 1
    assert "the end: entry 4 was noted, and the last is 2: it was cut" in capsys.readouterr().out


def test_a_ledger_that_was_written_anew_does_not_fit_its_head(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kept(folder)
    head = (folder / "state" / "ledger.head").read_bytes()
    (folder / "state" / "ledger.jsonl").unlink()
    (folder / "state" / "ledger.head").unlink()
    Book(folder / "state").add(*(entry(name, 0) for name in "abcd"))
    assert main(["ledger", "verify", "--config", str(folder)]) == 0
    (folder / "state" / "ledger.head").write_bytes(head)
    assert main(["ledger", "verify", "--config", str(folder)]) == 1
    assert "entry 4: has another hash than was noted" in capsys.readouterr().out


def test_a_damaged_head_is_told_of_and_left_where_it_is(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kept(folder)
    head = folder / "state" / "ledger.head"
    head.write_bytes(head.read_bytes().replace(b"4", b"3", 1))
    assert main(["ledger", "verify", "--config", str(folder)]) == 1
    assert f"{head}: its checksum does not fit its content; it is not used" in capsys.readouterr().out
    assert head.exists()


@pytest.mark.parametrize("verb", [[], ["verify"]])
@pytest.mark.parametrize("content", [None, "folder", "pipe", b"\x00\xff\n" * 50, b"half"])
def test_what_is_no_ledger_is_told_without_a_traceback(
    folder: Path, capsys: pytest.CaptureFixture[str], verb: list[str], content: bytes | str | None
) -> None:
    path = folder / "state" / "ledger.jsonl"
    path.parent.mkdir()
    if content == "folder":
        path.mkdir()
    elif content == "pipe":
        os.mkfifo(path)
    elif isinstance(content, bytes):
        path.write_bytes(content)
    assert main(["ledger", *verb, "--config", str(folder)]) == 1
    assert capsys.readouterr().out.splitlines()[0].startswith(f"{path}: ")


def test_a_copied_ledger_is_read_where_there_is_no_configuration(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept(folder)
    nowhere = str(tmp_path / "nowhere")
    assert main(["ledger", "--config", nowhere, "--state", str(folder / "state"), "--limit", "1"]) == 0
    assert "12:00:00 UTC" in capsys.readouterr().out
    assert main(["ledger", "--config", nowhere]) == 1


@pytest.mark.parametrize(
    "words",
    [
        ["--limit", "0"],
        ["--limit", "100001"],
        ["--limit", "many"],
        ["--since", "yesterday"],
        ["--noted", f"1:{'a' * 64}"],
        ["verify", "--noted", "1:abc"],
        ["verify", "--route", "titles.read"],
        ["prove"],
    ],
)
def test_what_is_not_understood_is_usage(folder: Path, words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["ledger", "--config", str(folder), *words])
    assert ended.value.code == 2
