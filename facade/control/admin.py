"""The listener `admin`: what `observe` has, the status page, and the API that the commands read. Read-only.

`/api/routes` is `{"routes": […], "silos": […]}`, `/api/config` a `ConfigView`, `/api/explain` an `Explanation`; their
fields are those of the values they are made from. No secret is in any of these values, so none is in an answer.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass

from facade.control.answers import CSS, HTML, JSON, Answerer, Pause, Question, Reply, document, lists
from facade.control.asked import Asked
from facade.control.explain import explain
from facade.control.overview import Overview
from facade.control.reload import Reloader
from facade.control.view import StatusView
from facade.problem import Problem, Refusal
from facade.snapshot import Snapshots


@dataclass(frozen=True, slots=True)
class StatusPage:
    """The page at `/`: `slices` makes it from a view, in bounded pieces; `style` is its style sheet."""

    slices: Callable[[StatusView], Iterator[bytes]]
    style: bytes


def pages(
    overview: Overview, reloader: Reloader, snapshots: Snapshots, page: StatusPage, pause: Pause
) -> dict[str, Answerer]:
    """The pages that only `admin` has."""

    async def status(_: Question) -> Reply:
        return Reply(200, HTML, _paused(page.slices(await overview.status()), pause))

    async def style(_: Question) -> Reply:
        return Reply(200, CSS, page.style)

    async def routes(_: Question) -> Reply:
        view = await overview.status()
        return Reply(200, JSON, lists({"routes": view.routes, "silos": view.silos}, pause))

    async def config(_: Question) -> Reply:
        return document(overview.config)

    async def explained(question: Question) -> Reply:
        return document(explain(reloader.configuration, snapshots.current.table, asked(question)))

    return {
        "/": status,
        "/style.css": style,
        "/api/routes": routes,
        "/api/config": config,
        "/api/explain": explained,
    }


def asked(question: Question) -> Asked:
    """The call that `/api/explain` is asked about: `method` (GET if not given), `url`, and any number of `header`."""
    fields: dict[str, list[str]] = {}
    for name, value in question.query:
        fields.setdefault(name, []).append(value)
    url = fields.get("url", [""])[0]
    if not url:
        raise Refusal(Problem(400, "argument", "Say which call: ?method=GET&url=/a/path&header=Name:value."))
    headers = tuple(_header(text) for text in fields.get("header", []))
    return Asked(fields.get("method", ["GET"])[0], url, headers)


def _header(text: str) -> tuple[str, str]:
    name, colon, value = text.partition(":")
    if not colon or not name.strip():
        raise Refusal(Problem(400, "argument", "A header is written as Name:value."))
    return name.strip(), value.strip()


async def _paused(pieces: Iterator[bytes], pause: Pause) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece
        await pause()
