"""`facade check --try SILO.OPERATION`: one call of one operation, against the live silo, told step by step.

What it is answered is shown to the person who asked: they hold the silo's secrets, which are not. An operation that
writes is not tried, for it would.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
from argparse import ArgumentTypeError
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from facade.cli.answer import Failed
from facade.cli.clock import monotonic
from facade.config.kinds import Kinds
from facade.config.load import load
from facade.formats import JsonObject, encode_json
from facade.port import Answer, BadArgument, Call, Services, SiloError
from facade.targets.definition import Adapted, Silo
from facade.targets.lifetime import close_adapters, open_adapter
from facade.tasks import spawn

Value = tuple[str, str, str]
"""A part of a call, a field of it, and the field's value."""

_PARTS: Final = ("path", "query", "header", "body")


def value(text: str) -> Value:
    """`path.number=L-1`, as it is typed."""
    name, equals, given = text.partition("=")
    part, _, field = name.partition(".")
    if not equals or part not in _PARTS or not field:
        raise ArgumentTypeError(f"{text!r} is no value of a call; write path.NAME=V, query., header. or body.NAME=V")
    return part, field, given


def attempt(folder: Path, reference: str, values: list[Value], show: Callable[[str], None]) -> Answer:
    """The operation's answer; raise Failed. Each step goes to `show`."""
    loaded = load(folder, Kinds.discover(), dict(os.environ), serving=True)
    if loaded.configuration is None:
        raise Failed("\n".join(map(str, loaded.mistakes)))
    name, _, operation = reference.partition(".")
    silo = loaded.configuration.systems.get(name)
    if silo is None or not isinstance(silo.reach, Adapted) or operation not in silo.reach.operations:
        raise Failed(f"{reference}: no operation of a silo behind an adapter; write one as SILO.OPERATION")
    if silo.reach.kind.writes(silo.reach.operations[operation]):
        raise Failed(f"{reference}: it writes, and would; try one that reads")
    try:
        return asyncio.run(_answered(silo, silo.reach, operation, values, show))
    except (BadArgument, SiloError) as error:
        raise Failed(f"{reference}: answered {error.status}: {error}") from error


async def _answered(
    silo: Silo, reach: Adapted, operation: str, values: list[Value], show: Callable[[str], None]
) -> Answer:
    """Its state is a folder of its own: that of a running sidecar is in use."""
    with tempfile.TemporaryDirectory(prefix="facade-try-") as state:
        services = Services(monotonic, spawn, Path(state), reach.folder, reach.files, show)
        adapter = await open_adapter(silo.name, reach, services)
        try:
            call = _call(operation, monotonic() + silo.protect.timeout, values, once=silo.is_external)
            return await adapter.call(call)
        finally:
            await close_adapters([(silo.name, adapter)])


def _call(operation: str, deadline: float, values: list[Value], *, once: bool) -> Call:
    fields: dict[str, dict[str, str]] = {part: {} for part in _PARTS}
    for part, field, given in values:
        fields[part][field] = given
    body = encode_json(_nested(fields["body"])) if fields["body"] else b""
    return Call(
        operation,
        "GET",
        deadline,
        path=fields["path"],
        query={name: (given,) for name, given in fields["query"].items()},
        headers={name.lower(): (given,) for name, given in fields["header"].items()},
        body=body,
        document=JsonObject(body),
        once=once,
    )


def _nested(fields: Mapping[str, str]) -> dict[str, Any]:
    """`payer.name` is the field name of the object payer."""
    nested: dict[str, Any] = {}
    for name, given in fields.items():
        *above, last = name.split(".")
        place = nested
        for step in above:
            place = place.setdefault(step, {})
            if not isinstance(place, dict):
                raise Failed(f"body.{name}: {step} has a value of its own already; leave one of the two out")
        place[last] = given
    return nested
