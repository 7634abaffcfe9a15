from __future__ import annotations

import ssl

import pytest
import trustme
from structlog.testing import capture_logs

from facade.control.handshakes import Handshakes


def server() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("localhost").configure_cert(context)
    return context


def meet(context: ssl.SSLContext, said: bytes) -> None:
    """A handshake in memory with a client that says this."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    side = context.wrap_bio(incoming, outgoing, server_side=True)
    with pytest.raises(ssl.SSLWantReadError):
        side.do_handshake()
    incoming.write(said)
    with pytest.raises(ssl.SSLError):
        side.do_handshake()


def test_failed_handshakes_are_told_in_one_line_by_openssls_own_words():
    handshakes, context = Handshakes("listen"), server()
    handshakes.watch(context)
    for _ in range(5):
        meet(context, b"GET / HTTP/1.1\r\n\r\n")
    meet(context, b"\x00" * 20)
    assert repr(handshakes) == "<Handshakes listen failed=6>"
    with capture_logs() as said:
        handshakes.report()
        handshakes.report()
    [line] = said
    assert line["log_level"] == "warning"
    assert line["problem"].startswith("listen: 6 TLS handshakes failed (HTTP_REQUEST 5, ")
    assert "; look at " in line["problem"]


def test_where_none_failed_nothing_is_said():
    handshakes = Handshakes("listen")
    handshakes.watch(server())
    with capture_logs() as said:
        handshakes.report()
    assert said == []
