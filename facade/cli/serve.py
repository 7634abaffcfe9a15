"""`facade serve`: run the sidecar until it is told to stop."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

from facade.cli.options import add_config, address, folder
from facade.control.start import Flags, StartError


def configure(parser: ArgumentParser) -> None:
    """Name its options."""
    add_config(parser)
    parser.add_argument("--poll", action="store_true", help="look at the files by the clock, where file events fail")
    parser.add_argument(
        "--take-over",
        action="store_true",
        help="take the listening sockets of the sidecar that runs with the same state, which then drains",
    )
    parser.add_argument(
        "--listen", metavar="ADDRESS", type=address, help="the platform's listener, HOST:PORT; beats listen"
    )
    parser.add_argument(
        "--observe", metavar="ADDRESS", type=address, help="probes and metrics, HOST:PORT; beats observe"
    )
    parser.add_argument(
        "--admin", metavar="ADDRESS", type=address, help="the status page and the API, HOST:PORT; beats admin"
    )
    parser.add_argument("--state", metavar="DIR", type=folder, help="the folder that survives a restart; beats state")


def run(arguments: Namespace) -> int:
    """Serve; its log goes to standard output, so why it could not start goes to standard error."""
    from facade import app

    flags = Flags(
        poll=arguments.poll,
        take_over=arguments.take_over,
        listen=arguments.listen,
        observe=arguments.observe,
        admin=arguments.admin,
        state=None if arguments.state is None else str(arguments.state),
    )
    try:
        _require_working_folder()
        return app.run(arguments.config, flags)
    except StartError as error:
        print(error, file=sys.stderr)
        return 1


def _require_working_folder() -> None:
    """Relative paths start at it; a shell may still stand in one that somebody removed."""
    try:
        Path.cwd()
    except OSError as error:
        raise StartError("working folder: does not exist any more; change to one that does") from error
