"""`facade move`: one route, or one group, to another stage."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from facade.cli.changing import carry_out, ordered
from facade.cli.options import add_change, add_reason, share
from facade.control.order import Verb
from facade.routing.stage import Stage


def configure(parser: ArgumentParser) -> None:
    """Name its options."""
    parser.add_argument("name", metavar="ROUTE|GROUP", help="what to move; a route of a group moves its group")
    parser.add_argument("stage", metavar="STAGE", choices=[str(stage) for stage in Stage], help=", ".join(Stage))
    parser.add_argument("--share", metavar="P", type=share, help="the platform's share of a canary, 25%%")
    parser.add_argument(
        "--force", action="store_true", help="past the guard's verdict, a freeze or the order of the stages"
    )
    add_reason(parser, required=True)
    add_change(parser)


def run(arguments: Namespace) -> int:
    """Move it."""
    order = ordered(arguments, Verb.MOVE, stage=Stage(arguments.stage), share=arguments.share)
    return carry_out(arguments, order)
