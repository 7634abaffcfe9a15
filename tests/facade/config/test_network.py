from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facade.config.network import HostPort, parse_address, parse_network, parse_origin, parse_successor, parse_token
from facade.config.types import Unfit


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("127.0.0.1:8080", HostPort("127.0.0.1", 8080)),
        ("0.0.0.0:0", HostPort("0.0.0.0", 0)),
        ("localhost:65535", HostPort("localhost", 65535)),
        ("[::1]:8080", HostPort("::1", 8080)),
        ("[2001:DB8::0]:1", HostPort("2001:db8::", 1)),
    ],
)
def test_an_address_is_host_and_port(text: str, address: HostPort):
    assert parse_address(text) == address


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("8080", "is not an address; write host:port, such as 127.0.0.1:8080 or [::1]:8080"),
        ("::1:8080", "names no host; write 127.0.0.1 before the colon for this machine only, 0.0.0.0 for all"),
        (":8080", "names no host; write 127.0.0.1 before the colon for this machine only, 0.0.0.0 for all"),
        ("http://a:1", "is not an address; write host:port, such as 127.0.0.1:8080 or [::1]:8080"),
        ("a b:1", "is not an address; write host:port, such as 127.0.0.1:8080 or [::1]:8080"),
        ("a:70000", "has a port above 65535; write one from 1 to 65535"),
        ("[::g]:1", "is not an address; write host:port, such as 127.0.0.1:8080 or [::1]:8080"),
        ("[1::2::3]:1", "has no good IPv6 address in its brackets; write one such as [::1]"),
    ],
)
def test_what_is_no_address_says_why(text: str, sentence: str):
    with pytest.raises(Unfit) as caught:
        parse_address(text)
    assert str(caught.value) == sentence


@pytest.mark.parametrize(
    "text", ["http://127.0.0.1:7101", "https://api.example", "http://[::1]:1", "http://my_service:80"]
)
def test_an_origin_is_scheme_host_and_port(text: str):
    assert parse_origin(text) == text


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("ftp://a", "is not an http(s) URL"),
        ("land-registry.get", "is not an http(s) URL"),
        ("HTTP://a", "is not an http(s) URL"),
        ("http://user:secret@a", "carries a user name or a password"),
        ("http://secret@a/b?c", "carries a user name or a password"),
        ("http://a?b=c", "carries a query or a fragment"),
        ("http://a#b", "carries a query or a fragment"),
        ("http://a/", "carries a path or a slash at its end"),
        ("http://a/b", "carries a path or a slash at its end"),
        ("http://", "has no good host"),
        ("http://a b", "has no good host"),
        ("http://a\n", "has no good host"),
        ("http://a:0", "names port 0"),
        ("http://a:65536", "has a port above 65535"),
        ("http://[::1", "has no good host"),
    ],
)
def test_what_is_no_origin_says_why_without_repeating_it(text: str, what: str):
    with pytest.raises(Unfit) as caught:
        parse_origin(text)
    assert str(caught.value).startswith(f"{what}; ")
    assert "secret" not in str(caught.value).replace("secrets never", "")


def test_a_network_is_in_cidr_form_or_one_address():
    assert parse_network("127.0.0.0/8") == ip_network("127.0.0.0/8")
    assert parse_network("::1") == ip_network("::1/128")
    with pytest.raises(Unfit, match=r"has bits set behind its mask; write 10\.0\.0\.0/8"):
        parse_network("10.1.2.3/8")
    with pytest.raises(Unfit, match=r"is not a network; write one such as 10\.0\.0\.0/8, or one address"):
        parse_network("localhost")


@pytest.mark.parametrize("text", ["/", "/new/{number}", "https://example.org", "http://a:1/b/{x...}"])
def test_a_successor_is_a_path_or_a_url(text: str):
    assert parse_successor(text) == text


@pytest.mark.parametrize("text", ["new", "ftp://a", "//evil.example", "http://u:p@a/b", "/a b", "/a\r\nX: y", "/a?b=c"])
def test_what_is_no_successor_is_refused(text: str):
    with pytest.raises(ValueError, match="; "):
        parse_successor(text)


def test_a_token_can_stand_in_a_header():
    assert parse_token("s3cret-!") == "s3cret-!"
    for text in ("", "two words", "naïve", "a\n"):
        with pytest.raises(Unfit, match="is no token"):
            parse_token(text)


@given(st.text(max_size=40) | st.from_regex(r"https?://.{0,20}", fullmatch=True))
def test_no_text_is_too_odd_to_be_refused(text: str):
    for parse in (parse_address, parse_origin, parse_network, parse_successor, parse_token):
        try:
            parse(text)
        except ValueError as error:
            assert "; " in str(error)  # noqa: PT017 - what is raised is the subject, and it need not be
