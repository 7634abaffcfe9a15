"""`facade back`: legacy answers everybody again, or the platform keeps a smaller share."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from facade.cli.changing import carry_out, ordered
from facade.cli.options import add_change, add_reason, share
from facade.control.order import Verb


def configure(parser: ArgumentParser) -> None:
    """Name its options."""
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument(
        "name", metavar="ROUTE|GROUP", nargs="?", help="what goes back; a route of a group takes its group"
    )
    what.add_argument("--all", action="store_true", help="every route that has a way back")
    parser.add_argument("--to", metavar="P", type=share, help="keep a smaller share for the platform, 10%%")
    add_reason(parser)
    add_change(parser)


def run(arguments: Namespace) -> int:
    """Take it back."""
    return carry_out(arguments, ordered(arguments, Verb.BACK, share=arguments.to))
