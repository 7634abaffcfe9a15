"""`facade check`: every mistake of every file, in one pass, and nothing is started."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from pathlib import Path

from facade.cli.answer import say
from facade.cli.files import source, told
from facade.cli.options import add_folder, add_json
from facade.cli.trying import attempt, value
from facade.config.load import Loaded
from facade.config.mistake import printable
from facade.config.settings import Configuration


def configure(parser: ArgumentParser) -> None:
    """Name its options."""
    add_folder(parser, "the configuration's folder")
    add_json(parser)
    parser.add_argument(
        "--try", metavar="SILO.OPERATION", dest="attempt", help="call one operation that reads, and show each step"
    )
    parser.add_argument(
        "--with",
        metavar="path.NAME=V",
        dest="values",
        action="append",
        type=value,
        default=[],
        help="a value of that call, also query.NAME, header.NAME or body.NAME; may be given again",
    )


def run(arguments: Namespace) -> int:
    """Read the files and say what is wrong with them; or call one operation."""
    if arguments.attempt is not None:
        return _try(arguments)
    loaded = source(arguments.folder, "facade check DIR").load()
    found = loaded.configuration
    document = {
        "revision": loaded.revision,
        "routes": len(found.routes) if found is not None else None,
        "silos": len(found.silos) if found is not None else None,
        "externals": len(found.externals) if found is not None else None,
        "mistakes": told(loaded.mistakes),
        "warnings": told(loaded.warnings),
    }
    say(document, _lines(arguments.folder, loaded), as_json=arguments.json)
    return 0 if found is not None else 1


def _try(arguments: Namespace) -> int:
    steps: list[str] = []
    show = steps.append if arguments.json else _show
    answer = attempt(arguments.folder, arguments.attempt, arguments.values, show)
    body = answer.body.decode("utf-8", "backslashreplace")
    lines = (f"{arguments.attempt}: answered {answer.status}", *([body] if body else []))
    say({"status": answer.status, "body": body, "steps": steps}, lines, as_json=arguments.json)
    return 0


def _show(line: str) -> None:
    print(f"  {printable(line)}", flush=True)


def _lines(folder: Path, loaded: Loaded) -> Iterator[str]:
    yield from map(str, loaded.mistakes)
    yield from (f"warning: {warning}" for warning in loaded.warnings)
    if loaded.configuration is None:
        yield f"{folder}: {_counted(len(loaded.mistakes), 'mistake')}"
    else:
        counts = ", ".join(_counts(loaded.configuration))
        yield f"{folder}: good, {counts}, revision {loaded.revision}"


def _counts(found: Configuration) -> Iterator[str]:
    yield _counted(len(found.routes), "route")
    yield _counted(len(found.silos), "silo")
    if found.externals:
        yield _counted(len(found.externals), "external")


def _counted(number: int, name: str) -> str:
    return f"{number} {name}{'' if number == 1 else 's'}"
