"""A client's certificate in the fields that its targets read: whole, unmistakable, and nobody else's to send."""

from __future__ import annotations

import base64
import re
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facade.wire.client_certificate import LONGEST, MARK, alternative, distinguished, lines, vouch
from facade.wire.message import HTTP_1_1, RequestHead, name

NAMES = ["Client-Cert", "Client-Cert-Chain", "X-Client-Cert-Subject", "X-Client-Cert-San"]
OURS = b"\r\nClient-Cert: :b3Vycw==:"

anything = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


def head(*fields: bytes) -> RequestHead:
    return RequestHead(b"GET", b"/", HTTP_1_1, b"".join(b"\r\n" + field for field in fields))


def names(of: RequestHead) -> list[bytes]:
    return [name for name, _ in of.fields()]


def test_the_lines_hold_the_certificate_and_its_names():
    told = lines(b"\x30\x00", [[("countryName", "GB")], [("commonName", "a")]], [("DNS", "a.example"), ("URI", "b:c")])
    assert told == (
        b"\r\nClient-Cert: :MAA=:\r\nX-Client-Cert-Subject: CN=a,C=GB\r\nX-Client-Cert-San: DNS:a.example, URI:b:c"
    )


def test_a_certificate_without_names_has_no_fields_for_them():
    assert lines(b"\x30\x00", [], []) == b"\r\nClient-Cert: :MAA=:"


def test_what_is_too_long_is_left_out_and_never_shortened():
    many = [("DNS", f"{number:060}.example") for number in range(LONGEST // 60)]
    told = lines(b"\x30\x00", [[("commonName", "a")]], many)
    assert told == b"\r\nClient-Cert: :MAA=:\r\nX-Client-Cert-Subject: CN=a"
    assert lines(b"x" * LONGEST, [], []) == b""


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("plain", "CN=plain"),
        ('a,b+c"d\\e<f>g;h', 'CN=a\\,b\\+c\\"d\\\\e\\<f\\>g\\;h'),
        (" both ", "CN=\\ both\\ "),
        (" ", "CN=\\ "),
        ("#hash", "CN=\\#hash"),
        ("line\r\nX-Evil: 1\0", "CN=line\\0D\\0AX-Evil: 1\\00"),
        ("Zoë", "CN=Zo\\C3\\AB"),
        ("", "CN="),
    ],
)
def test_a_subject_is_written_as_rfc_4514_says(value: str, written: str):
    assert distinguished([[("commonName", value)]]) == written


def test_the_most_special_part_of_a_subject_comes_first_and_a_part_may_have_several_attributes():
    name = [[("countryName", "GB")], [("organizationName", "O"), ("emailAddress", "a@b")], [("1.2.3", "x")]]
    assert distinguished(name) == "1.2.3=x,O=O+emailAddress=a@b,C=GB"


@given(st.lists(st.tuples(st.sampled_from(["DNS", "URI", "email", "IP Address"]), anything), max_size=5))
def test_alternative_names_are_read_back_one_by_one(given_names: list[tuple[str, str]]):
    line = alternative(given_names)
    assert re.fullmatch(r"[\x20-\x7e]*", line)
    read = [part.partition(":") for part in line.split(", ")] if line else []
    kinds = {"IP": "IP Address"}
    assert [(kinds.get(kind, kind), unquote(value)) for kind, _, value in read] == given_names


def test_alternative_names_of_unknown_kinds_are_left_to_the_certificate():
    assert alternative([("othername", "<unsupported>"), ("DNS", "a")]) == "DNS:a"


@given(st.lists(st.tuples(anything, anything), max_size=4), anything)
def test_no_certificate_breaks_out_of_its_line(attributes: list[tuple[str, str]], alternative_name: str):
    subject = [[("commonName", value)] for _, value in attributes]
    told = lines(b"\x30", subject, [("DNS", alternative_name)])
    assert told.count(b"\r\n") == told.count(b"\n") == told.count(b"\r") <= 3
    assert told.isascii()


spelt = st.sampled_from(NAMES).flatmap(
    lambda name: st.tuples(
        *[
            st.sampled_from("-_") if character == "-" else st.sampled_from([character, character.upper()])
            for character in name
        ]
    ).map("".join)
)


@given(st.lists(spelt, max_size=4), st.booleans(), st.sampled_from([b"", OURS]))
def test_what_a_client_says_itself_goes_no_further_in_any_spelling(said: list[str], trusted: bool, ours: bytes):
    sent = head(b"Host: a", *[f"{each}: forged".encode() for each in said], b"X-Client: kept")
    assert not said or MARK in sent.lowered
    vouch(sent, ours, trusted=trusted)
    stays = [each.encode() for each in said if trusted and not ours and "_" not in each]
    assert names(sent) == [b"Host", *stays, b"X-Client", *[b"Client-Cert"] * bool(ours)]
    assert sent.lowered == sent.block.lower()


def test_neighbouring_names_are_not_touched():
    kept = [b"Client-Certificate: 1", b"X-Client-Cert: 2", b"Client-Cert-Chain-2: 3", b"XX-Client-Cert-San: 4"]
    sent = head(*kept)
    vouch(sent, b"", trusted=False)
    assert sent.lines() == kept


def test_the_fields_can_be_asked_for_after_that():
    sent = head(b"Host: a")
    vouch(sent, OURS, trusted=False)
    whole = sent.get(name("client-cert"))
    assert whole is not None
    assert base64.b64decode(whole.strip(b":")) == b"ours"
