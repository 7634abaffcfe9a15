import pytest

from facade.demo.records import OpenedClaim
from facade.demo.service import opened


def test_a_new_claim_is_opened_under_the_reference_that_was_asked_for():
    assert opened(b'{"reference": "N1", "nino": "QQ123456C", "amount": 1}') == OpenedClaim("N1")


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'{"reference": 1}', b"{}", b"\xff"])
def test_a_body_without_a_reference_opens_nothing(body: bytes):
    assert opened(body) is None
