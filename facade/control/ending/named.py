"""What the evidence and the schedule read of the configuration that runs. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from facade.config.settings import Configuration
from facade.control.describe import kind_of
from facade.ending.commonality import Answered
from facade.ending.silo import EndingSilo
from facade.port.operation import AnsweredOperation
from facade.routing.stage import Stage
from facade.targets.definition import Adapted


def ending_silos(running: Configuration) -> dict[str, EndingSilo]:
    """Every silo by its name, with the routes whose legacy side it is."""
    routes: dict[str, list[tuple[str, Stage]]] = {name: [] for name in running.silos}
    for route in running.routes:
        if route.legacy is not None and route.legacy.silo in routes:
            routes[route.legacy.silo].append((route.name, route.stage))
    return {
        name: EndingSilo(
            name=name,
            kind=kind_of(silo),
            owner=silo.owner,
            switch_off=silo.switch_off,
            after_switch_off=str(silo.after_switch_off),
            routes=tuple(routes[name]),
            takes_unmatched=running.settings.unmatched == name,
        )
        for name, silo in running.silos.items()
    }


def answered(running: Configuration) -> Iterator[Answered]:
    """The fields that each operation of each silo answers with, as its file names them."""
    for name, silo in running.silos.items():
        reach = silo.reach
        if isinstance(reach, Adapted):
            for operation, model in reach.operations.items():
                yield Answered(name, operation, _fields(model))


def _fields(model: BaseModel | Any) -> tuple[str, ...]:
    """None of an operation of a third party's own model, and of one that leaves its silo's fields as they come."""
    return tuple(model.answer) if isinstance(model, AnsweredOperation) and model.answer is not None else ()
