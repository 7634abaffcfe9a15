"""`facade demo`: the embedded demonstration, or with `--once` its whole story.

Here the demonstration is handed the outside world: the clock, chance, the environment, the terminal and Ctrl-C.
"""

from __future__ import annotations

import asyncio
import importlib.util
import os
import random  # noqa: TID251 - whose citizens are drawn by it: a story that is told anew each time proves more
import shutil
import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Final

from facade.cli.answer import Failed
from facade.cli.clock import monotonic

_NEEDED: Final = ("rich", "aiosqlite")
"""What the extra `demo` brings."""


def configure(parser: ArgumentParser) -> None:
    """Name its options."""
    parser.add_argument(
        "--once",
        action="store_true",
        help="tell the whole story of one route in a temporary folder, on free ports; exit 0 if no citizen was failed",
    )


def run(arguments: Namespace) -> int:
    """Run until Ctrl-C, or to the end of the story."""
    _require_extra()
    from facade.demo.stopping import until_stopped
    from facade.demo.trouble import Trouble

    try:
        ended = asyncio.run(until_stopped(_once() if arguments.once else _live()))
    except Trouble as trouble:
        log = ("the sidecar's last lines:", *trouble.log) if trouble.log else ()
        raise Failed("\n".join((str(trouble), *log))) from trouble
    if arguments.once and not ended:
        raise Failed("facade demo --once: stopped before its end; start it again")
    return 0


async def _once() -> None:
    from facade.demo.once import once

    await once(os.environ, random.SystemRandom(), monotonic, _say)


async def _live() -> None:
    from rich.console import Console

    from facade.demo import folder, live
    from facade.demo.table import Screen

    await live.run(Path(folder.NAME), os.environ, random.SystemRandom(), monotonic, Screen(Console()), typed())


def _say(text: str) -> None:
    """At once, also into a pipe: the story is followed while it happens."""
    print(text, flush=True)


def typed() -> str:
    """How a person types `facade` here: by name where the shell finds this very installation, else by its path."""
    program = Path(sys.executable).with_name("facade")
    found = shutil.which("facade")
    if found is not None and Path(found).resolve() == program.resolve():
        return "facade"
    if program.exists():
        return os.path.relpath(program) if program.is_relative_to(Path.cwd()) else str(program)
    return f"{sys.executable} -m facade"


def _require_extra() -> None:
    missing = [name for name in _NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        raise Failed(
            f"facade demo: {' and '.join(missing)} missing; install them with: pip install 'strangler-facade[demo]'"
        )
