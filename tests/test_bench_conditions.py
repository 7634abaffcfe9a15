"""The arithmetic of the bench's conditions, and the rows of strictness, judged without a socket."""

from __future__ import annotations

import pytest

from bench.conditions.load import parse
from bench.conditions.metrics import total
from bench.conditions.rows import Row, percentile, table
from bench.processes import BenchError
from bench.report import Setting, render
from bench.strictness import rows
from bench.strictness.rows import Seen
from bench.strictness.silo import GOOD, whole

REFUSED = Seen(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n", True, b"", 0)
PASSED = Seen(GOOD, False, rows.get(), 1)


def test_a_log_of_calls_is_read_in_seconds_without_those_cut_off_at_the_end() -> None:
    assert parse("1000\t200\t1500\n1001\t204\t250\n1002\t-1\t9\n") == [0.0015, 0.00025]


@pytest.mark.parametrize("log", ["", "1\t502\t10\n", "1\t-1\t10\n", "1\t-1\t10\n" * 17 + "1\t200\t10\n"])
def test_a_run_in_which_calls_failed_is_no_measurement(log: str) -> None:
    with pytest.raises(BenchError, match="load: "):
        parse(log)


def test_a_percentile_is_a_time_that_was_measured() -> None:
    assert percentile([float(each) for each in range(1000)], 0.999) == 999.0
    assert percentile([3.0, 1.0, 2.0], 0.5) == 2.0
    assert percentile([1.0], 0.99) == 1.0


def test_a_metric_is_all_its_series_and_no_other() -> None:
    text = 'facade_a_total{result="x"} 2\nfacade_a_total{result="y"} 3\nfacade_a_total_b 7\nfacade_lag 0.5\n'
    assert total(text, "facade_a_total") == 5
    assert total(text, "facade_lag") == 0.5


def test_a_row_says_whether_its_target_was_kept() -> None:
    told = table([Row("one", "5 ms", "6 ms", True), Row("two", "7 ms", "6 ms", False), Row("three", "8 ms")])
    assert "| one | 5 ms | 6 ms | kept |" in told
    assert "| two | 7 ms | 6 ms | MISSED |" in told
    assert "| three | 8 ms |  |  |" in told


def test_the_results_tell_for_each_contender_which_rows_it_breaks() -> None:
    setting = Setting("2026-11-24", "a machine", "Python", 3, 16, "nginx", {})
    told = render(setting, [], {"nginx": ["F3", "H2"], "facade": []})
    assert f"| nginx | 2 of {len(rows.ROWS)} | F3, H2 |" in told
    assert f"| facade | 0 of {len(rows.ROWS)} |  |" in told


def test_a_request_is_whole_with_its_body_and_not_before() -> None:
    assert whole(rows.get()) == len(rows.get())
    assert whole(rows.post(b"hel", b"Content-Length: 5")) is None
    assert whole(rows.post(b"hello more", b"Content-Length: 5")) == len(rows.post(b"hello", b"Content-Length: 5"))
    assert whole(rows.chunked(b"5\r\nhello\r\n")) is None
    assert whole(rows.chunked(b"0\r\n\r\n")) == len(rows.chunked(b"0\r\n\r\n"))


def test_every_row_can_hold() -> None:
    for row in rows.ROWS:
        kind = Seen(GOOD, False, rows.get(b"X-Place: caf\xe9"), 1)
        gateway = Seen(b"HTTP/1.1 502 Bad Gateway\r\n\r\n", False, rows.get(), 1)
        assert any(row.holds(seen) for seen in (REFUSED, kind, gateway)), row.name


def test_a_refusal_reached_nobody_and_said_so() -> None:
    assert rows.refused(REFUSED)
    assert not rows.refused(PASSED)
    assert not rows.refused(Seen(b"HTTP/1.1 400 Bad Request\r\n\r\n", True, rows.get(), 1))


@pytest.mark.parametrize(
    ("received", "is_told"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", True),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nhalf", False),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", True),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", False),
        (b"HTTP/1.1 200 OK\r\n\r\nhalf", False),
        (b"HTTP/1.1 502 Bad Gateway\r\n\r\n", True),
    ],
)
def test_an_answer_cut_short_is_one_that_the_client_can_tell(received: bytes, is_told: bool) -> None:
    assert rows.not_whole(Seen(received, True, rows.get(), 1)) is is_told
