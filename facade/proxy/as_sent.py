"""A path that has several readings: it goes on as sent where all of them lead, if that is one place that takes it."""

from __future__ import annotations

from facade.problem import Refusal
from facade.routing.facts import RequestFacts
from facade.routing.table import Found
from facade.snapshot import Snapshot
from facade.targets.request import Request
from facade.wire import refusals


def find_as_sent(snapshot: Snapshot, request: Request, host: str, method: str, facts: RequestFacts) -> Found | None:
    """The route of such a request, None where no reading of it has one; `Refusal` with 400 where it may not go on."""
    path = request.head.target.partition(b"?")[0].decode("ascii")
    found = snapshot.table.find_as_sent(host, method, path, facts.header)
    if isinstance(found, Found) or (found is None and snapshot.unmatched_as_sent):
        return found
    raise Refusal(refusals.BAD_TARGET)
