"""Where a request ends: rows F of the catalogue of faults. Nobody can hide a request in another one's length or body.

Most inputs carry a second request where a lenient reader would find one: its target is `SMUGGLED`, and no peer ever
gets it. Where a row leaves a choice, the facade refuses.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import pytest

from harness import strict
from harness.client import Client, problem, request
from harness.folder import Folder
from harness.house import House, furnish
from harness.messages import CutOff
from harness.patience import PATIENCE, eventually
from harness.peer import Conversation, Peer, answer
from harness.rows import arrived, case, counted, goes_on, mirror, passed, post, refused
from harness.sidecar import Sidecar

SMUGGLED: Final = b"GET /new/smuggled HTTP/1.1\r\nHost: facade.test\r\n\r\n"
CHUNKED: Final = "Transfer-Encoding: chunked"
CHUNKS: Final = b"5\r\nhello\r\n0\r\n\r\n"
END: Final = b"0\r\n\r\n"
HIDING: Final = b"%x\r\n%b\r\n0\r\n\r\n" % (len(SMUGGLED), SMUGGLED)

LIMITS: Final = "{body_timeout: 2s, body: 1MiB}"


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house whose clients must not dawdle."""
    folder = Folder(Path(tmp_path_factory.mktemp("framing")) / "config")
    folder.facade(limits=LIMITS)
    with Peer("legacy") as legacy, Peer("platform") as platform:
        furnish(folder, legacy, platform)
        with Sidecar(folder).ready() as sidecar:
            yield House(sidecar, legacy, platform)


@pytest.fixture
def house(own: House) -> Iterator[House]:
    yield own
    own.legacy.fresh()
    own.platform.fresh()


def chunked(body: bytes, *lines: str | bytes) -> bytes:
    return post(CHUNKED, *lines, body=body)


def lengths(*values: str | bytes) -> bytes:
    """A request with these lengths, five bytes that one of them may mean, and a hidden request."""
    lines = [b"Content-Length: " + (each if isinstance(each, bytes) else each.encode()) for each in values]
    return post(*lines, body=b"hello" + SMUGGLED)


def codings(*values: str | bytes) -> bytes:
    """A request with these codings, whose chunks hide a request."""
    lines = [b"Transfer-Encoding: " + (each if isinstance(each, bytes) else each.encode()) for each in values]
    return post(*lines, body=END + SMUGGLED)


BOTH: Final = [
    case("F1-length-first", post("Content-Length: 15", CHUNKED, body=END + b"0123456789")),
    case("F1-chunked-first", post(CHUNKED, "Content-Length: 15", body=END + b"0123456789")),
    case("F1-length-of-nothing", post("Content-Length: 0", CHUNKED, body=CHUNKS)),
    case("F1-lengths-around", post("Content-Length: 5", CHUNKED, "Content-Length: 5", body=CHUNKS)),
    case("F1-spelt-oddly", post("content-LENGTH: 5", "TRANSFER-encoding:\t chunked", body=CHUNKS)),
    case("F1-on-a-get", post("Content-Length: 5", CHUNKED, body=END, method="GET")),
    case("F2-behind-the-last-chunk", post("Content-Length: 5", CHUNKED, body=END + SMUGGLED)),
    case("F2-inside-the-length", post(f"Content-Length: {len(END + SMUGGLED)}", CHUNKED, body=END + SMUGGLED)),
    case("F2-inside-a-chunk", post("Content-Length: 4", CHUNKED, body=HIDING)),
]  # fmt: skip


@pytest.mark.parametrize("raw", BOTH)
def test_a_length_beside_chunks_is_refused(house: House, raw: bytes) -> None:
    assert refused(house, raw, 400, "malformed").closes


LENGTHS: Final = [
    case("F3-two-lines", lengths("5", "6")),
    case("F3-the-smaller-last", lengths("6", "5")),
    case("F3-a-list", lengths("5, 6")),
    case("F3-a-list-without-space", lengths("5,6")),
    case("F3-same-number-spelt-twice", lengths("5", "05")),
    case("F3-a-line-and-a-list", lengths("5", "5, 6")),
    case("F4-two-lines", lengths("5", "5")),
    case("F4-a-list", lengths("5, 5")),
    case("F4-a-list-that-ends-in-nothing", lengths("5,")),
    case("F4-a-list-that-begins-with-nothing", lengths(",5")),
    case("F5-plus", lengths("+5")),
    case("F5-minus", lengths("-5")),
    case("F5-minus-zero", lengths("-0")),
    case("F5-hexadecimal", lengths("0x5")),
    case("F5-fraction", lengths("5.0")),
    case("F5-exponent", lengths("5e0")),
    case("F5-space-inside", lengths("5 5")),
    case("F5-tab-inside", lengths("5\t5")),
    case("F5-parameter", lengths("5;a")),
    case("F5-quoted", lengths('"5"')),
    case("F5-empty", lengths("")),
    case("F5-blank", lengths(" \t ")),
    case("F5-word", lengths("five")),
    case("F5-100-digits", lengths("1" * 100)),
    case("F5-2-to-the-64-plus-5", lengths(str(2**64 + 5))),
    case("F5-2-to-the-32-plus-5-in-hexadecimal", lengths("100000005h")),
    case("F5-vertical-tab-before", lengths(b"\x0b5")),
    case("F5-form-feed-behind", lengths(b"5\x0c")),
    case("F5-nul-behind", lengths(b"5\0")),
    case("F6-underscore", lengths("1_0")),
    case("F6-arabic-indic-digit", lengths("\N{ARABIC-INDIC DIGIT FIVE}")),
    case("F6-fullwidth-digit", lengths("\N{FULLWIDTH DIGIT FIVE}")),
    case("F6-superscript-two-in-utf-8", lengths("\N{SUPERSCRIPT TWO}")),
    case("F6-superscript-two-in-latin-1", lengths(b"\xb2")),
    case("F6-no-break-space-in-latin-1", lengths(b"\xa05")),
    case("F6-next-line-in-latin-1", lengths(b"5\x85")),
]  # fmt: skip


@pytest.mark.parametrize("raw", LENGTHS)
def test_a_length_that_is_not_one_plain_number_is_refused(house: House, raw: bytes) -> None:
    assert refused(house, raw, 400, "malformed").closes


LONG: Final = [
    case("F5-100-zeros-before", lengths("0" * 100 + "5")),
    case("F5-2-to-the-63-plus-5", lengths(str(2**63 + 5))),
]


@pytest.mark.parametrize("raw", LONG)
def test_a_length_that_no_counter_holds_is_refused(house: House, raw: bytes) -> None:
    assert refused(house, raw, 400, "framing").closes


def test_a_length_beyond_the_limit_is_refused(house: House) -> None:
    assert refused(house, lengths(str(2**32 + 5)), 413, "body_size").closes


NAMES: Final = [
    case("F7-length-space", post("Content-Length : 5", body=b"hello" + SMUGGLED)),
    case("F7-length-tab", post("Content-Length\t: 5", body=b"hello" + SMUGGLED)),
    case("F7-length-beside-a-good-one", post("Content-Length: 5", "Content-Length : 6", body=b"hello" + SMUGGLED)),
    case("F7-coding-space", post("Transfer-Encoding : chunked", body=END + SMUGGLED)),
    case("F7-coding-tab", post("Transfer-Encoding\t: chunked", body=END + SMUGGLED)),
    case("F7-coding-beside-a-length", post("Content-Length: 5", "Transfer-Encoding : chunked", body=END + SMUGGLED)),
    case("F7-coding-vertical-tab", post(b"Transfer-Encoding\x0b: chunked", body=END + SMUGGLED)),
    case("F7-coding-nul", post(b"Transfer-Encoding\0: chunked", body=END + SMUGGLED)),
    case("F7-coding-space-before", post(" Transfer-Encoding: chunked", body=END + SMUGGLED)),
]  # fmt: skip


@pytest.mark.parametrize("raw", NAMES)
def test_a_name_with_white_space_is_refused(house: House, raw: bytes) -> None:
    assert refused(house, raw, 400, "malformed").closes


CODINGS: Final = [
    case("F8-another-word", codings("xchunked")),
    case("F8-identity", codings("identity")),
    case("F8-identity-last", codings("chunked, identity")),
    case("F8-chunked-twice", codings("chunked, chunked")),
    case("F8-quoted", codings('"chunked"')),
    case("F8-vertical-tab-before", codings(b"\x0bchunked")),
    case("F8-form-feed-behind", codings(b"chunked\x0c")),
    case("F8-nul-behind", codings(b"chunked\0")),
    case("F8-parameter", codings("chunked;q=1")),
    case("F8-comma-behind", codings("chunked,")),
    case("F8-two-words", codings("chunked gzip")),
    case("F8-gzip-last", codings("chunked, gzip")),
    case("F8-gzip", codings("gzip")),
    case("F8-empty", codings("")),
    case("F8-kelvin-sign", codings("chun\N{KELVIN SIGN}ed")),
    case("F8-no-break-space", codings(b"chunked\xa0")),
    case("F9-chunked-twice", codings("chunked", "chunked")),
    case("F9-identity-second", codings("chunked", "identity")),
    case("F9-nonsense-second", codings("chunked", "x")),
    case("F9-empty-second", codings("chunked", "")),
    case("F9-other-case", post(CHUNKED, "TRANSFER-ENCODING: cow", body=END + SMUGGLED)),
]  # fmt: skip


@pytest.mark.parametrize("raw", CODINGS)
def test_a_coding_that_is_not_chunked_alone_is_refused(house: House, raw: bytes) -> None:
    assert refused(house, raw, 400, "malformed").closes


SECOND: Final = [
    case("F8-comma-before", codings(",chunked")),
    case("F9-identity-first", codings("identity", "chunked")),
    case("F9-gzip-first", codings("gzip", "chunked")),
]


@pytest.mark.parametrize("raw", SECOND)
def test_a_coding_that_stands_in_two_places_is_refused(house: House, raw: bytes) -> None:
    assert refused(house, raw, 400, "framing").closes


@pytest.mark.parametrize("raw", [case("F8-gzip-first", codings("gzip, chunked"))])
def test_a_coding_below_chunks_is_not_supported(house: House, raw: bytes) -> None:
    assert refused(house, raw, 501, "not_implemented").closes


HIDDEN: Final = [
    case("F10-folded", post("Content-Length: 5", "Transfer-Encoding:", " chunked", body=END + SMUGGLED)),
    case("F10-folded-by-tab", post("Content-Length: 5", "Transfer-Encoding:", "\tchunked", body=END + SMUGGLED)),
    case("F10-in-a-fold", post("Content-Length: 5", "X-A: 1", " Transfer-Encoding: chunked", body=END + SMUGGLED)),
    case("F10-behind-a-bare-cr", post("Content-Length: 5", b"X-A: 1\rTransfer-Encoding: chunked", body=END + SMUGGLED)),
    case("F10-behind-a-bare-lf", post("Content-Length: 5", b"X-A: 1\nTransfer-Encoding: chunked", body=END + SMUGGLED)),
    case("F10-bare-cr-in-the-value", post("Content-Length: 5", b"Transfer-Encoding: \rchunked", body=END + SMUGGLED)),
    case("F10-bare-cr-in-the-name", post("Content-Length: 5", b"\rTransfer-Encoding: chunked", body=END + SMUGGLED)),
    case("F10-line-ends-in-lf", post("Content-Length: 5", b"Transfer-Encoding: chunked\nX-A: 1", body=END + SMUGGLED)),
    case("F10-head-ends-in-lf", b"POST /old/x HTTP/1.1\r\nHost: a\r\nContent-Length: 5\n\n" + SMUGGLED),
    case("F10-head-ends-in-cr", b"POST /old/x HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r" + SMUGGLED),
]  # fmt: skip


@pytest.mark.parametrize("raw", HIDDEN)
def test_a_field_hidden_by_odd_line_ends_is_refused(house: House, raw: bytes) -> None:
    assert refused(house, raw, 400, "malformed").closes


TWINS: Final = [
    case("F10-underscore-coding", post("Content-Length: 5", "Transfer_Encoding: chunked", body=b"hello")),
    case("F10-underscore-length", post("Content-Length: 5", "Content_Length: 50", body=b"hello")),
    case("F10-underscore-length-first", post("CONTENT_LENGTH: 50", "Content-Length: 5", body=b"hello")),
]


@pytest.mark.parametrize("raw", TWINS)
def test_an_underscore_twin_of_a_framing_field_goes_no_further(house: House, raw: bytes) -> None:
    received = passed(house, raw)
    assert received.body == b"hello"
    assert b"_" not in received.head


OLD: Final = [
    case("F11-chunked", b"POST /old/x HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + END + SMUGGLED),
    case("F11-kept-alive", b"POST /old/x HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n" + END + SMUGGLED),
    case("F11-get", b"GET /old/x HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + END + SMUGGLED),
]  # fmt: skip


@pytest.mark.parametrize("raw", OLD)
def test_chunks_in_an_http_1_0_request_are_refused(house: House, raw: bytes) -> None:
    assert refused(house, raw, 400, "framing").closes


def test_a_length_beside_chunks_in_an_http_1_0_request_is_refused(house: House) -> None:
    raw = b"POST /old/x HTTP/1.0\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n" + END + SMUGGLED
    assert refused(house, raw, 400, "malformed").closes


NOMINATED: Final = [
    case("F12-length", post("Connection: Content-Length", "Content-Length: 5", body=b"hello")),
    case("F12-coding", chunked(CHUNKS, "Connection: Transfer-Encoding")),
    case("F12-both-and-close-to-it", chunked(CHUNKS, "Connection: keep-alive, transfer-encoding, Content-Length")),
    case("F13-of-known-length", post("Content-Length: 5", body=b"hello", method="GET")),
    case("F13-chunked", post(CHUNKED, body=CHUNKS, method="GET")),
    case("F18-a-quoted-value", chunked(b'5;a="b \\" c"\r\nhello\r\n0\r\n\r\n')),
    case("F18-extensions", chunked(b"5;a;b=c ; d\r\nhello\r\n0;last\r\n\r\n")),
    case("F15-zeros-before", chunked(b"0005\r\nhello\r\n000\r\n\r\n")),
    case("F15-upper-case", chunked(b"5\r\nhello\r\n0\r\n\r\n")),
]  # fmt: skip


@pytest.mark.parametrize("raw", NOMINATED)
def test_a_body_arrives_whole_and_framed_once(house: House, raw: bytes) -> None:
    assert passed(house, raw).body == b"hello"


BODIES: Final = [
    case("F13-request-as-body", post(f"Content-Length: {len(SMUGGLED)}", body=SMUGGLED, method="GET")),
    case("F13-request-as-chunk", post(CHUNKED, body=HIDING, method="GET")),
    case("F13-request-as-body-of-head", post(f"Content-Length: {len(SMUGGLED)}", body=SMUGGLED, method="HEAD")),
    case("F13-request-as-body-of-delete", post(f"Content-Length: {len(SMUGGLED)}", body=SMUGGLED, method="DELETE")),
]  # fmt: skip


@pytest.mark.parametrize("raw", BODIES)
def test_a_request_that_is_a_body_stays_a_body(house: House, raw: bytes) -> None:
    assert passed(house, raw).body == SMUGGLED


PARTS: Final = {
    "length": post("Content-Length: 100", body=b"half"),
    "length-nothing": post("Content-Length: 100"),
    "length-all-but-one": post("Content-Length: 5", body=b"hell"),
    "chunk": chunked(b"64\r\nhalf"),
    "chunk-line": chunked(b"5\r\nhello\r\n5"),
    "chunks-without-a-last": chunked(b"5\r\nhello\r\n"),
    "chunk-data-without-end": chunked(b"5\r\nhello"),
    "last-chunk-alone": chunked(b"5\r\nhello\r\n0\r\n"),
    "trailers": chunked(b"5\r\nhello\r\n0\r\nX-Sum: 1\r\n"),
}
ENDINGS: Final[dict[str, Callable[[Client], None]]] = {
    "ends": lambda client: client.socket.shutdown(socket.SHUT_WR),
    "resets": lambda client: client.reset(),
}


@pytest.mark.parametrize("leave", [case(name, ending) for name, ending in ENDINGS.items()])
@pytest.mark.parametrize("raw", [case(f"F14-{name}", part) for name, part in PARTS.items()])
def test_a_request_that_breaks_off_is_never_a_whole_one(
    house: House, raw: bytes, leave: Callable[[Client], None]
) -> None:
    begun, over = threading.Event(), []

    def reading(conversation: Conversation) -> None:
        message = conversation.head()
        begun.set()
        try:
            conversation.request_body(message)
            over.append(message.body)
        except CutOff:
            over.append(None)

    house.legacy.script = reading
    with house.client() as client:
        client.send(raw)
        assert begun.wait(PATIENCE)
        leave(client)
        eventually(lambda: over, "the target sees the end")
    assert over == [None]
    mirror(house)
    with house.client() as client:
        assert client.get("/new/x").body == b"/new/x"


CHUNK_SIZES: Final = [
    case("F15-hexadecimal-prefix", b"0x5\r\nhello\r\n"),
    case("F15-plus", b"+5\r\nhello\r\n"),
    case("F15-minus", b"-5\r\nhello\r\n"),
    case("F15-underscore", b"1_0\r\n0123456789abcdef\r\n"),
    case("F15-space-before", b" 5\r\nhello\r\n"),
    case("F15-tab-before", b"\t5\r\nhello\r\n"),
    case("F15-space-behind", b"5 \r\nhello\r\n"),
    case("F15-2-to-the-64-plus-5", b"10000000000000005\r\nhello\r\n"),
    case("F15-2-to-the-63", b"8000000000000000\r\nhello\r\n"),
    case("F15-20-zeros-before", b"0" * 20 + b"5\r\nhello\r\n"),
    case("F15-empty", b"\r\nhello\r\n"),
    case("F15-extension-alone", b";a=b\r\nhello\r\n"),
    case("F15-no-hexadecimal-digit", b"5g\r\nhello\r\n"),
    case("F15-fullwidth-digit", "\N{FULLWIDTH DIGIT FIVE}\r\nhello\r\n".encode()),
    case("F15-superscript-two", b"\xb2\r\nab\r\n"),
    case("F15-two-crs", b"5\r\r\nhello\r\n"),
    case("F15-nul-behind", b"5\0\r\nhello\r\n"),
    case("F15-fraction", b"5.0\r\nhello\r\n"),
    case("F15-comma", b"5,5\r\nhello\r\n"),
    case("F16-line-ends-in-lf", b"5\nhello\r\n"),
    case("F16-line-ends-in-cr", b"5\rhello\r\n"),
    case("F16-data-ends-in-lf", b"5\r\nhello\n"),
    case("F16-data-ends-in-cr", b"5\r\nhello\r5\r\n"),
    case("F16-lf-in-an-extension", b"5;a\nb\r\nhello\r\n"),
    case("F16-cr-in-an-extension", b"5;a\rb\r\nhello\r\n"),
    case("F16-nul-in-an-extension", b"5;a\0b\r\nhello\r\n"),
    case("F16-lf-behind-an-extension", b"5;a=b\nhello\r\n"),
    case("F16-lf-in-an-extension-hides-a-chunk", b"5;\n30;\r\nhello\r\n"),
    case("F16-control-in-an-extension", b"5;a=\x01\r\nhello\r\n"),
    case("F16-extension-without-name", b"5;\r\nhello\r\n"),
    case("F16-extension-without-value", b"5;a=\r\nhello\r\n"),
    case("F16-space-as-extension", b"5 a\r\nhello\r\n"),
    case("F17-one-byte-more", b"5\r\nhello!\r\n"),
    case("F17-much-more", b"5\r\nhello, here is more\r\n"),
    case("F17-two-other-bytes", b"5\r\nhelloXX"),
    case("F17-two-other-bytes-then-a-chunk", b"5\r\nhelloXX5\r\nworld\r\n"),
    case("F17-lf-cr", b"5\r\nhello\n\r"),
    case("F17-no-end", b"5\r\nhello0\r\n\r\n"),
    case("F18-crlf-in-quotes", b'5;a="\r\nb"\r\nhello\r\n'),
    case("F18-quotes-without-end", b'5;a="b\r\nhello\r\n'),
    case("F18-escaped-crlf-in-quotes", b'5;a="\\\r\nb"\r\nhello\r\n'),
    case("F19-extension-of-64-kib", b"5;a=" + b"b" * 65_536 + b"\r\nhello\r\n"),
    case("F19-extensions-of-64-kib-in-all", b"".join(b"1;a=%b\r\nx\r\n" % (b"b" * 1000) for _ in range(64))),
    case("F19-2000-extensions", b"5" + b";a=b" * 2000 + b"\r\nhello\r\n"),
    case("F19-line-without-end", b"5" * 70_000),
]  # fmt: skip


@pytest.mark.parametrize("chunk", CHUNK_SIZES)
def test_a_chunk_that_is_not_exactly_one_is_refused(house: House, chunk: bytes) -> None:
    assert refused(house, chunked(chunk + END + SMUGGLED), 400, "framing").closes


@pytest.mark.parametrize("chunk", CHUNK_SIZES[::6])
def test_a_later_chunk_that_is_not_exactly_one_is_refused(house: House, chunk: bytes) -> None:
    assert refused(house, chunked(b"5\r\nhello\r\n" + chunk + END + SMUGGLED), 400, "framing").closes


TRAILERS: Final = [
    case("F19-2000-trailers", b"".join(b"X-%d: 1\r\n" % number for number in range(2000))),
    case("F19-trailer-of-64-kib", b"X-A: " + b"b" * 65_536 + b"\r\n"),
    case("F21-a-request-line", b"GET /new/smuggled HTTP/1.1\r\nHost: facade.test\r\n"),
    case("F21-no-colon", b"X-A\r\n"),
    case("F21-no-name", b": 1\r\n"),
    case("F21-space-before-the-colon", b"X-A : 1\r\n"),
    case("F21-folded", b"X-A: 1\r\n 2\r\n"),
    case("F21-line-ends-in-lf", b"X-A: 1\nX-B: 2\r\n"),
    case("F21-line-ends-in-cr", b"X-A: 1\rX-B: 2\r\n"),
    case("F21-nul", b"X-A: \0\r\n"),
]


@pytest.mark.parametrize("trailers", TRAILERS)
def test_trailers_that_are_too_many_or_none_are_refused(house: House, trailers: bytes) -> None:
    assert refused(house, chunked(b"5\r\nhello\r\n0\r\n" + trailers + b"\r\n" + SMUGGLED), 400, "framing").closes


def test_many_tiny_chunks_are_one_body(house: House) -> None:
    """F19-4000-chunks"""
    received = passed(house, chunked(b"1\r\nx\r\n" * 4000 + END))
    assert received.body == b"x" * 4000


FORBIDDEN: Final = [
    "Host: evil.example",
    "Authorization: Basic evil",
    "Proxy-Authorization: Basic evil",
    "Cookie: session=evil",
    "X-Forwarded-For: 6.6.6.6",
    "X_Forwarded_For: 6.6.6.6",
    "X-Forwarded-Port: 666",
    "X-Real-IP: 6.6.6.6",
    "Forwarded: for=6.6.6.6",
    "Via: 1.1 evil",
    "Content-Length: 666",
    "Transfer-Encoding: gzip",
    "Content-Type: text/evil",
    "Content-Encoding: evil",
    "Connection: evil",
    "Keep-Alive: evil",
    "Upgrade: evil",
    "TE: evil",
    "Trailer: evil",
    "Expect: evil",
    "Max-Forwards: 0",
    "Range: bytes=0-0",
    "If-Match: evil",
    "Cache-Control: evil",
    "X-Auth-User: evil",
    "X-HTTP-Method-Override: DELETE",
    "traceparent: evil",
]  # fmt: skip


@pytest.mark.parametrize("trailer", [case(f"F20-{line.partition(':')[0].lower()}", line) for line in FORBIDDEN])
def test_a_trailer_that_would_change_the_request_is_dropped(house: House, trailer: str) -> None:
    raw = chunked(b"5\r\nhello\r\n0\r\nX-Checksum: 1\r\n" + trailer.encode() + b"\r\nx-checksum: 2\r\n\r\n")
    received = passed(house, raw)
    assert received.trailers == [(b"X-Checksum", b"1"), (b"x-checksum", b"2")]
    assert b"evil" not in received.head + received.body
    assert b"6.6.6.6" not in received.head
    assert (received.method, received.body) == (b"POST", b"hello")


PAUSES: Final = [
    case("F22-length", "Content-Length: 5", b""),
    case("F22-length-half", "Content-Length: 5", b"he"),
    case("F22-chunked", CHUNKED, b""),
    case("F22-inside-a-chunk", CHUNKED, b"5\r\nhe"),
    case("F22-before-the-last-chunk", CHUNKED, b"5\r\nhello\r\n"),
]


@pytest.mark.parametrize(("framing", "begun"), PAUSES)
def test_a_body_that_pauses_is_timed_out_and_what_follows_is_no_request(
    house: House, framing: str, begun: bytes
) -> None:
    mirror(house)
    with counted(house, "slow_request"), house.client() as client:
        client.send(post(framing, f"X-Request-ID: paused-{begun.hex()}", body=begun))
        answered = client.response()
        problem(answered, 408)
        house.sidecar.said("request", request_id=f"paused-{begun.hex()}", status=408)
        assert answered.one("Proxy-Status") == b"facade; error=http_request_error"
        assert answered.closes
        client.send(SMUGGLED)  # the rest that is late may be anything
        goes_on(house, client, answered)
    assert all(b"follow-up" in each.target for each in arrived(house))


UPLOADS: Final = [
    case("F23-length", f"Content-Length: {200 + len(SMUGGLED)}", b"x" * 100, b"x" * 100 + SMUGGLED),
    case("F23-chunked", CHUNKED, b"c8\r\n" + b"x" * 100, b"x" * 100 + b"\r\n0\r\n\r\n" + SMUGGLED),
]


@pytest.mark.parametrize(("framing", "begun", "rest"), UPLOADS)
def test_an_early_answer_leaves_no_connection_half_read(house: House, framing: str, begun: bytes, rest: bytes) -> None:
    def early(conversation: Conversation) -> None:
        conversation.head()
        conversation.send(answer(b"early"))
        conversation.rest()

    house.legacy.script = early
    with house.client() as client:
        client.send(post(framing, body=begun))
        answered = client.response()
        assert (answered.status, answered.body) == (200, b"early")
        assert answered.closes
        client.send(rest)
        assert client.ended()
    eventually(lambda: house.legacy.conversations[0].socket.fileno() < 0, "the half-read connection is closed")
    mirror(house)
    with house.client() as client:
        assert client.get("/old/y").body == b"/old/y"
    assert house.legacy.targets == [b"/old/y"]
    assert len(house.legacy.conversations) == 2
    assert house.platform.targets == []


def test_an_early_answer_to_a_body_that_has_arrived_keeps_the_connection(house: House) -> None:
    """F23-whole"""
    assert passed(house, post("Content-Length: 5", body=b"hello")).body == b"hello"


REFUSED_UPLOADS: Final = [
    case("F24-too-large", "/old/x", "POST", 413, "body_size", "http_request_error", 2**21),
    case("F24-no-route", "/nowhere", "POST", 404, "no_route", "destination_not_found", 1000),
    case("F24-wrong-method", "/items/1", "POST", 405, "method", "http_request_error", 1000),
    case("F24-odd-path", "/old/../x", "POST", 400, "target", "http_request_error", 1000),
    case("F24-dead-target", "/dead/x", "POST", 502, "target_refused", "connection_refused", 1000),
]  # fmt: skip


@pytest.mark.parametrize(("target", "method", "status", "reason", "error", "length"), REFUSED_UPLOADS)
def test_a_refused_uploads_body_is_never_read_as_requests(
    house: House, target: str, method: str, status: int, reason: str, error: str | None, length: int
) -> None:
    raw = post(f"Content-Length: {length}", body=SMUGGLED, method=method, target=target)
    assert refused(house, raw, status, reason, error).closes


@pytest.mark.parametrize(("target", "method", "status", "reason", "error", "length"), REFUSED_UPLOADS[1:])
def test_a_refused_upload_that_is_all_here_keeps_the_connection(
    house: House, target: str, method: str, status: int, reason: str, error: str | None, length: int
) -> None:
    raw = post(f"Content-Length: {len(SMUGGLED)}", body=SMUGGLED, method=method, target=target)
    assert not refused(house, raw, status, reason, error).closes


@pytest.mark.parametrize("size", [case("F2-split-in-bytes", 1), case("F2-split-in-threes", 3)])
def test_a_message_in_small_pieces_is_read_like_one_in_one_piece(house: House, size: int) -> None:
    mirror(house)
    raw = chunked(b"5;a=b\r\nhello\r\n0\r\nX-Sum: 1\r\n\r\n") + request("GET", "/new/second")
    with house.client() as client:
        for start in range(0, len(raw), size):
            client.send(raw[start : start + size])
            time.sleep(0.001)
        assert client.response().body == b"/old/x"
        assert client.response().body == b"/new/second"
    assert house.legacy.requests[0].body == b"hello"
    assert strict.targets(house.legacy.conversations[0].received) == [b"/old/x"]


def test_nothing_that_was_hidden_is_in_the_log(own: House) -> None:
    assert own.sidecar.lines("request")
    assert b"smuggled" not in bytes(own.sidecar.output)
    assert b"evil" not in bytes(own.sidecar.output)
