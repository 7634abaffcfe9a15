"""`facade ledger`: what was changed, when, by whom and why; `facade ledger verify`: that nobody edited it since.

It reads the file in `state` and asks no sidecar, so a ledger can be looked through wherever it was copied to.
"""

from __future__ import annotations

import datetime
import re
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import BinaryIO, Final, TypeVar
from zoneinfo import ZoneInfo

import msgspec

from facade.cli.answer import Failed, say
from facade.cli.files import source
from facade.cli.options import add_config, add_json, folder
from facade.cli.table import table
from facade.config.mistake import printable
from facade.config.settings import Settings
from facade.control.ledger.audit import Audit, audit, newest
from facade.control.ledger.book import FILE, lines
from facade.control.ledger.chain import Last, Line
from facade.control.ledger.entry import Entry
from facade.control.ledger.head import Head
from facade.control.ledger.journal import EVERYTHING
from facade.control.sealed import Damaged

LISTED: Final = 20
"""Entries that are listed if nothing else is said: a screen."""

MOST: Final = 100_000
"""Entries that are listed at most: they are held in memory."""

HEADER: Final = ("NO", "WHEN", "WHAT", "WAS", "IS", "CAUSE", "BY", "WHY")

_NOTED: Final = re.compile("([1-9][0-9]{0,15}):([0-9a-f]{64})")

Value = TypeVar("Value")


def configure(parser: ArgumentParser) -> None:
    """Name its options."""
    parser.add_argument("verb", metavar="verify", nargs="?", choices=["verify"], help="check that nobody edited it")
    parser.add_argument("--route", metavar="NAME", help="only what is about this route")
    parser.add_argument("--since", metavar="WHEN", type=moment, help="only from then on: 2026-11-23, or with a time")
    parser.add_argument("--limit", metavar="N", type=limit, help=f"how many, the newest of them (default: {LISTED})")
    parser.add_argument(
        "--noted",
        metavar="NUMBER:HASH",
        type=noted,
        help="verify: an entry as the sidecar's log told it, which the ledger must still have",
    )
    parser.add_argument("--state", metavar="DIR", type=folder, help="the folder it lies in; beats state")
    add_config(parser)
    add_json(parser)
    parser.set_defaults(misused=parser.error)


def run(arguments: Namespace) -> int:
    """Read the ledger, and say what it says or whether it is whole."""
    if arguments.verb is None:
        if arguments.noted is not None:
            arguments.misused("--noted is for facade ledger verify")
        return _list(arguments)
    if (arguments.route, arguments.since, arguments.limit) != (None, None, None):
        arguments.misused("verify looks through every entry: leave --route, --since and --limit out")
    return _verify(arguments)


def _list(arguments: Namespace) -> int:
    path, zone = _where(arguments)
    since = arguments.since
    if since is not None and since.tzinfo is None:
        since = since.replace(tzinfo=zone)

    def wanted(entry: Entry) -> bool:
        return arguments.route in {None, entry.what} and (since is None or entry.at >= since)

    kept, found = _read(path, lambda file: newest(lines(file), arguments.limit or LISTED, wanted))
    document = {"ledger": str(path), "entries": [_document(line) for line in kept], "findings": found.findings}
    say(document, _lines(kept, found, path, zone), as_json=arguments.json)
    return 1 if found.findings else 0


def _lines(kept: list[Line], found: Audit, path: Path, zone: ZoneInfo) -> Iterator[str]:
    if kept:
        yield from table(HEADER, [_row(line, zone) for line in kept], frozenset({"NO"}))
    else:
        yield f"{path}: no entry is about that; there are {found.lines:,} in all"
    if found.findings:
        yield f"{path}: is not as it was written, {found.findings[0]}; see facade ledger verify"


def _row(line: Line, zone: ZoneInfo) -> tuple[str, ...]:
    entry = line.entry
    why = "; ".join(filter(None, ("forced" if entry.forced else "", entry.why, entry.evidence)))
    return (
        str(line.number),
        f"{entry.at.astimezone(zone):%a %Y-%m-%d %H:%M:%S %Z}",
        "all" if entry.what == EVERYTHING else printable(entry.what),
        printable(entry.before or "-"),
        printable(entry.after or f"revision {entry.revision}"),
        printable(entry.cause),
        printable(entry.by or "-"),
        printable(why or "-"),
    )


def _document(line: Line) -> Mapping[str, object]:
    fields: dict[str, object] = msgspec.to_builtins(line.entry)
    return {"number": line.number, "hash": line.last.hash, **fields}


def _verify(arguments: Namespace) -> int:
    path, _ = _where(arguments)
    head, damaged = _head_of(path)  # before the ledger, which is written first: what it names is there
    noted = [each for each in (arguments.noted, head) if each is not None]
    found = _read(path, lambda file: audit(lines(file), noted))
    found.findings += damaged
    document = {
        "ledger": str(path),
        "entries": found.last.number,
        "hash": found.last.hash,
        "findings": found.findings,
        "more": found.more,
    }
    say(document, _verdict(found, path, arguments.noted), as_json=arguments.json)
    return 1 if found.findings else 0


def _head_of(path: Path) -> tuple[Last | None, list[str]]:
    """The head that is kept beside a ledger, if there is one, and what is wrong with it."""
    try:
        return Head(path.parent).look(), []
    except Damaged as damaged:
        return None, [str(damaged)]
    except OSError as error:
        raise Failed(f"{error.filename}: cannot be read ({error.strerror}); read it as a user who may") from error


def _verdict(found: Audit, path: Path, noted: Last | None) -> Iterator[str]:
    yield from (f"{path}: {finding}" for finding in found.findings)
    if found.more:
        yield f"{path}: and {found.more:,} lines more"
    if found.findings:
        yield "it is not as it was written: put it aside, find out who did it, and hold it against the sidecar's log"
        return
    yield f"{path}: {found.last.number:,} entries, each as it was written; the last is {_head(found.last)}"
    if noted is not None:
        yield f"entry {noted.number} is the one that was noted"
    elif found.noted:
        yield "its head is in it; whether both were written anew, verify --noted with an entry that the log names tells"
    else:
        yield "no head lies beside it, so a cut end does not show: verify --noted with the last that the log names"


def _head(last: Last) -> str:
    return f"{last.number}:{last.hash}"


def _where(arguments: Namespace) -> tuple[Path, ZoneInfo]:
    """The ledger's file, and the clock by which its times are told. Mistaken files are no hindrance."""
    if arguments.state is not None and not arguments.config.exists():
        return arguments.state / FILE, ZoneInfo(Settings().timezone)
    loaded = source(arguments.config).load()
    settings = Settings() if loaded.configuration is None else loaded.configuration.settings
    return (arguments.state or loaded.state) / FILE, ZoneInfo(settings.timezone)


def _read(path: Path, reading: Callable[[BinaryIO], Value]) -> Value:
    try:
        if path.exists() and not path.is_file():
            raise Failed(f"{path}: is no regular file; name the folder of a ledger by --state")
        with path.open("rb") as file:
            return reading(file)
    except FileNotFoundError as error:
        what = "there is no ledger; one begins with the first facade serve on this state, or name the folder by --state"
        raise Failed(f"{path}: {what}") from error
    except OSError as error:
        raise Failed(f"{path}: cannot be read ({error.strerror}); read it as a user who may") from error


def moment(text: str) -> datetime.datetime:
    """A day, or a day with a time; in the file's zone where it carries none."""
    try:
        return datetime.datetime.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError(f"{text!r} is no moment; write one such as 2026-11-23, or 2026-11-23 12:00") from error


def limit(text: str) -> int:
    """How many entries."""
    if not (text.isascii() and text.isdigit() and 1 <= len(text) <= len(str(MOST)) and 1 <= int(text) <= MOST):
        raise ArgumentTypeError(f"{text!r} is no number of entries; write one from 1 to {MOST}")
    return int(text)


def noted(text: str) -> Last:
    """The number and the hash of an entry, as the log and `facade ledger verify` tell them."""
    found = _NOTED.fullmatch(text)
    if found is None:
        raise ArgumentTypeError(f"{text!r} is no NUMBER:HASH; write them as the log told them, with a colon between")
    return Last(int(found[1]), found[2])
