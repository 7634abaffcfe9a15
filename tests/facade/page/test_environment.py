"""How values become pages: escaped, visible, and in the operator's words."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import UndefinedError
from markupsafe import Markup
from shown import Page

from facade.page.environment import ENVIRONMENT, day, moment, share, shown, slices
from facade.telemetry.exposition import SLICE_CHARACTERS

TEMPLATE = ENVIRONMENT.from_string('<p title="{{ value }}">{{ value }}</p>')


@given(st.text())
def test_any_text_is_text_in_an_element_and_in_an_attribute(text: str) -> None:
    page = Page(TEMPLATE.render(value=text))
    assert [tag for tag, _ in page.tags] == ["p"]
    assert list(page.all("p")[0]) == ["title"]


@pytest.mark.parametrize("sign", ["\x00", "\x1b", "\x7f", "\x9b", "\u202e", "\u2066", "\u200f"])
def test_what_a_browser_would_obey_and_not_show_is_shown(sign: str) -> None:
    assert TEMPLATE.render(value=f"a{sign}b").count("a\ufffdb") == 2


def test_what_is_markup_already_is_left_alone() -> None:
    assert shown(Markup("<b>\x00</b>")) == "<b>\x00</b>"


def test_a_name_that_is_not_there_is_an_error_and_no_gap() -> None:
    with pytest.raises(UndefinedError):
        TEMPLATE.render()


def test_days_and_moments_are_read_by_people_and_machines() -> None:
    assert day(datetime.date(2027, 3, 1)) == '<time datetime="2027-03-01">1 March 2027</time>'
    zone = datetime.timezone(datetime.timedelta(hours=2))
    at = datetime.datetime(2026, 11, 23, 1, 0, 5, tzinfo=zone)
    assert moment(at) == '<time datetime="2026-11-22T23:00:05Z">22 November 2026, 23:00:05 UTC</time>'


@pytest.mark.parametrize(
    ("part", "said"),
    [(None, "none yet"), (0.0, "0%"), (0.0001, "under 0.1%"), (0.62345, "62.3%"), (0.5, "50%"), (1, "100%")],
)
def test_a_share_is_told_to_a_tenth_and_something_is_never_nothing(part: float | None, said: str) -> None:
    assert share(part) == said


def test_a_long_page_comes_in_pieces_that_are_bounded() -> None:
    made = ENVIRONMENT.from_string("{% for n in range(20000) %}<p>{{ n }}</p>{% endfor %}")
    ENVIRONMENT.cache.clear()  # type: ignore[union-attr]  # it has one
    assert ENVIRONMENT.cache is not None
    assert max(map(len, made.generate())) < SLICE_CHARACTERS
    assert list(slices("callers.html", _callers()))[-1].endswith(b"</html>")


def _callers() -> dict[str, object]:
    frame = {"version": "1", "at": datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC), "since": "0", "here": ""}
    return {**frame, "callers": [], "days": 30, "silos": set(), "more": 0}
