import pytest

from facade.demo.records import OpenedClaim
from facade.demo.service import FAILS_EVERY, Releases, opened


def test_a_new_claim_is_opened_under_the_reference_that_was_asked_for():
    assert opened(b'{"reference": "N1", "nino": "QQ123456C", "amount": 1}') == OpenedClaim("N1")


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'{"reference": 1}', b"{}", b"\xff"])
def test_a_body_without_a_reference_opens_nothing(body: bytes):
    assert opened(body) is None


def test_a_good_release_never_fails_and_a_bad_one_for_every_so_many_reads():
    releases = Releases()
    assert not any(releases.fails() for _ in range(100))
    releases.is_bad = True
    assert [releases.fails() for _ in range(3 * FAILS_EVERY)] == ([False] * (FAILS_EVERY - 1) + [True]) * 3
    releases.is_bad = False
    assert not any(releases.fails() for _ in range(100))
