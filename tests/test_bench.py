"""The benchmark's arithmetic: what it reads, how it compares, what it writes. The measuring itself is `make bench`."""

from __future__ import annotations

import dataclasses
import os
import sys
from pathlib import Path
from unittest.mock import Mock

import pytest

from bench import contenders, facade_folder, machine
from bench.accounting import Used, parse_stat, used
from bench.cases import CASES, SMALL_JSON
from bench.load import Load, parse_report
from bench.processes import BenchError
from bench.report import Setting, render
from bench.rounds import Measured, Round, Spread, figures, order, ratios
from bench.run import chosen
from bench.upload_sink import Sink
from facade.config.kinds import Kinds
from facade.config.load import load
from facade.routing.stage import Stage

STAT = "4242 (nginx: worker) (x)) S 1 4242 4242 0 -1 4194560 811 0 3 0 150 275 7 9 20 0 1 0 88231 61440000 1945 1844674"

REPORT = """\
Running 4s test @ http://127.0.0.1:8080
  1 threads and 16 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency   536.27us    1.17ms  23.51ms   97.97%
    Req/Sec    41.52k     5.84k   48.79k    82.50%
  Latency Distribution
     50%  331.00us
     75%  403.00us
     90%  584.00us
     99%    6.04ms
  165292 requests in 4.00s, 68.41MB read
Requests/sec:  41313.03
Transfer/sec:     17.10MB
"""


def measured(cpu: float, requests: int = 1000) -> Measured:
    """One contender that took `cpu` microseconds a request, two thirds of them in the kernel."""
    seconds = cpu * requests / 1e6
    return Measured(Load(requests, 1.0, 0.0005, 0.006), Used(seconds / 3, seconds * 2 / 3, 8 * 2**20))


ROUNDS: list[Round] = [
    {"nginx": measured(14), "facade": measured(42)},
    {"nginx": measured(28), "facade": measured(70)},
    {"nginx": measured(15), "facade": measured(39)},
]


def test_what_a_process_used_is_read_behind_its_name_whatever_the_name_holds() -> None:
    assert parse_stat(STAT, ticks=100, page=4096) == Used(1.5, 2.75, 1945 * 4096)


def test_a_process_of_ones_own_has_used_time_and_memory() -> None:
    own = used(os.getpid())
    assert own.cpu > 0
    assert own.resident > 2**20


def test_time_is_what_was_used_between_two_looks_and_memory_what_is_used_now() -> None:
    assert Used(3.0, 5.0, 70).since(Used(1.0, 2.0, 90)) == Used(2.0, 3.0, 70)


def test_a_report_of_the_load_is_read_in_requests_and_seconds() -> None:
    assert parse_report(REPORT) == Load(165292, 4.0, pytest.approx(331e-6), pytest.approx(6.04e-3))
    assert parse_report(REPORT).rate == pytest.approx(41323)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (REPORT + "  Non-2xx or 3xx responses: 7\n", "Non-2xx or 3xx responses: 7"),
        (REPORT + "  Socket errors: connect 0, read 3, write 0, timeout 0\n", "read 3"),
        (REPORT.replace("requests in", "asked in"), "no count of requests"),
        (REPORT.replace("99%  ", "98%  "), "no 99% line"),
    ],
)
def test_a_load_that_failed_or_cannot_be_read_is_no_measurement(wrong: str, said: str) -> None:
    with pytest.raises(BenchError, match=said):
        parse_report(wrong)


def test_a_ratio_is_taken_within_each_round_so_that_a_slow_minute_does_not_count() -> None:
    ratio = ratios(ROUNDS, "facade", "nginx", lambda each: each.cpu)
    assert ratio == Spread(pytest.approx(2.6), pytest.approx(2.5), pytest.approx(3.0))


def test_own_figures_are_told_with_their_least_and_most() -> None:
    spread = figures(ROUNDS, "nginx", lambda each: each.cpu * 1e6)
    assert spread == Spread(pytest.approx(15), pytest.approx(14), pytest.approx(28))


def test_user_and_system_time_add_up() -> None:
    one = measured(30)
    assert one.user + one.system == pytest.approx(one.cpu)
    assert one.system == pytest.approx(2 * one.user)


def test_everybody_is_first_in_turn() -> None:
    names = ["a", "b", "c"]
    assert [order(names, number) for number in range(4)] == [
        ["a", "b", "c"],
        ["b", "c", "a"],
        ["c", "a", "b"],
        ["a", "b", "c"],
    ]


SETTING = Setting("2026-11-23", "a machine", "CPython", 4, 16, "nginx", {"nginx": "1.22.1", "facade": "0.1.0"})


def test_the_table_has_a_row_for_each_contender_with_its_ratio() -> None:
    text = render(SETTING, [(SMALL_JSON, ROUNDS)], {})
    rows = [line for line in text.splitlines() if line.startswith("| facade")]
    assert rows == ["| facade | 42.0 | 39.0 | 14.0 + 28.0 | 2.60 | 2.50-3.00 | 1,000 | 0.50 | 6.00 | 8.0 |"]
    assert "| nginx | 15.0 | 14.0 |" in text
    assert "2026-11-23" in text
    assert "- facade: 0.1.0" in text
    assert text.endswith("\n")


def test_every_row_has_as_many_cells_as_the_heading() -> None:
    sections = render(SETTING, [(SMALL_JSON, ROUNDS)], {}).split("\n## ")
    for section in sections:
        rows = [line for line in section.splitlines() if line.startswith("|")]
        assert len({row.count("|") for row in rows}) <= 1


def test_a_target_is_kept_or_missed_by_the_median_ratio_to_each_who_was_measured() -> None:
    text = render(SETTING, [(SMALL_JSON, ROUNDS)], {})
    assert f"| {SMALL_JSON.name} | nginx | 2.60 | 2.50-3.00 | 1.8 | MISSED |" in text
    assert "| envoy |" not in text


def test_cases_are_chosen_by_name_and_unknown_ones_refused() -> None:
    assert chosen("all") == tuple(CASES.values())
    assert chosen("small") == (SMALL_JSON,)
    with pytest.raises(
        BenchError, match="unknown large; choose from small, host, 10k, down, up, routes, tls, loop, or all"
    ):
        chosen("large")


def test_the_baseline_is_always_measured() -> None:
    assert [each.name for each in contenders.chosen("facade")] == ["nginx", "facade"]
    assert [each.name for each in contenders.chosen("byte, aiohttp")] == ["nginx", "aiohttp proxy", "byte relay"]
    assert contenders.chosen("all") == contenders.CONTENDERS
    usual = [each.name for each in contenders.chosen("usual")]
    assert usual == ["nginx", "haproxy", "envoy", "facade", "aiohttp proxy", "byte relay"]


def test_a_contender_whose_program_is_not_here_is_left_out_and_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(contenders, "program", lambda name: "/nowhere" if name == "envoy" else sys.executable)
    field = contenders.present(contenders.chosen("envoy, haproxy"))
    assert [each.name for each in field] == ["nginx", "haproxy"]
    assert capsys.readouterr().err == "envoy: not here, so not measured; it comes by make bench\n"


@pytest.mark.parametrize(
    "contender",
    [each for each in contenders.CONTENDERS if each.program] + list(contenders.VARIANTS["tls"]),
    ids=lambda each: each.name,
)
def test_a_proxy_is_started_on_a_configuration_without_an_empty_place(
    tmp_path: Path, contender: contenders.Contender
) -> None:
    command = contender.command(contenders.Ground(8080, 7000, tmp_path, sys.executable))
    written = [path.read_text() for path in tmp_path.rglob("*") if path.is_file()]
    assert any(str(tmp_path) in word for word in command)
    assert any("8080" in text for text in written)
    assert any("7000" in text for text in written)
    assert not any("{{" in text for text in written)


def test_an_unknown_peer_is_refused_with_those_that_are_known() -> None:
    with pytest.raises(BenchError, match=r"unknown squid; choose from nginx, haproxy, envoy, .*, byte, usual or all"):
        contenders.chosen("facade,squid")


def test_a_missing_program_is_named_with_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(BenchError, match="apt-get install nginx-light wrk"):
        contenders.require_programs()


def test_a_peers_configuration_has_every_place_filled(tmp_path: Path) -> None:
    contenders.nginx_command("nginx.conf", tmp_path, port="8080", upstream="7000", ssl="", certificate="")
    contenders.nginx_command("upstream.conf", tmp_path, port="7000", answer="{}")
    for name in ("nginx.conf", "upstream.conf"):
        text = (tmp_path / name).read_text()
        assert "{{" not in text
        assert str(tmp_path) in text


def test_the_facade_is_measured_on_five_hundred_routes_with_the_one_under_load_a_sticky_canary(tmp_path: Path) -> None:
    folder = facade_folder.write(tmp_path / "configuration", 8080, 7000)
    loaded = load(folder, Kinds.discover(), {}, serving=True)
    assert [str(mistake) for mistake in loaded.mistakes] == []
    assert loaded.configuration is not None
    routes = loaded.configuration.routes
    assert len(routes) == facade_folder.ROUTES
    assert len({str(route.match).split("/")[1] for route in routes if route.stage is Stage.LEGACY}) == 50
    (measured_one,) = [route for route in routes if route.stage is Stage.CANARY]
    assert measured_one.canary is not None
    assert measured_one.canary.share * 4 == 1
    assert loaded.configuration.settings.log.requests == pytest.approx(0.01)


def test_a_case_asks_with_thirteen_fields_and_is_answered_with_twelve() -> None:
    assert len(SMALL_JSON.fields) + len(["Host", "Cookie"]) == 13
    own = ["Server", "Date", "Content-Type", "Content-Length", "Connection"]
    assert len(SMALL_JSON.answer_fields) + len(own) == 12
    said = (contenders.PEERS / "upstream.conf").read_text()
    assert all(f"add_header {name} " in said for name in SMALL_JSON.answer_fields)


def test_a_case_cannot_change_while_it_is_measured() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        SMALL_JSON.path = "/other"  # type: ignore[misc] # that is what is tried


def test_the_machine_is_told_without_its_name() -> None:
    told = machine.describe()
    assert "cores, Linux " in told
    assert os.uname().nodename not in told


def test_an_upload_is_answered_once_it_is_whole_however_it_comes() -> None:
    for cut in (1, 7, 40, 500):
        transport = Mock()
        sink = Sink(b"answer")
        sink.connection_made(transport)
        data = b"POST / HTTP/1.1\r\ncontent-length: 100\r\n\r\n" + b"x" * 100 + b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
        whole = data.index(b"GET")
        for at in range(0, whole, cut):
            assert transport.write.call_count == 0
            _receive(sink, data[at : min(at + cut, whole)])
        assert transport.write.call_count == 1
        _receive(sink, data[whole:])
        assert transport.write.call_count == 2


def _receive(sink: Sink, data: bytes) -> None:
    sink.get_buffer(-1)[: len(data)] = data
    sink.buffer_updated(len(data))
