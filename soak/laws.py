"""What must be true of every exchange, whatever was sent. Each law is a sentence that the broken one is told by."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from far_end import FarEnd

from soak.exchange import CLIENT, NOBODY, TARGET, Exchange
from soak.reading import PART, WHOLE, WRONG, Bodyless, Read, answers, asked_by

_TUNNEL: Final = b" 101 "
_SAFE: Final = frozenset({b"GET", b"HEAD", b"OPTIONS"})


def broken(exchange: Exchange, client: FarEnd) -> Iterator[str]:
    """The laws that an exchange has broken."""
    if not exchange.gone:
        yield "every exchange ends"
    if any(_TUNNEL in each.told for each in exchange.connections):
        return  # from a 101 on the bytes are nobody's business
    yield from _broken_at_target(exchange)
    got = answers(client.got, _bodyless(exchange), ended=exchange.stays and not client.cut)
    if any(each.state == WRONG for each in got):
        yield "what a client gets can be read in one way only"
        return
    if exchange.stays and not client.cut and any(each.state == PART for each in got):
        yield "an answer that is not whole ends with a cut"
    if any(each.status == 500 and _is_own(each) for each in got if each.state == WHOLE):
        yield "no message is a defect of the facade's"
    yield from _broken_by_count(exchange, got)
    yield from _broken_by_answers(exchange, got)


def _bodyless(exchange: Exchange) -> Bodyless:
    if exchange.mutated != CLIENT:
        return asked_by([each.method for each in exchange.asked])

    def is_to_head(_: int, read: Read, rest: bytes) -> bool:
        numbers = read.all(b"x-number")
        if numbers:
            return exchange.numbered[int(numbers[0])].start["method"] == b"HEAD"
        return not rest.startswith(b"{")  # the facade's own: problems, which are objects

    return is_to_head


def _broken_at_target(exchange: Exchange) -> Iterator[str]:
    for each in exchange.connections:
        if any(request.state == WRONG for request in each.requests):
            yield "what a target gets can be read in one way only"
        if any(request.state == PART for request in each.requests) and not (each.far.cut or each.reset):
            yield "a request that is not whole ends with a cut"
    if exchange.mutated != CLIENT:
        for asked in exchange.asked:
            tries = sum(request.start["target"] == asked.target for request in exchange.numbered)
            if tries > (2 if asked.method in _SAFE else 1):
                yield "nothing unsafe is sent twice, and nothing at all three times"


def _broken_by_count(exchange: Exchange, got: list[Read]) -> Iterator[str]:
    most = len(exchange.asked) if exchange.mutated != CLIENT else exchange.raw.count(b"\r\n\r\n") + 1
    if len(got) > most:
        yield "a client gets no more answers than it asked for"
    relayed = sum(not _is_own(each) for each in got)
    if exchange.mutated == TARGET:
        return
    if relayed > len(exchange.numbered):
        yield "an answer that a target gave goes to one client"
    if exchange.stays and relayed < len(exchange.numbered):
        yield "a request that a target got as a whole is answered by it"
    if exchange.stays and exchange.mutated == NOBODY and relayed != len(exchange.asked):
        yield "a right request gets the right answer"


def _broken_by_answers(exchange: Exchange, got: list[Read]) -> Iterator[str]:
    for number, answer in enumerate(got):
        if _is_own(answer):
            continue
        right = _right(exchange, number, answer)
        if right is None:
            yield "every answer was asked for"
        elif answer.state == WHOLE and (right.state != WHOLE or right.status != answer.status):
            yield "an answer that is not whole never looks whole"
        elif not right.body.startswith(answer.body) or (answer.state == WHOLE and answer.body != right.body):
            yield "an answer arrives as it was sent"


def _right(exchange: Exchange, number: int, answer: Read) -> Read | None:
    """What the target answered to the request of this answer, by the letter."""
    request = _request(exchange, number, answer)
    for each in reversed(exchange.connections):  # where it was tried again, that is what counts
        for at, one in enumerate(each.requests):
            if request is not None and one.start == request.start and one.state == WHOLE:
                methods = [request.start.get("method", b"") for request in each.requests]
                found = answers(each.told, asked_by(methods), ended=each.ended)
                return found[at] if at < len(found) else None
    return None


def _request(exchange: Exchange, number: int, answer: Read) -> Read | None:
    """The request of an answer: the one that its target counted, or the client's own one of this number."""
    if exchange.mutated == CLIENT:
        numbers = [int(each) for each in answer.all(b"x-number")]
        return exchange.numbered[numbers[0]] if numbers and numbers[0] < len(exchange.numbered) else None
    targets = [each.target for each in exchange.asked[number : number + 1]]
    return next((each for each in reversed(exchange.numbered) if each.start["target"] in targets), None)


def _is_own(answer: Read) -> bool:
    """Whether the facade gave it itself: a problem, or what it says of its methods."""
    return bool(answer.all(b"proxy-status") or answer.all(b"allow"))
