"""Where references stand in fields, and that nothing else of a head ever changes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facade.telemetry.families import REWRITTEN
from facade.wire.message import block
from facade.wire.references import FIELDS, Kind, replace_references


def marked(kind: Kind, text: bytes) -> bytes:
    return b"%b[%b]" % (kind.name[:1].encode(), text)


def changed(line: bytes) -> bytes:
    """A field line with all that is found in brackets, after the letter of its kind."""
    after, _ = replace_references(b"\r\n" + line, marked)
    return after.removeprefix(b"\r\n")


@pytest.mark.parametrize("name", ["Location", "content-location", "LOCATION"])
def test_a_location_is_a_reference_as_a_whole(name: str) -> None:
    field = name.encode()
    assert changed(field + b": http://a/b?c#d") == field + b": R[http://a/b?c#d]"
    assert changed(field + b":\t /b \t") == field + b":\t R[/b] \t"


@pytest.mark.parametrize(
    ("value", "after"),
    [
        ("5; url=http://a/b", "5; url=R[http://a/b]"),
        ("5;URL=http://a/b", "5;URL=R[http://a/b]"),
        ("0.5 , Url = 'http://a/b' c", "0.5 , Url = 'R[http://a/b]' c"),
        ('0; url="http://a/b"', '0; url="R[http://a/b]"'),
        ('0; url="http://a/b', '0; url="R[http://a/b]'),
        ("0 url=http://a/b", "0 url=R[http://a/b]"),
        ("0; http://a/b c", "0; R[http://a/b c]"),
        ("5", "5"),
        ("soon; url=http://a/b", "soon; url=http://a/b"),
        ("; url=http://a/b", "; url=http://a/b"),
    ],
)
def test_a_refresh_is_read_as_browsers_read_it(value: str, after: str) -> None:
    assert changed(b"Refresh: " + value.encode()) == b"Refresh: " + after.encode()


@pytest.mark.parametrize(
    ("value", "after"),
    [
        ("<http://a/b>; rel=next", "<R[http://a/b]>; rel=next"),
        ("</x>;rel=preload;as=style , <http://a/>", "<R[/x]>;rel=preload;as=style , <R[http://a/]>"),
        (
            '<http://a/b,c;d>; title="a, <http://a/>; \\"x", <e>',
            '<R[http://a/b,c;d]>; title="a, <http://a/>; \\"x", <R[e]>',
        ),
        ('<b>; anchor="http://a/c"; rel=x', '<R[b]>; anchor="R[http://a/c]"; rel=x'),
        ('<b>; title="; anchor="; Anchor = "c"', '<R[b]>; title="; anchor="; Anchor = "R[c]"'),
        ("<b>; anchor=c;rel=x", "<R[b]>; anchor=R[c];rel=x"),
        ("<b>; anchor='c';rel=x", "<R[b]>; anchor='R[c]';rel=x"),
        ("<b>; anchor='c", "<R[b]>; anchor=R['c]"),
        ("<b>; anchor=; anchor", "<R[b]>; anchor=R[]; anchor"),
        ("<b>; title=anchor", "<R[b]>; title=anchor"),
        ("<b>; type=text/html;; crossorigin,", "<R[b]>; type=text/html;; crossorigin,"),
        ("<b>; title*=UTF-8''%e2%82%ac", "<R[b]>; title*=UTF-8''%e2%82%ac"),
        ("<>", "<R[]>"),
        (", ,", ", ,"),
    ],
)
def test_a_link_has_its_target_and_its_anchor(value: str, after: str) -> None:
    assert changed(b"Link: " + value.encode()) == b"Link: " + after.encode()


@pytest.mark.parametrize(
    ("value", "after"),
    [
        ("http://a/b", "http://a/b"),
        ("<http://a/b", "<http://a/b"),
        ("<http://a/b> rel=next", "<R[http://a/b]> rel=next"),
        ("<b>; rel=next <http://a/c>", "<R[b]>; rel=next <R[http://a/c]>"),
        ('<b>; title="open', '<R[b]>; title="open'),
        ('<b>, <c>; title="x, <d>; anchor="e"; y=f', '<R[b]>, <R[c]>; title="x, <R[d]>; anchor="R[e]"; y=f'),
        ("<b> x; Anchor = 'c'", "<R[b]> x; Anchor = 'R[c]'"),
        ("<http://a/b>, http://a/c", "<R[http://a/b]>, http://a/c"),
        ("<http://<a>/b>", "<http://<R[a]>/b>"),
    ],
)
def test_in_links_that_cannot_be_read_all_that_may_be_one_is_found(value: str, after: str) -> None:
    assert changed(b"Link: " + value.encode()) == b"Link: " + after.encode()


@pytest.mark.parametrize(
    ("value", "after"),
    [
        ("a=b; Domain=a.example; Path=/x; HttpOnly", "a=b; Domain=D[a.example]; Path=P[/x]; HttpOnly"),
        ("a=b;domain=.a.example ;path = /x y ", "a=b;domain=.D[a.example] ;path = P[/x y] "),
        ("domain=a; x-path=/x; pathx=/x; Secure", "domain=a; x-path=/x; pathx=/x; Secure"),
        ("a=b; domain; path=", "a=b; domain; path=P[]"),
        ('a="; domain=c"; Domain=d', 'a="; domain=D[c"]; Domain=D[d]'),
    ],
)
def test_a_cookie_has_its_domain_and_its_path(value: str, after: str) -> None:
    assert changed(b"Set-Cookie: " + value.encode()) == b"Set-Cookie: " + after.encode()


@pytest.mark.parametrize(
    ("value", "after"),
    [
        ('h2="a.example:443"; ma=60, h3=":443"', 'h2="A[a.example:443]"; ma=60, h3="A[:443]"'),
        ('h2 = "[::1]:443"; persist=1', 'h2 = "A[[::1]:443]"; persist=1'),
        ("clear", "clear"),
        ('h2="a', 'h2="A[a]'),
        ("h2=a.example:443; ma=60, h3=:443", "h2=A[a.example:443]; ma=60, h3=A[:443]"),
        ('h2="\\a\\"b:1"; x=y', 'h2="A[\\a\\"b:1]"; x=y'),
    ],
)
def test_alternatives_have_their_authorities(value: str, after: str) -> None:
    assert changed(b"Alt-Svc: " + value.encode()) == b"Alt-Svc: " + after.encode()


def test_what_must_not_stand_goes_with_its_whole_line() -> None:
    head = block([(b"A", b"1"), (b"Alt-Svc", b'h2="a:1", h3=":2"'), (b"Location", b"a"), (b"alt-svc", b'h3=":2"')])
    after, named = replace_references(head, lambda _, text: None if text == b"a:1" else text)
    assert named == ["alt-svc"]
    assert after == block([(b"A", b"1"), (b"Location", b"a"), (b"alt-svc", b'h3=":2"')])


@pytest.mark.parametrize("name", ["X-Location", "Location2", "Links", "Set-Cookie2", "Cookie", "URI"])
def test_in_other_fields_nothing_is_found(name: str) -> None:
    line = name.encode() + b": http://a/b"
    assert changed(line) == line


def test_each_line_that_differs_is_named() -> None:
    fields = [(b"LOCATION", b"x"), (b"Set-Cookie", b"a=b; path=x"), (b"Server", b"x"), (b"Set-Cookie", b"a=b; path=y"),
              (b"set-cookie", b"a=b; Path=x"), (b"Link", b"x")]  # fmt: skip
    after, named = replace_references(block(fields), lambda _, text: b"z" if text == b"x" else text)
    assert named == ["location", "set-cookie", "set-cookie"]
    assert after == block(
        [(b"LOCATION", b"z"), (b"Set-Cookie", b"a=b; path=z"), (b"Server", b"x"), (b"Set-Cookie", b"a=b; path=y"),
         (b"set-cookie", b"a=b; Path=z"), (b"Link", b"x")]
    )  # fmt: skip


octets = st.binary().map(lambda data: bytes(octet for octet in data if octet == 9 or (octet >= 32 and octet != 127)))
spelt = st.sampled_from(b"<http://a/b>|;|,|=| |'|\"|\\|url|5|anchor|domain|path|\xe9|<|>".split(b"|"))
values = octets | st.lists(spelt).map(b"".join)
names = st.sampled_from([*sorted(FIELDS), "Server", "X-Location"]).map(str.encode)
blocks = st.lists(st.tuples(names, values)).map(block)


@given(blocks)
def test_where_nothing_becomes_anything_else_not_a_byte_changes(head: bytes) -> None:
    assert replace_references(head, lambda _, text: text) == (head, [])


@given(blocks)
def test_whatever_becomes_of_what_is_found_the_rest_of_the_head_stays(head: bytes) -> None:
    seen: list[bytes] = []

    def remember(_: Kind, text: bytes) -> bytes:
        seen.append(text)
        return b"\x00"

    after, _ = replace_references(head, remember)
    pieces = after.split(b"\x00")
    assert len(pieces) == len(seen) + 1
    assert b"".join(piece + text for piece, text in zip(pieces, [*seen, b""], strict=True)) == head


def test_no_value_takes_more_than_linear_time() -> None:
    """A quadratic pattern would take minutes over these; the time limit of a test is what would tell."""
    size = 250_000
    for piece in (
        b"<a>;",
        b"<",
        b'<a>;a="',
        b"; ",
        b" ",
        b",",
        b";domain",
        b"5 ",
        b";;;",
        b"<a>;a=\\",
        b";\t=",
        b"\\",
        b"=a",
        b"=:1",
        b'="\\',
        b'<a>"',
        b" anchor=",
    ):
        for name in sorted(FIELDS):
            for start in (b"", b"0", b"<a>", b'<a>;a="', b"a=b;path="):
                value = start + piece * (size // len(piece))
                changed(name.encode() + b": " + value + b"\x01")


def test_the_fields_are_those_that_the_metric_names() -> None:
    assert set(REWRITTEN) == FIELDS
