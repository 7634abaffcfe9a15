"""Whatever bytes a silo sends, the port's own errors are all that leaves."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from soap_messages import GET, answered, envelope, service, title

from facade.port import SiloError

CHARGES = '<Charges><Charge id="1" xsi:type="t:SecondCharge"><Lender>Fenland</Lender><Rank>1</Rank></Charge></Charges>'
WHOLE = envelope(title(f"<Price>1.5</Price><Area>1E3</Area>{CHARGES}<Company number='7'>Acme</Company>"))
FAULT = envelope("<s:Fault><faultcode>s:Client.X</faultcode><detail><t:TitleNotFound/></detail></s:Fault>")
MARKUP = "< > / & &amp; &#0; &#x110000; <!-- --> <![CDATA[ ]]> <?x?> <!DOCTYPE x=''> <s:Body/>".split()
ATTRIBUTES = (
    "xsi:nil='true' xsi:type='t:Charge' xsi:type='t:C>' xsi:type=':' xsi:type='' href='#1' xmlns='' xmlns:t='u'".split()
)
PIECES = st.sampled_from([f" {each}".encode() for each in MARKUP + ATTRIBUTES] + [b"\0", b"\xff", b"9" * 500, b"1E400"])
SERVICE = service(GET)


@given(st.sampled_from([WHOLE, FAULT]), st.data())
def test_a_message_with_something_put_in_is_answered_or_refused(message, data):
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(message)))
        end = data.draw(st.integers(start, min(len(message), start + 20)))
        message = message[:start] + data.draw(PIECES) + message[end:]
    with contextlib.suppress(SiloError):
        answered(message, SERVICE)


@given(
    st.sampled_from([WHOLE, FAULT]),
    st.integers(0, 2000),
    st.integers(0, 255),
    st.sampled_from([None, "utf-16", "latin-1", "\0"]),
)
def test_a_message_with_another_byte_is_answered_or_refused(message, place, byte, charset):
    place %= len(message)
    with contextlib.suppress(SiloError):
        answered(message[:place] + bytes([byte]) + message[place + 1 :], SERVICE, charset=charset)


@pytest.mark.parametrize(
    "name", ["t:Second>", ":", "", "t:", "nobody:Charge", "xsi:Charge", "t:Company", "t:TitleNumber", " "]
)
def test_a_type_that_a_silo_made_up_is_no_error_of_ours(name):
    with contextlib.suppress(SiloError):
        answered(WHOLE.replace(b"t:SecondCharge", name.encode()), SERVICE)


@given(st.binary(max_size=300))
def test_any_bytes_in_the_body_are_answered_or_refused(junk):
    with contextlib.suppress(SiloError):
        answered(envelope("").replace(b"</s:Body>", junk + b"</s:Body>"), SERVICE)
