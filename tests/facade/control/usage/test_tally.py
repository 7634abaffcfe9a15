"""A day's sample added up."""

from __future__ import annotations

import pytest
from counted import a_route, a_sample, calls

from facade.control.usage.sample import band_of
from facade.control.usage.tally import tally
from facade.routing.share import place


def test_each_kept_call_stands_for_as_many_as_its_stretch_had() -> None:
    route = a_route()
    found = tally([a_sample(*calls(route, 10, keys=1), calls=1000), a_sample(*calls(route, 5, keys=1))])
    assert (found.calls, found.sampled) == (1005, 15)
    (band,) = found.bands
    assert (band.band, band.calls, band.keys) == (band_of(place(b"0", "titles.read")), 1005.0, 1)


def test_keys_count_once_and_calls_without_one_count_as_calls_only() -> None:
    route = a_route()
    found = tally(
        [
            a_sample(*calls(route, 100, keys=40)),
            a_sample(*calls(route, 50, keys=40)),
            a_sample(*calls(route, 7, keys=0)),
        ]
    )
    assert sum(band.keys for band in found.bands) == 40
    assert sum(band.calls for band in found.bands) == pytest.approx(157)
    assert [band.calls for band in found.bands if band.band is None] == [7.0]


def test_calls_of_a_stretch_that_kept_none_are_added_to_the_next() -> None:
    found = tally([a_sample(calls=30), a_sample(*calls(a_route(), 10, keys=1))])
    assert sum(band.calls for band in found.bands) == pytest.approx(found.calls) == pytest.approx(40)


def test_nothing_adds_up_to_nothing() -> None:
    assert tally([]).bands == ()
