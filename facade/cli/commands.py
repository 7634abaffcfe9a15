"""Every command by its name, and how the words of a command line find theirs."""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Mapping, Sequence
from importlib import metadata
from types import MappingProxyType
from typing import Final

from facade.cli.answer import Failed, Unsaid, say_failed, speak_any_tongue

COMMANDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "serve": "run the sidecar; it reloads when files change and on SIGHUP, and drains on SIGTERM",
        "check": "every mistake in the files, as file:line: what; mend",
        "explain": "which route, stage, side and rule a call would meet, without any network",
        "status": "routes, stages, shares and silos of a running sidecar",
        "differences": "what differs between the two sides of a route, by field and kind",
        "move": "move a route or group to a stage: one line of YAML, changed in place",
        "back": "let legacy answer again, now; or give the platform a smaller share",
        "preview": "what changed files would move, against the running sidecar and its calls of yesterday",
        "ledger": "what was changed, when, by whom and why; with verify, that nobody edited it since",
        "schedule": "every silo by its date: what is left of it, and when it will be empty",
        "evidence": "may a silo be switched off? each reason for and against it; with --confirm, a person's word on it",
        "orphans": "calls that no route covers, by the shape of their paths, as routes to write",
        "commonality": "which fields the operations of several silos answer with",
        "brownouts": "planned refusals that rehearse the end of a route; stop and resume all of them at once",
        "hold": "no new keys to the platform: who was answered there stays, others are legacy's",
        "evict": "every key off the platform, while the canary stands",
        "demo": "the embedded demonstration",
    }
)
"""Each is the module of that name in this package."""

INTERRUPTED: Final = 130
"""What a shell reports of a command that Ctrl-C ended: 128 and the signal's number."""


def run(words: Sequence[str]) -> int:
    """Run the command that `words` name; returns its exit status, or raises SystemExit for usage and help."""
    arguments = parser(words).parse_args(words)
    speak_any_tongue()
    try:
        status: int = arguments.run(arguments)
    except Failed as failed:
        return _refused(failed, as_json=getattr(arguments, "json", False))
    except KeyboardInterrupt:
        return INTERRUPTED
    except Unsaid as unsaid:
        return _unsaid(unsaid)
    return status


def _refused(failed: Failed, *, as_json: bool) -> int:
    try:
        say_failed(failed, as_json=as_json)
    except Unsaid as unsaid:
        return _unsaid(unsaid)
    return 1


def _unsaid(unsaid: Unsaid) -> int:
    """What is left in standard output is flushed nowhere: at our end it would fail again."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    if str(unsaid):
        print(unsaid, file=sys.stderr)
    return 1


def parser(words: Sequence[str]) -> argparse.ArgumentParser:
    """The whole command line's parser, with the options of the one command that `words` name."""
    whole = argparse.ArgumentParser(
        prog="facade",
        description="Puts one platform interface over legacy systems and moves their traffic one route at a time.",
        allow_abbrev=False,
    )
    whole.add_argument("--version", action=_Version, nargs=0, help="say which version this is")
    named = whole.add_subparsers(metavar="COMMAND", required=True)
    asked = next((word for word in words if not word.startswith("-")), None)
    for name, summary in COMMANDS.items():
        command = named.add_parser(name, help=summary, description=_sentence(summary), allow_abbrev=False)
        if name == asked:
            module = importlib.import_module(f"facade.cli.{name}")
            module.configure(command)
            command.set_defaults(run=module.run)
    return whole


class _Version(argparse.Action):
    """Looks the version up only when it is asked for."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        print(f"facade {metadata.version('strangler-facade')}")
        parser.exit()


def _sentence(summary: str) -> str:
    return f"{summary[0].upper()}{summary[1:]}."
