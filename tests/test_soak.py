"""The long runs' own parts: what they send, how they judge, what they write. The runs themselves are `make soak`."""

from __future__ import annotations

import random
from types import SimpleNamespace
from typing import cast

import pytest
from far_end import FarEnd
from hypothesis import given
from hypothesis import strategies as st

from harness.fault_proxy import NONE
from harness.messages import Message
from soak import fuzz
from soak.defects import is_defect
from soak.exchange import CLIENT, NOBODY, TARGET, Answering, Exchange
from soak.grammar import Asked, answer, request
from soak.laws import broken
from soak.memory import MIB, Sample, slope
from soak.mutations import mutate, pieces
from soak.raw_peer import saying
from soak.reading import PART, WHOLE, WRONG, answers, asked_by, requests
from soak.report import Setting, render
from soak.result import Result
from soak.run import RUNS, main
from soak.settling import SLACK, is_settled, settled
from soak.silo import answer_to, body_of, chunked
from soak.ways import WAYS, Way

SEEDS = range(300)
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody"
CHUNKS = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\nX-Sum: 1\r\n\r\n"


def states(data: bytes, *methods: bytes, ended: bool = False) -> list[str]:
    return [each.state for each in answers(data, asked_by(methods), ended=ended)]


# What is sent


@given(st.integers(0, 2**32))
def test_every_message_that_the_mutations_start_from_is_right(seed: int) -> None:
    chance = random.Random(seed)
    asked = [request(chance, number, closes=False) for number in range(3)]
    read = requests(b"".join(each.raw for each in asked))
    assert [(each.start["method"], each.start["target"]) for each in read] == [(a.method, a.target) for a in asked]
    assert [each.state for each in read] == [WHOLE] * 3
    told = answer(chance, asked[0].target, 7, method=asked[0].method)
    [found] = answers(told.raw, asked_by([asked[0].method]), ended=told.ends)
    assert (found.state, found.all(b"x-number")) == (WHOLE, [b"7"])


def test_an_exchange_is_the_same_for_the_same_number_and_another_for_another() -> None:
    assert Exchange.made(1, 5).raw == Exchange.made(1, 5).raw
    assert len({Exchange.made(seed, number).raw for seed in (1, 2) for number in range(50)}) > 90
    assert saying(1, b"GET", b"/a") == saying(1, b"GET", b"/a") != saying(2, b"GET", b"/a")


def test_all_sides_are_mutated_and_the_right_ones_are_not() -> None:
    made = [Exchange.made(1, number) for number in range(200)]
    assert {each.mutated for each in made} == {CLIENT, TARGET, NOBODY}
    right = [each for each in made if each.mutated != CLIENT]
    assert all(each.raw == b"".join(asked.raw for asked in each.asked) for each in right)


@given(st.integers(0, 2**32))
def test_pieces_are_the_whole_again_and_mutations_stay_bounded(seed: int) -> None:
    chance = random.Random(seed)
    data = mutate(chance, CHUNKS, seed % 40)
    assert b"".join(pieces(chance, data)) == data
    assert all(pieces(chance, data))
    assert len(data) <= 400_000


# How it is judged


def test_the_reading_knows_whole_messages_parts_and_nonsense() -> None:
    assert states(OK + CHUNKS, b"GET", b"GET") == [WHOLE, WHOLE]
    assert states(OK[:-1], b"GET") == states(CHUNKS[:-1], b"GET") == states(CHUNKS[:60], b"GET") == [PART]
    assert states(OK.replace(b"\r\n\r\n", b"\r\nContent-Length: 5\r\n\r\n"), b"GET") == [WRONG]
    assert states(CHUNKS.replace(b"\r\n\r\n", b"\r\nContent-Length: 4\r\n\r\n", 1), b"GET") == [WRONG]
    assert states(CHUNKS.replace(b"body\r\n", b"body!\n"), b"GET") == [WRONG]
    assert states(CHUNKS.replace(b"X-Sum:", b"X-Sum"), b"GET") == [WRONG]
    assert states(OK.replace(b"HTTP/1.1", b"HTTP/1.1 "), b"GET") == [WRONG]


def test_the_reading_knows_answers_without_a_body_and_without_an_end() -> None:
    assert states(OK.removesuffix(b"body") + OK, b"HEAD", b"GET") == [WHOLE, WHOLE]
    assert states(b"HTTP/1.1 204 No Content\r\n\r\n" + OK, b"GET", b"GET") == [WHOLE, WHOLE]
    assert states(b"HTTP/1.1 103 Early Hints\r\n\r\n" + OK, b"GET") == [WHOLE]
    assert states(b"HTTP/1.1 200 OK\r\n\r\nbody", b"GET", ended=True) == [WHOLE]
    assert states(b"HTTP/1.1 200 OK\r\n\r\nbody", b"GET", ended=False) == [PART]


class Talked:
    """An exchange that happened: one GET, and what its client and its target got."""

    def __init__(self, got: bytes, told: bytes = OK, *, mutated: str = TARGET, times: int = 1) -> None:
        raw = b"GET /0/a HTTP/1.1\r\nHost: a\r\n\r\n"
        received = requests(raw) * times
        connection = Answering(cast(FarEnd, SimpleNamespace(cut=False)), requests=received, told=told)
        asked = Asked(b"GET", b"/0/a", closes=False, raw=raw)
        self.exchange = Exchange(random.Random(1), mutated, [asked], raw, stays=True)
        self.exchange.numbered, self.exchange.connections, self.exchange.gone = received, [connection], True
        self.client = cast(FarEnd, SimpleNamespace(got=got, cut=False))

    def broken(self) -> list[str]:
        return list(broken(self.exchange, self.client))


@pytest.mark.parametrize(
    ("talked", "law"),
    [
        (Talked(OK[:-1]), "an answer that is not whole ends with a cut"),
        (Talked(OK, OK[:-1]), "an answer that is not whole never looks whole"),
        (Talked(OK.replace(b"body", b"b0dy")), "an answer arrives as it was sent"),
        (Talked(OK * 2), "a client gets no more answers than it asked for"),
        (Talked(b"nonsense\r\n\r\n"), "what a client gets can be read in one way only"),
        (Talked(b"", mutated=NOBODY), "a request that a target got as a whole is answered by it"),
        (Talked(OK, times=3), "nothing unsafe is sent twice, and nothing at all three times"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_broken_law_is_told(talked: Talked, law: str) -> None:
    assert Talked(OK).broken() == []
    assert law in talked.broken()


def test_a_thousand_exchanges_below_the_sockets_break_no_law() -> None:
    result = fuzz.run(1000, seed=7)
    assert result.details == []
    assert result.holds
    seen = {what: seen for what, seen, _ in result.rows}
    assert int(seen["answers"].replace(",", "")) > 1000


# How a process is watched


def test_the_slope_is_growth_in_ten_minutes_once_warm() -> None:
    grows = [Sample(at, int((100 + at / 60) * MIB), 9) for at in range(0, 1200, 5)]
    assert slope(grows, 0) == pytest.approx(10, abs=0.01)
    steps = [Sample(at, (50 if at < 300 else 80) * MIB, 9) for at in range(0, 1200, 5)]
    assert slope(steps, 300) == pytest.approx(0)


def test_a_count_has_settled_when_it_is_about_what_it_was() -> None:
    assert is_settled(10 + SLACK, 10)
    assert not is_settled(11 + SLACK, 10)
    counts = iter([90, 40, 12])
    assert settled(lambda: next(counts), 10)[0] == 12
    assert settled(lambda: 99, 10, patience=0.0)[0] == 99


@pytest.mark.parametrize(
    ("line", "is_one"),
    [
        (b'{"level":"error","event":"request","status":502}', False),
        (b'{"level":"warning","event":"breaker opened"}', False),
        (b'{"level":"error","event":"request failed inside the facade","exception":"E"}', True),
        (b'{"level":"error","event":"background task failed"}', True),
        (b'{"level":"warning","event":"asyncio","exception":"E"}', True),
    ],
)
def test_a_line_is_a_defect_if_it_tells_of_an_exception_or_of_an_error_that_is_no_requests(
    line: bytes, is_one: bool
) -> None:
    assert is_defect(line) is is_one


# The ways


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.name)
def test_every_way_but_the_calm_one_has_its_fault(way: Way) -> None:
    drawn = [way.draw(random.Random(seed)) for seed in SEEDS]
    if way.name == "calm":
        assert all((each.upward, each.downward) == (NONE, NONE) for each in drawn)
    else:
        assert any((each.upward, each.downward) != (NONE, NONE) for each in drawn)


@pytest.mark.parametrize("framing", [b"length", b"chunks", b"close"])
def test_the_silo_answers_rightly_in_every_framing(framing: bytes) -> None:
    target = b"/x/7/20000/" + framing
    message = Message(b"GET %b HTTP/1.1" % target, [], b"")
    [read] = answers(answer_to(message), asked_by([b"GET"]), ended=True)
    assert (read.state, read.body, read.all(b"x-asked")) == (WHOLE, body_of(target, 20000), [target])
    assert chunked(b"") == b"0\r\n\r\n"


# What is written


def test_a_section_is_replaced_by_the_next_run_of_its_name_and_the_others_stay() -> None:
    setting = Setting("2026-11-23", "a machine", "Python", "make soak")
    held, failed = Result("fuzz", "10 exchanges"), Result("faults", "1 s")
    held.add("laws broken", "0", holds=True)
    failed.add("unexplained outcomes", "2", holds=False)
    failed.details = ["calm: GET /x: wrong"]
    first = render("", setting, [failed], RUNS)
    both = render(first, setting, [held], RUNS)
    assert both.index("## fuzz") < both.index("## faults")
    assert "| unexplained outcomes | 2 | **broken** |" in both
    assert "```text\ncalm: GET /x: wrong\n```" in both
    assert render(both, setting, [held], RUNS) == both
    assert (held.holds, failed.holds) == (True, False)


def test_a_run_that_does_not_exist_is_a_mistake_that_says_which_do(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--only", "fizz"])
    assert "fizz: no such run; choose from fuzz, sockets, aborts, faults" in capsys.readouterr().err
