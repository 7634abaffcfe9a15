"""The API of the listener `admin` that only tells, which the commands read.

`/api/routes` is `{"routes": […], "silos": […], "externals": […]}`, `/api/config` a `ConfigView`, `/api/explain` an
`Explanation`, `/api/differences` a `DifferencesView`; their fields are those of the values they are made from. No
secret is in any of these values, so none is in an answer.
"""

from __future__ import annotations

from ipaddress import ip_address

from facade.comparisons import Comparisons
from facade.config.settings import Configuration
from facade.control.answers import JSON, Answerer, Pause, Question, Reply, document, lists
from facade.control.asked import LOCAL, Asked, Unsendable
from facade.control.differences import differences
from facade.control.explain import explain
from facade.control.overview import Overview
from facade.control.reload import Reloader
from facade.problem import Problem, Refusal
from facade.routing.known import KnownKeys
from facade.snapshot import Snapshots


def pages(
    overview: Overview,
    reloader: Reloader,
    snapshots: Snapshots,
    comparisons: Comparisons,
    known: KnownKeys,
    pause: Pause,
) -> dict[str, Answerer]:
    """What only `admin` tells."""

    async def routes(_: Question) -> Reply:
        view = await overview.status()
        rows = {"routes": view.routes, "silos": view.silos, "externals": view.externals}
        return Reply(200, JSON, lists(rows, pause))

    async def config(_: Question) -> Reply:
        return document(overview.config)

    async def explained(question: Question) -> Reply:
        try:
            serving = snapshots.current
            return document(explain(reloader.configuration, serving.table, asked(question), serving.callers, known))
        except Unsendable as error:
            raise Refusal(Problem(400, "argument", f"What is asked about {error}.")) from error

    async def differing(question: Question) -> Reply:
        return document(differences(comparisons, known_route(question, reloader.configuration)))

    return {
        "/api/routes": routes,
        "/api/config": config,
        "/api/explain": explained,
        "/api/differences": differing,
    }


def asked(question: Question) -> Asked:
    """The call that `/api/explain` is asked about: `method` (GET if not given), `url`, any number of `header`, and the
    `address` that it comes from.
    """
    fields: dict[str, list[str]] = {}
    for name, value in question.query:
        fields.setdefault(name, []).append(value)
    url = fields.get("url", [""])[0]
    if not url:
        raise Refusal(Problem(400, "argument", "Say which call: ?method=GET&url=/a/path&header=Name:value."))
    headers = tuple(_header(text) for text in fields.get("header", []))
    return Asked(fields.get("method", ["GET"])[0], url, headers, _address(fields.get("address", [LOCAL])[0]))


def _address(text: str) -> str:
    try:
        return str(ip_address(text))
    except ValueError:
        raise Refusal(Problem(400, "argument", "An address is written like 10.0.0.1 or 2001:db8::1.")) from None


def known_route(question: Question, configuration: Configuration) -> str:
    """The route that `/api/differences?route=NAME` is about."""
    name = dict(question.query).get("route", "")
    if all(route.name != name for route in configuration.routes):
        raise Refusal(Problem(404, "no_route", "There is no route of this name: ?route=NAME."))
    return name


def _header(text: str) -> tuple[str, str]:
    name, colon, value = text.partition(":")
    if not colon or not name.strip():
        raise Refusal(Problem(400, "argument", "A header is written as Name:value."))
    return name, value.strip()
