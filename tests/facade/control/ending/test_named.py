from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from pydantic import BaseModel

from facade.config.settings import Configuration
from facade.control.ending.named import answered, ending_silos
from facade.ending.commonality import Answered
from facade.port.operation import AnsweredOperation
from facade.routing.stage import Stage
from facade.targets.definition import Adapted

KIND: Any = SimpleNamespace(name="made-up")


class Foreign(BaseModel):
    """An operation of a kind that makes its answers by itself."""

    answer: str = "everything"


def running(files) -> Configuration:
    return files.configuration()


def test_a_silo_has_the_routes_whose_legacy_side_it_is(files):
    silos = ending_silos(running(files))
    assert list(silos) == ["portal", "registry"]
    assert ("titles.read", Stage.LEGACY) in silos["registry"].routes
    assert all(name != "titles.read" for name, _ in silos["portal"].routes)
    assert silos["portal"].switch_off is not None
    assert silos["portal"].after_switch_off == "warn"


def test_the_silo_that_takes_what_no_route_covers_is_known(files):
    configuration = running(files)
    unmatched = replace(configuration, settings=replace(configuration.settings, unmatched="registry"))
    assert [silo.takes_unmatched for silo in ending_silos(unmatched).values()] == [False, True]


def test_the_fields_are_those_that_an_operation_itself_names(files):
    configuration = running(files)
    operations: dict[str, BaseModel] = {
        "get": AnsweredOperation.model_validate({"answer": {"number": "title_no", "tenure": "tenure"}}),
        "raw": AnsweredOperation(),
        "other": Foreign(),
    }
    reach = Adapted(KIND, Foreign(), operations, Path(), {})
    silo = replace(configuration.silos["portal"], reach=reach)
    found = list(answered(replace(configuration, silos={"portal": silo, "registry": configuration.silos["registry"]})))
    assert found == [
        Answered("portal", "get", ("number", "tenure")),
        Answered("portal", "raw", ()),
        Answered("portal", "other", ()),
    ]
