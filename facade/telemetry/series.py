"""Series: the numbers behind the metrics, as small as they can be, because every request touches them.

`prometheus_client`'s own instruments cost 0.3 us a count and 0.7 us an observation, plus as much again to find their
labels; these are a dictionary look-up and plain integers. A series is changed on the event loop only, so it needs no
lock, and it renders itself in one go, so a histogram's count is always the sum of its buckets.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Collection, Iterator
from itertools import accumulate
from typing import Final, Protocol, TypeVar

from prometheus_client.samples import Sample

from facade.telemetry.families import BOUNDS, Family

Labels = tuple[str, ...]

_BUCKETS: Final = (*(str(bound) for bound in BOUNDS), "+Inf")


class Series(Protocol):
    """One series of a family: its lines of the text format, and the same as samples."""

    def __init__(self, family: Family, labels: Labels) -> None: ...

    def text(self) -> str: ...

    def samples(self) -> Iterator[Sample]: ...


class Counter:
    """A number that only grows: `counter.value += 1`."""

    __slots__ = ("_family", "_head", "_labels", "value")

    def __init__(self, family: Family, labels: Labels, value: float = 0) -> None:
        self._family = family
        self._labels = labels
        self._head = _head(family.name, _pairs(family, labels))
        self.value = value

    def __repr__(self) -> str:
        return f"<{self.text().rstrip()}>"

    def text(self) -> str:
        return f"{self._head} {self.value}\n"

    def samples(self) -> Iterator[Sample]:
        yield Sample(self._family.name, dict(zip(self._family.labels, self._labels, strict=True)), self.value)


class Gauge(Counter):
    """A number that goes up and down: whoever holds it sets `value`."""

    __slots__ = ()


class Histogram:
    """How many observations fell into each bucket, and their sum. `buckets` are not yet added up."""

    __slots__ = ("_family", "_labels", "_template", "buckets", "sum")

    def __init__(self, family: Family, labels: Labels) -> None:
        self._family = family
        self._labels = labels
        self._template = _template(family, labels)
        self.buckets = [0] * len(_BUCKETS)
        self.sum = 0.0

    def __repr__(self) -> str:
        return f"<{self._family.name} {self._labels} count={self.count} sum={self.sum}>"

    @property
    def count(self) -> int:
        return sum(self.buckets)

    def observe(self, value: float) -> None:
        """Count one observation; a bound belongs to the bucket below it (`le`)."""
        self.buckets[bisect_left(BOUNDS, value)] += 1
        self.sum += value

    def text(self) -> str:
        below = tuple(accumulate(self.buckets))
        return self._template % (*below, self.sum, below[-1])

    def samples(self) -> Iterator[Sample]:
        labels = dict(zip(self._family.labels, self._labels, strict=True))
        below = tuple(accumulate(self.buckets))
        for bound, count in zip(_BUCKETS, below, strict=True):
            yield Sample(f"{self._family.name}_bucket", {**labels, "le": bound}, count)
        yield Sample(f"{self._family.name}_sum", labels, self.sum)
        yield Sample(f"{self._family.name}_count", labels, below[-1])


AnySeries = TypeVar("AnySeries", bound=Series)


class Opened(dict[Labels, AnySeries]):
    """The series of one family by their labels. Looking one up opens it: a series exists once something happened."""

    def __init__(self, family: Family, kind: Callable[[Family, Labels], AnySeries]) -> None:
        super().__init__()
        self.family = family
        self._kind = kind

    def __missing__(self, labels: Labels) -> AnySeries:
        series = self[labels] = self._kind(self.family, labels)
        return series

    def keep(self, owners: Collection[str]) -> None:
        """Close each series whose owner (its first label) is not among `owners`."""
        for labels in [labels for labels in self if labels[0] not in owners]:
            del self[labels]


def escape(value: str) -> str:
    r"""Escape a label's value as the text format 0.0.4 asks: backslash, double quote and line feed.

    >>> escape('a"b')
    'a\\"b'
    """
    return value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


def _pairs(family: Family, labels: Labels) -> list[str]:
    return [f'{name}="{escape(value)}"' for name, value in zip(family.labels, labels, strict=True)]


def _head(name: str, pairs: list[str]) -> str:
    return f"{name}{{{','.join(pairs)}}}" if pairs else name


def _template(family: Family, labels: Labels) -> str:
    """All lines of a histogram with a place for each number: made once, so that a scrape only fills it in."""
    pairs = [pair.replace("%", "%%") for pair in _pairs(family, labels)]
    lines = [f"{_head(f'{family.name}_bucket', [*pairs, _le(bound)])} %d\n" for bound in _BUCKETS]
    lines.append(f"{_head(f'{family.name}_sum', pairs)} %r\n")
    lines.append(f"{_head(f'{family.name}_count', pairs)} %d\n")
    return "".join(lines)


def _le(bound: str) -> str:
    return f'le="{bound}"'
