"""`facade evidence SILO`: may it be switched off? Each reason for it and against it, and a person's word on it."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any, Final
from urllib.parse import quote

from facade.cli.answer import Failed, say
from facade.cli.changing import mover
from facade.cli.files import find_sidecar, find_token
from facade.cli.options import add_admin, add_config, add_json, add_reason, told
from facade.cli.sidecar import Sidecar, Unreachable
from facade.cli.table import table
from facade.control.subject import Refused
from facade.control.usage.counts_rows import DAYS as KEPT
from facade.ending.evidence import DAYS

PATIENCE: Final = 120.0
"""Seconds for the evidence: a ledger of millions of entries is looked through from end to end."""

CALLERS: Final = ("CALLER", "CALLS", "LAST")
ROUTES: Final = ("ROUTE", "STAGE")
NUMBERS: Final = frozenset({"CALLS"})


def configure(parser: ArgumentParser) -> None:
    """Name its options."""
    parser.add_argument("silo", metavar="SILO", help="the silo's name")
    parser.add_argument(
        "--days", metavar="N", type=days, help=f"how many whole days without a call are asked for (default: {DAYS})"
    )
    word = parser.add_mutually_exclusive_group()
    word.add_argument(
        "--confirm",
        metavar="SHA256",
        help="put your name to the evidence with this digest, which is its last line: its date may refuse callers then",
    )
    word.add_argument("--withdraw", action="store_true", help="take that back: the silo answers again")
    parser.add_argument("--by", metavar="NAME", type=told, help="who says so (default: the name of the user)")
    add_reason(parser)
    parser.add_argument(
        "--force", action="store_true", help="confirm against what the evidence says; a reason tells why"
    )
    add_config(parser)
    add_admin(parser)
    add_json(parser)
    parser.set_defaults(misused=parser.error)


def run(arguments: Namespace) -> int:
    """Ask the sidecar, or give it a person's word, and show what is so then. 1 where it may not be switched off."""
    _check(arguments)
    try:
        sidecar = find_sidecar(arguments.admin, arguments.config)
        _known(sidecar, arguments.silo)
        if arguments.confirm is not None or arguments.withdraw:
            done = _ordered(sidecar, arguments)
            say(done, _done(done, sidecar), as_json=arguments.json)
            return 1 if done["problems"] else 0
        query = f"silo={quote(arguments.silo, safe='')}&days={arguments.days or DAYS}"
        found = sidecar.ask(f"/api/evidence?{query}", PATIENCE)
    except (Unreachable, Refused) as refused:
        raise Failed(str(refused)) from refused
    say(found, lines(found, sidecar), as_json=arguments.json)
    return 0 if found["may"] else 1


def _check(arguments: Namespace) -> None:
    gives_word = arguments.confirm is not None or arguments.withdraw
    if gives_word and arguments.reason is None:
        arguments.misused("the following arguments are required: --reason")
    if gives_word and arguments.days is not None:
        arguments.misused(f"what is confirmed is the evidence of {DAYS} days: leave --days out")
    if arguments.force and arguments.confirm is None:
        arguments.misused("--force is for --confirm")
    if not gives_word and (arguments.by, arguments.reason) != (None, None):
        arguments.misused("--by and --reason are for --confirm and --withdraw")


def _known(sidecar: Sidecar, silo: str) -> None:
    names = [row["name"] for row in sidecar.ask("/api/routes")["silos"]]
    if silo not in names:
        near = get_close_matches(silo, names, n=1)
        mend = f"write {near[0]}, or see facade schedule" if near else "see facade schedule"
        raise Failed(f"{silo}: no silo of this name is configured; {mend}")


def _ordered(sidecar: Sidecar, arguments: Namespace) -> Mapping[str, Any]:
    token = find_token(arguments.config)
    if token is None:
        raise Failed(f"{sidecar}: takes orders with its token only; give it by FACADE_ADMIN_TOKEN")
    order = {"silo": arguments.silo, "reason": arguments.reason, "by": mover(arguments.by), "cause": "command"}
    word = {"withdraw": True} if arguments.withdraw else {"digest": arguments.confirm, "force": arguments.force}
    return sidecar.tell("/api/confirm", {**order, **word}, token)


def _done(done: Mapping[str, Any], sidecar: Sidecar) -> Iterator[str]:
    yield done["sentence"]
    yield from (f"  {route}" for route in done["routes"])
    yield from done["problems"]
    yield f"kept in the state of {sidecar} alone: confirm on every sidecar that serves this silo"


def lines(found: Mapping[str, Any], sidecar: Sidecar) -> Iterator[str]:
    """What `/api/evidence` answered, in plain words."""
    yield found["sentence"]
    yield from (f"  {'yes' if reason['holds'] else 'no '}  {reason['text']}" for reason in found["reasons"])
    if found["callers"]:
        yield ""
        yield from table(CALLERS, [_caller(each) for each in found["callers"]], NUMBERS)
    if found["routes"]:
        yield ""
        yield from table(ROUTES, found["routes"])
    yield ""
    yield f"{found['observed_days']} of the last {found['days']} days were watched from beginning to end"
    yield from (_confirmation(each) for each in found["confirmations"])
    yield f"seen {_moment(found['at'])} on {sidecar}; sha256 {found['digest']}"


def _caller(each: Mapping[str, Any]) -> tuple[str, ...]:
    return each["caller"], f"{each['calls']:,}", _moment(each["last"])


def _confirmation(each: Mapping[str, Any]) -> str:
    against = ", against the evidence" if each["forced"] else ""
    return f"confirmed by {each['by']} {_moment(each['at'])} for {each['switch_off']}{against}: {each['why']}"


def _moment(at: str) -> str:
    return f"{at[:19].replace('T', ' ')} UTC"


def days(text: str) -> int:
    """How many days without a call are asked for."""
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(KEPT)) and 1 <= int(text) <= KEPT):
        raise ArgumentTypeError(f"{text!r} is no number of days; write one from 1 to {KEPT}")
    return int(text)
