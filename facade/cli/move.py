"""`facade move`: one route, or one group, to another stage."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from facade.cli.changing import carry_out
from facade.cli.options import add_change, share, told
from facade.control.move import plan_move
from facade.control.subject import find
from facade.routing.stage import Stage


def configure(parser: ArgumentParser) -> None:
    """Name its options."""
    parser.add_argument("name", metavar="ROUTE|GROUP", help="what to move; a route of a group moves its group")
    parser.add_argument("stage", metavar="STAGE", choices=[str(stage) for stage in Stage], help=", ".join(Stage))
    parser.add_argument("--share", metavar="P", type=share, help="the platform's share of a canary, 25%%")
    parser.add_argument("--reason", metavar="TEXT", type=told, required=True, help="why, for whoever asks later")
    add_change(parser)


def run(arguments: Namespace) -> int:
    """Move it."""
    stage = Stage(arguments.stage)
    return carry_out(
        arguments,
        lambda known: [plan_move(find(known, arguments.name), stage, arguments.share)],
        arguments.reason,
    )
