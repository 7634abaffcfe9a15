"""`facade hold`: no new keys to the platform: callers it has answered stay, everybody else is legacy's."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from facade.cli.changing import carry_out, ordered
from facade.cli.options import add_change, add_reason
from facade.control.order import Verb


def configure(parser: ArgumentParser) -> None:
    """Name its options."""
    parser.add_argument("name", metavar="ROUTE|GROUP", help="whose canary takes no new keys")
    add_reason(parser)
    add_change(parser)


def run(arguments: Namespace) -> int:
    """Hold it."""
    return carry_out(arguments, ordered(arguments, Verb.HOLD))
