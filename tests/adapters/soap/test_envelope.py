"""Envelopes that could be read in two ways, or that cost more than their length, are not read."""

from __future__ import annotations

import pytest
from soap_messages import GET, answered, envelope, service, title

from adapters.soap.envelope import MAX_REPLY_BYTES
from adapters.soap.wsdl import Version
from facade.port import SiloNonsense

WHOLE = envelope(title())
BOMB = "<!DOCTYPE b [<!ENTITY a0 'ha'>" + "".join(f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 12)) + "]>"


def refused(message, words="no usable answer", **how):
    with pytest.raises(SiloNonsense, match=words) as nonsense:
        answered(message, **how)
    assert "secret" not in str(nonsense.value)


@pytest.mark.parametrize(
    "before",
    [
        BOMB,
        '<!DOCTYPE b [<!ENTITY x SYSTEM "file:///etc/hostname">]>',
        '<!DOCTYPE b [<!ENTITY % x SYSTEM "http://127.0.0.1:9/x"> %x;]>',
        '<!DOCTYPE b SYSTEM "http://127.0.0.1:9/x.dtd">',
        "<!-- c --><!DOCTYPE b>",
        "<?xml-stylesheet href='file:///etc/hostname'?>",
        "<?php echo 'secret' ?>",
        "secret",
    ],
)
def test_nothing_stands_before_the_root(before):
    refused(envelope(title(), before=before))
    refused(envelope(title(), before='<?xml version="1.0"?>' + before))


def test_an_entity_is_nothing_without_a_document_type():
    refused(envelope(title("<Person>&secret;</Person>")))


def test_a_comment_before_the_root_is_a_comment():
    assert answered(envelope(title(), before="<?xml version='1.0' encoding='utf-8'?>\n<!-- from COBOL -->\n"))


def test_nesting_ends_somewhere():
    refused(envelope(title(f"<x:y xmlns:x='u'>{'<x:z>' * 200_000}{'</x:z>' * 200_000}</x:y>")), "tags")
    refused(envelope(title(f"<x:y xmlns:x='u'>{'<x:z>' * 300}{'</x:z>' * 300}</x:y>")), "nested too deep")
    refused(envelope(title(f"<x:y xmlns:x='u'>{'<x:z>' * 100}{'</x:z>' * 100}</x:y>")), "nested")


def test_attributes_end_somewhere():
    many = " ".join(f"a{number}='1'" for number in range(60_000))
    refused(envelope(title(f"<x:y xmlns:x='u' {many}/>")), "attributes")


def test_a_message_ends_somewhere():
    refused(envelope(title(f"<Person>{'x' * MAX_REPLY_BYTES}</Person>")), "larger")


@pytest.mark.parametrize(
    "message",
    [
        WHOLE.replace(b"</s:Body>", b"</s:Body><s:Body/>"),
        WHOLE.replace(b"<s:Body>", b"<s:Body/><s:Body>"),
        WHOLE.replace(b"<s:Body>", b"<s:Header/><s:Header/><s:Body>"),
        WHOLE.replace(b"</s:Body>", b"</s:Body><s:Header/>"),
        WHOLE.replace(b"s:Body>", b"Body>"),
        WHOLE.replace(b"s:Envelope", b"s:Envelop"),
        WHOLE.replace(b"</s:Body>", b"<x/></s:Body>"),
        WHOLE.replace(b"<s:Body>", b"<s:Body><?php x?>"),
        WHOLE.replace(b"<s:Body>", b"<s:Header/><?php x?><s:Body>"),
        envelope(title(), Version.SOAP_1_2),
        envelope(""),
        envelope(title().replace("GetTitleRegisterResponse", "GetOtherResponse")),
        envelope(title().replace("urn:land-registry:types", "urn:land-registry:types2")),
        WHOLE[:-20],
        WHOLE + b"<x/>",
        b"",
        b"<html><body>secret</body></html>",
        b'{"secret": 1}',
    ],
)
def test_what_is_not_one_envelope_with_one_answer_is_nonsense(message):
    refused(message)


def test_a_header_is_passed_over():
    assert answered(WHOLE.replace(b"<s:Body>", b"<s:Header><x>1</x></s:Header><s:Body>"))["title_no"] == "AB1"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1", "windows-1252"])
def test_a_silos_encoding_is_read(encoding):
    text = f'<?xml version="1.0" encoding="{encoding}"?>' + envelope(title("<Person>Zoë</Person>")).decode()
    assert answered(text.encode(encoding))["person"] == "Zoë"
    assert answered(text.encode(encoding), charset=encoding)["person"] == "Zoë"


@pytest.mark.parametrize(
    ("written", "said", "charset"),
    [
        ("utf-7", "utf-7", None),
        ("utf-8", "utf-7", None),
        ("utf-8", "utf-8", "utf-7"),
        ("utf-8", "iso-8859-1", "utf-8"),
        ("utf-16", "utf-8", None),
        ("utf-16", "utf-16", "utf-8"),
        ("utf-16-le", "utf-16", None),
        ("utf-8", "utf-16", None),
        ("utf-32", "utf-32", None),
        ("iso-8859-1", "utf-8", None),
    ],
)
def test_an_encoding_that_could_be_taken_for_another_is_refused(written, said, charset):
    text = f'<?xml version="1.0" encoding="{said}"?>' + envelope(title("<Person>Zoë</Person>")).decode()
    refused(text.encode(written), charset=charset)


def test_a_good_status_is_no_good_answer_by_itself():
    refused(WHOLE, "status 500, and no Fault", status=500)


def test_the_service_says_nothing_of_its_messages():
    assert "AB1" not in repr(service(GET))
