"""Which bodies are looked at, and that a mention is counted once wherever the pieces are cut."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facade.targets.address import Address
from facade.targets.leaks import LOOKED_AT, LeakCounter, readable
from facade.telemetry import families
from facade.telemetry.series import Counter
from facade.wire.message import HTTP_1_1, ResponseHead, block

MENTION = Address(["http://silo.example"], reads_own_name=True, reversal=None).mention
LINK = b'<a href="http://silo.example/x">'


def counted(*pieces: bytes, ends: bool = True) -> float:
    counter = Counter(families.LEAKED_URLS, ("portal",))
    watcher = LeakCounter(MENTION, counter)
    for piece in pieces:
        watcher.see(piece)
    if ends:
        watcher.end()
    return counter.value


def test_every_mention_is_counted_to_the_last_byte() -> None:
    assert counted(b"") == 0
    assert counted(b"http://other.example") == 0
    assert counted(b"http://silo.example") == 1
    assert counted(LINK * 3 + b"HTTP://SILO.EXAMPLE") == 4


def test_a_mention_cut_anywhere_is_one() -> None:
    for cut in range(len(LINK) + 1):
        assert counted(LINK[:cut], LINK[cut:]) == 1
    assert counted(*[bytes([octet]) for octet in LINK * 2]) == 2
    assert counted(b"http://silo.example", b".uk") == 0


def test_the_beginning_of_a_large_body_is_enough() -> None:
    assert counted(LINK, b"x" * LOOKED_AT, LINK) == 1
    assert counted(LINK + b"x" * LOOKED_AT + LINK) == 1
    assert counted(LINK, b"x" * LOOKED_AT, ends=False) == 1
    assert counted(b"x" * (LOOKED_AT - 10), LINK) == 0


@given(st.lists(st.sampled_from([LINK, b"http://silo.example", b".uk ", b"x", b"/", b"y" * 400])), st.data())
def test_however_a_body_is_cut_its_count_is_the_same(words: list[bytes], data: st.DataObject) -> None:
    body = b"".join(words)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(body)), max_size=5)))
    pieces = [body[start:end] for start, end in zip([0, *cuts], [*cuts, len(body)], strict=True)]
    assert counted(*pieces) == len(MENTION.findall(body))


@pytest.mark.parametrize(
    "media_type",
    ["text/html", "TEXT/HTML; charset=iso-8859-1", "text/plain ;x", "application/json", "application/problem+json",
     "application/xml", "application/soap+xml; action=x", "application/javascript", "application/x-javascript",
     "application/ecmascript", "text/event-stream"],
)  # fmt: skip
def test_text_is_readable(media_type: str) -> None:
    assert readable(head(("Content-Type", media_type)))
    assert not readable(head(("Content-Type", media_type), ("Content-Encoding", "gzip")))


@pytest.mark.parametrize(
    "media_type",
    ["", "text", "text/", "image/png", "application/pdf", "application/jsonx", "application/octet-stream",
     "multipart/mixed", "application/javascript+x", "x-text/html", "application/json+zip"],
)  # fmt: skip
def test_the_rest_is_not(media_type: str) -> None:
    assert not readable(head(("Content-Type", media_type)))


def test_a_body_of_no_type_is_not_readable() -> None:
    assert not readable(head())


def head(*fields: tuple[str, str]) -> ResponseHead:
    return ResponseHead(200, b"OK", HTTP_1_1, block([(name.encode(), value.encode()) for name, value in fields]))
