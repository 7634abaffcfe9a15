"""The date of the facade's own answers."""

from __future__ import annotations

from facade.wire.dates import HttpDate


def test_the_date_is_written_as_http_writes_it_and_goes_on_with_the_clock() -> None:
    moment = 784_111_777.0  # RFC 9110 section 5.6.7 has this one
    date = HttpDate(lambda: moment)
    assert date() == b"Sun, 06 Nov 1994 08:49:37 GMT"
    moment += 0.9
    assert date() == b"Sun, 06 Nov 1994 08:49:37 GMT"
    moment += 0.1
    assert date() == b"Sun, 06 Nov 1994 08:49:38 GMT"
    moment -= 3600  # somebody set the clock
    assert date() == b"Sun, 06 Nov 1994 07:49:38 GMT"
