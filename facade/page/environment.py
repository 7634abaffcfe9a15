"""How templates become pages: every value is escaped, and a name that is not there is an error.

The law of this file: what comes from a silo or from YAML becomes text and never markup. Jinja escapes it; and `shown`
takes what a browser would not show but obey, control characters and those that turn the reading direction, for both
elements and attributes.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Mapping
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from facade.config.standing import KEYS
from facade.control.describe import percent
from facade.routing.stage import Stage
from facade.telemetry.exposition import sliced

_INVISIBLE: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_STANDS_FOR_IT: Final = "\N{REPLACEMENT CHARACTER}"


def shown(value: object) -> object:
    """A value as it may stand in a page: the last thing done to each before it is escaped."""
    if isinstance(value, str) and not isinstance(value, Markup):
        return _INVISIBLE.sub(_STANDS_FOR_IT, value)
    return value


def day(value: datetime.date) -> Markup:
    """A day as it is read, and as a machine reads it: 31 March 2027."""
    return Markup('<time datetime="{}">{}</time>').format(value.strftime("%Y-%m-%d"), plain(value))


def moment(value: datetime.datetime) -> Markup:
    """A moment in UTC."""
    utc = value.astimezone(datetime.UTC)
    written = utc.strftime("%Y-%m-%dT%H:%M:%SZ")
    return Markup('<time datetime="{}">{}, {}</time>').format(written, plain(utc), utc.strftime("%H:%M:%S UTC"))


def plain(value: datetime.date) -> str:
    """A day in words, as text: `31 March 2027`."""
    return f"{value.day} {value:%B %Y}"


def share(value: float | None) -> str:
    """A share that was measured, to a tenth of a percent: it does not change with every call.

    >>> share(0.62345), share(1.0), share(0.0001), share(None)
    ('62.3%', '100%', 'under 0.1%', 'none yet')
    """
    if value is None:
        return "none yet"
    if 0 < value < _LEAST:
        return "under 0.1%"
    return f"{value * 100:.1f}".removesuffix(".0") + "%"


_LEAST: Final = 0.0005


def count(value: int) -> str:
    """A number as it is read: 1,203,456."""
    return f"{value:,}"


def verdict_words(kind: str) -> str:
    """A verdict as it is read: `not enough`."""
    return _VERDICTS.get(kind, kind)


_VERDICTS: Final = {"pass": "passes", "fail": "fails", "not_enough": "not enough yet", "error": "cannot be measured"}


def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("facade.page"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=shown,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.filters |= {
        "day": day,
        "moment": moment,
        "plain": plain,
        "percent": percent,
        "share": share,
        "count": count,
        "verdict": verdict_words,
    }
    made.globals |= {"index_of": list(Stage).index, "keys_words": KEYS}
    for name in made.list_templates():
        made.get_template(name)  # compiled before anybody waits: it takes tens of milliseconds
    return made


ENVIRONMENT: Final = _environment()


def texts(template: str, context: Mapping[str, object]) -> Iterator[str]:
    """A page in many short texts, made as they are asked for."""
    return ENVIRONMENT.get_template(template).generate(**context)


def slices(template: str, context: Mapping[str, object]) -> Iterator[bytes]:
    """A page in UTF-8, in bounded pieces: its sender gives the event loop back between two of them."""
    return sliced(texts(template, context))
