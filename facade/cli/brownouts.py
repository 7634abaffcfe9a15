"""`facade brownouts`: planned refusals, and where each is in time; `stop` and `resume` for all of them at once."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Mapping
from typing import Any, Final

from facade.cli.answer import Failed, say
from facade.cli.changing import mover
from facade.cli.files import find_sidecar, find_token
from facade.cli.options import add_admin, add_config, add_json, add_reason, told
from facade.cli.sidecar import Sidecar, Unreachable
from facade.cli.table import table
from facade.control.subject import Refused

HEADER: Final = ("ROUTE", "FROM", "TO", "REFUSES", "STATE", "WHY")


def configure(parser: ArgumentParser) -> None:
    """Name its options."""
    parser.add_argument("verb", metavar="stop|resume", nargs="?", choices=["stop", "resume"], help="all of them, now")
    parser.add_argument("--by", metavar="NAME", type=told, help="who orders it (default: the name of the user)")
    add_reason(parser)
    add_config(parser)
    add_admin(parser)
    add_json(parser)
    parser.set_defaults(misused=parser.error)


def run(arguments: Namespace) -> int:
    """Ask the sidecar, or have it stop them, and show what is so then."""
    if arguments.verb is not None and arguments.reason is None:
        arguments.misused("the following arguments are required: --reason")
    try:
        sidecar = find_sidecar(arguments.admin, arguments.config)
        found = sidecar.ask("/api/brownouts") if arguments.verb is None else _ordered(sidecar, arguments)
    except (Unreachable, Refused) as refused:
        raise Failed(str(refused)) from refused
    say(found, lines(found), as_json=arguments.json)
    return 1 if found["problems"] else 0


def _ordered(sidecar: Sidecar, arguments: Namespace) -> Any:
    token = find_token(arguments.config)
    if token is None:
        raise Failed(f"{sidecar}: takes orders with its token only; give it by FACADE_ADMIN_TOKEN")
    order = {"stop": arguments.verb == "stop", "reason": arguments.reason, "by": mover(arguments.by)}
    return sidecar.tell("/api/brownouts", {**order, "cause": "command"}, token)


def lines(found: Mapping[str, Any]) -> Iterator[str]:
    """What `/api/brownouts` answered, in plain words."""
    stopped = found["stopped"]
    if stopped is not None:
        by = f" by {stopped['by']}" if stopped["by"] else ""
        yield f"all brown-outs are stopped{by}, since {_moment(stopped['at'])}: {stopped['why']}"
    if found["brownouts"]:
        yield from table(HEADER, [_row(each) for each in found["brownouts"]])
    elif stopped is None:
        yield "no brown-outs are planned"
    if found["more"]:
        yield f"and {found['more']:,} more"
    yield from found["problems"]


def _row(each: Mapping[str, Any]) -> tuple[str, ...]:
    whom = f"caller {', '.join(each['callers'])}" if each["callers"] else f"{each['share']} of the calls"
    return each["route"], _moment(each["start"]), _moment(each["end"]), whom, each["state"], each["why"]


def _moment(text: str) -> str:
    """A moment with its offset, without seconds."""
    return f"{text[:16].replace('T', ' ')}{text[19:] if text[19:20] in ('+', '-') else ' UTC'}"
