"""`facade explain`: what would become of a call, from the files alone."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from dataclasses import asdict

from facade.cli.answer import say
from facade.cli.clock import time
from facade.cli.files import good, source
from facade.cli.options import add_config, add_json, header, ip, line
from facade.config.mistake import printable
from facade.control.asked import LOCAL, Asked
from facade.control.build import callers_of
from facade.control.describe import percent
from facade.control.explain import Explanation, explain
from facade.routing.table import RouteTable


def configure(parser: ArgumentParser) -> None:
    """Name its options."""
    parser.add_argument("method", metavar="METHOD", type=line, help="the call's method, GET")
    parser.add_argument(
        "url", metavar="URL", type=line, help="a path with its query, or an absolute URL where the host matters"
    )
    parser.add_argument(
        "-H",
        "--header",
        metavar="'Name: value'",
        dest="headers",
        action="append",
        type=header,
        default=[],
        help="a header field of the call, a cookie for example; may be given again",
    )
    parser.add_argument("--address", type=ip, default=LOCAL, help=f"the address the call comes from (default: {LOCAL})")
    add_config(parser)
    add_json(parser)


def run(arguments: Namespace) -> int:
    """Explain the call."""
    configuration = good(source(arguments.config).load())
    asked = Asked(arguments.method, arguments.url, tuple(arguments.headers), arguments.address)
    table, callers = RouteTable.compile(configuration.routes), callers_of(configuration, time)
    explanation = explain(configuration, table, asked, callers)
    say(asdict(explanation), _lines(asked, explanation), as_json=arguments.json)
    return 0


def _lines(asked: Asked, explanation: Explanation) -> Iterator[str]:
    yield printable(f"{asked.method} {asked.url} is answered by {explanation.answered_by}")
    share = "" if explanation.share is None else f", platform share {percent(explanation.share)}"
    facts = {
        "route": explanation.route and f"{explanation.route}, {explanation.place}",
        "group": explanation.group,
        "stage": explanation.stage and f"{explanation.stage}{share}",
        "why": explanation.reason,
        "legacy": explanation.legacy,
        "platform": explanation.platform,
    }
    yield from (f"  {name:9} {fact}" for name, fact in facts.items() if fact)
    yield from (f"  note      {note}" for note in explanation.notes)
