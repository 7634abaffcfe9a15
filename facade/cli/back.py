"""`facade back`: legacy answers everybody again, or the platform keeps a smaller share."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Sequence

from facade.cli.changing import carry_out
from facade.cli.options import add_change, share, told
from facade.control.move import Plan, plan_back, plan_back_all
from facade.control.subject import Subjects, find


def configure(parser: ArgumentParser) -> None:
    """Name its options."""
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument(
        "name", metavar="ROUTE|GROUP", nargs="?", help="what goes back; a route of a group takes its group"
    )
    what.add_argument("--all", action="store_true", help="every route that has a way back")
    parser.add_argument("--to", metavar="P", type=share, help="keep a smaller share for the platform, 10%%")
    parser.add_argument("--reason", metavar="TEXT", type=told, help="why, for whoever asks later")
    add_change(parser)


def run(arguments: Namespace) -> int:
    """Take it back."""

    def wish(known: Subjects) -> Sequence[Plan]:
        if arguments.all:
            return plan_back_all(known, arguments.to)
        return [plan_back(find(known, arguments.name), arguments.to)]

    return carry_out(arguments, wish, arguments.reason, is_all=arguments.all)
