"""Measure every contender in paired rounds and write the table.

Usage: `python -m bench.run`; `--help` tells its options.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime
import http.client
import ssl
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from bench import contenders, load, machine, report
from bench.accounting import used
from bench.cases import CASES, Case
from bench.contenders import BASELINE, Contender, Ground
from bench.processes import BenchError, Running, free_port, started
from bench.rounds import Measured, Round, order
from bench.strictness.asking import broken as rows_broken
from bench.strictness.rows import Broken
from bench.strictness.silo import Silo

CONTENDER_CORE: Final = 0
LOAD_CORE: Final = 1

_WARM_UP: Final = 1
"""Seconds of load before the first round: connections open, caches fill, the interpreter specialises its code."""

_IN_CONFIGURATION: Final = 2048
"""Bytes of an answer that may stand in nginx's configuration, whose words have 4 KiB at the most."""

RESULTS: Final = Path(__file__).parent / "results.md"


def main(arguments: Sequence[str]) -> int:
    options = _options(arguments)
    try:
        contenders.require_programs()
        field = contenders.present(contenders.chosen(options.peers))
        taken = [
            (
                case,
                measure(
                    case, contenders.VARIANTS.get(case.variants, field), options.python, options.rounds, options.seconds
                ),
            )
            for case in chosen(options.cases)
        ]
        rows = strictness(field, options.python)
    except BenchError as error:
        print(error, file=sys.stderr)
        return 1
    setting = report.Setting(
        date=options.date,
        machine=machine.describe(),
        python=machine.build(options.python),
        seconds=options.seconds,
        connections=load.CONNECTIONS,
        baseline=BASELINE,
        versions={each.name: each.version(options.python) for each in field},
    )
    text = report.render(setting, taken, rows)
    options.output.write_text(text)
    print(text)
    return 0


def strictness(field: Sequence[Contender], python: str) -> Broken:
    """The rows that each contender breaks; a byte relay reads no HTTP, so there is nothing to ask of it."""
    broken = {}
    for contender in field:
        if contender.name == "byte relay":
            continue
        with contextlib.ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="facade-bench-")))
            silo = stack.enter_context(Silo.listening())
            running = start(stack, contender, folder, silo.port, python)
            broken[contender.name] = rows_broken(running.port, silo)
        print(f"{contender.name}: breaks {', '.join(broken[contender.name]) or 'no row'}", file=sys.stderr)
    return broken


def chosen(names: str) -> tuple[Case, ...]:
    """The cases of a comma-separated list, or `all`."""
    wanted = list(CASES) if names == "all" else [name.strip() for name in names.split(",")]
    if unknown := sorted(set(wanted) - set(CASES)):
        raise BenchError(f"--cases: unknown {', '.join(unknown)}; choose from {', '.join(CASES)}, or all")
    return tuple(CASES[name] for name in wanted)


def measure(case: Case, field: Sequence[Contender], python: str, rounds: int, seconds: int) -> list[Round]:
    """Start everybody, see that each answers rightly, then measure round after round."""
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="facade-bench-")))
        upstream = far_end(stack, folder, case)
        running = {each.name: start(stack, each, folder, upstream.port, python) for each in field}
        for each in running.values():
            check(each, case)
            load.apply(case, each.port, _WARM_UP, LOAD_CORE)
        names = list(running)
        return [_round(case, running, order(names, number), seconds) for number in range(rounds)]


def check(contender: Running, case: Case) -> None:
    """A contender is measured only if its answer is the upstream's."""
    connection = _connection(contender.port, case.tls)
    with contextlib.closing(connection):
        method, body = ("POST", b"x" * case.upload) if case.upload else ("GET", None)
        headers = {**case.fields, "Cookie": "theme=plain; session=one"}
        connection.request(method, case.path % 1000, body, headers)
        answer = connection.getresponse()
        said = answer.read()
    missing = [name for name in case.answer_fields if answer.getheader(name) is None]
    if answer.status != 200 or said != case.answer or missing:
        raise BenchError(
            f"{contender.name}: wrong answer: {answer.status}, without {missing}, {said[:80]!r}; see bench/peers"
        )


def _connection(port: int, tls: bool) -> http.client.HTTPConnection:
    if not tls:
        return http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    context = ssl.create_default_context()
    # Whoever answers made its certificate a moment ago, for nobody to trust.
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return http.client.HTTPSConnection("127.0.0.1", port, timeout=5, context=context)


def _round(case: Case, running: dict[str, Running], names: Sequence[str], seconds: int) -> Round:
    measured = {name: _measured(case, running[name], seconds) for name in names}
    print("  ".join(f"{name} {measured[name].cpu * 1e6:.1f} us" for name in running), file=sys.stderr)
    return {name: measured[name] for name in running}


def _measured(case: Case, contender: Running, seconds: int) -> Measured:
    before = used(contender.pid)
    seen = load.apply(case, contender.port, seconds, LOAD_CORE)
    return Measured(seen, used(contender.pid).since(before))


def far_end(stack: contextlib.ExitStack, folder: Path, case: Case) -> Running:
    port = free_port()
    if case.upload:
        command = [sys.executable, "-m", "bench.upload_sink", str(port), case.answer.decode()]
        return stack.enter_context(started("upstream", command, port, LOAD_CORE, folder))
    (folder / "answer.json").write_bytes(case.answer)
    template = "upstream.conf" if len(case.answer) < _IN_CONFIGURATION else "upstream-file.conf"
    command = contenders.nginx_command(template, folder, port=str(port), answer=case.answer.decode())
    return stack.enter_context(started("upstream", command, port, LOAD_CORE, folder))


def start(stack: contextlib.ExitStack, contender: Contender, folder: Path, upstream: int, python: str) -> Running:
    own = folder / contender.name.replace(" ", "-")
    own.mkdir()
    ground = Ground(free_port(), upstream, own, python)
    return stack.enter_context(started(contender.name, contender.command(ground), ground.port, CONTENDER_CORE, own))


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.run", description="What a request costs, side by side.")
    today = datetime.datetime.now().astimezone().date().isoformat()
    parser.add_argument("--rounds", type=int, default=5, help="paired rounds (5)")
    parser.add_argument("--seconds", type=int, default=4, help="seconds of load for each contender and round (4)")
    parser.add_argument("--cases", default="all", help=f"some of {', '.join(CASES)}, separated by commas; or all")
    parser.add_argument("--peers", default="usual", help="some of them by name, separated by commas; usual, or all")
    parser.add_argument("--python", default=sys.executable, help="interpreter for the contenders in Python")
    parser.add_argument("--date", default=today, help="the date the table carries")
    parser.add_argument("--output", type=Path, default=RESULTS, help="where the table goes (bench/results.md)")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
