"""From series to what a scraper reads: Prometheus text format 0.0.4, in slices; and the same for `prometheus_client`.

`prometheus_client.generate_latest` makes the whole text in one go, which at 1,000 routes holds the event loop for a
quarter of a second. Here each slice is a bounded piece of text, and whoever sends it gives the loop back in between.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from prometheus_client.core import Metric
from prometheus_client.registry import Collector

from facade.telemetry.families import Family
from facade.telemetry.series import Series

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"

SLICE_CHARACTERS: Final = 16 * 1024
"""A slice ends when it is this long: about 200 lines, a fifth of a millisecond of work."""

Source = tuple[Family, Iterable[Series]]


def slices(sources: Iterable[Source]) -> Iterator[bytes]:
    """Render families one after the other, in slices; HELP and TYPE stand once before each family's series."""
    return sliced(_texts(sources))


def sliced(texts: Iterable[str]) -> Iterator[bytes]:
    """Join many short texts into few of at least `SLICE_CHARACTERS`, in UTF-8; the last one may be shorter."""
    piece: list[str] = []
    size = 0
    for text in texts:
        piece.append(text)
        size += len(text)
        if size >= SLICE_CHARACTERS:
            yield _encoded(piece)
            piece.clear()
            size = 0
    if piece:
        yield _encoded(piece)


def _encoded(piece: list[str]) -> bytes:
    """Half of a surrogate pair, which YAML can write and UTF-8 cannot, becomes a question mark."""
    return "".join(piece).encode("utf-8", "replace")


def _texts(sources: Iterable[Source]) -> Iterator[str]:
    for family, series in sources:
        yield f"# HELP {family.name} {family.documentation}\n# TYPE {family.name} {family.kind}\n"
        for each in series:
            yield each.text()


class SeriesCollector(Collector):
    """Shows the same series to a `prometheus_client` registry, for tools and tests that read one."""

    def __init__(self, sources: Callable[[], Iterable[Source]]) -> None:
        self._sources = sources

    def collect(self) -> Iterator[Metric]:
        for family, series in self._sources():
            metric = Metric(family.name.removesuffix("_total"), family.documentation, family.kind)
            metric.samples = [sample for each in series for sample in each.samples()]
            yield metric
