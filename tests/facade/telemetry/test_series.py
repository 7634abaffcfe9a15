"""The numbers behind the metrics, and the text they make."""

from __future__ import annotations

from bisect import bisect_left

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from facade.telemetry.families import BOUNDS, Family
from facade.telemetry.series import Counter, Gauge, Histogram, Opened, escape

CALLS = Family("calls_total", "counter", "Calls.", ("route", "side"))
SECONDS = Family("seconds", "histogram", "Seconds.", ("route",))


def samples(text: str) -> dict[tuple[str, tuple[str, ...]], float]:
    found = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
    return {(sample.name, tuple(sample.labels.values())): sample.value for sample in found}


def test_a_counter_renders_as_one_line() -> None:
    counter = Counter(CALLS, ("a", "legacy"))
    counter.value += 3
    assert counter.text() == 'calls_total{route="a",side="legacy"} 3\n'


def test_a_gauge_without_labels_has_no_braces() -> None:
    assert Gauge(Family("lag", "gauge", "Lag."), (), 0.25).text() == "lag 0.25\n"


def test_an_observation_on_a_bound_counts_below_it() -> None:
    histogram = Histogram(SECONDS, ("a",))
    histogram.observe(BOUNDS[2])
    assert samples(histogram.text())["seconds_bucket", ("a", str(BOUNDS[2]))] == 1
    assert samples(histogram.text())["seconds_bucket", ("a", str(BOUNDS[1]))] == 0


def test_a_histogram_has_at_most_eight_buckets() -> None:
    assert Histogram(SECONDS, ("a",)).text().count("_bucket") <= 8


@given(st.lists(st.floats(min_value=0, max_value=1000)))
def test_a_histogram_agrees_with_itself_and_with_what_it_saw(observed: list[float]) -> None:
    histogram = Histogram(SECONDS, ("a",))
    for value in observed:
        histogram.observe(value)
    read = samples(histogram.text())
    assert read["seconds_bucket", ("a", "+Inf")] == read["seconds_count", ("a",)] == histogram.count == len(observed)
    assert read["seconds_sum", ("a",)] == pytest.approx(sum(observed))  # from 3.12 on `sum` carries the rounding along
    for bound in BOUNDS:
        assert read["seconds_bucket", ("a", str(bound))] == sum(value <= bound for value in observed)


def test_the_bounds_are_in_order() -> None:
    assert [bisect_left(BOUNDS, bound) for bound in BOUNDS] == list(range(len(BOUNDS)))


@given(st.text())
def test_no_label_value_breaks_out_of_its_quotes_or_its_line(value: str) -> None:
    for series in (Counter(CALLS, (value, "own")), Histogram(SECONDS, (value,))):
        text = series.text()
        assert text.count("\n") == len(list(series.samples()))
        assert f'route="{escape(value)}"' in text


@given(st.text(st.characters(exclude_characters="\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029", exclude_categories=["Cs"])))
def test_a_scraper_reads_the_label_that_was_meant(value: str) -> None:
    histogram = Histogram(SECONDS, (value,))
    header = "# TYPE seconds histogram\n"
    assert samples(header + histogram.text())["seconds_count", (value,)] == 0


def test_looking_a_series_up_opens_it_once() -> None:
    opened = Opened(CALLS, Counter)
    assert opened["a", "legacy"] is opened["a", "legacy"]
    assert len(opened) == 1


def test_series_of_owners_that_are_no_more_are_closed() -> None:
    opened = Opened(CALLS, Counter)
    opened["a", "legacy"].value = 1
    opened["b", "legacy"].value = 1
    opened.keep({"b", "c"})
    assert list(opened) == [("b", "legacy")]


def test_a_series_shows_what_it_holds() -> None:
    histogram = Histogram(SECONDS, ("a",))
    histogram.observe(0.5)
    assert repr(histogram) == "<seconds ('a',) count=1 sum=0.5>"
    assert repr(Counter(CALLS, ("a", "own"))) == '<calls_total{route="a",side="own"} 0>'
