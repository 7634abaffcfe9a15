"""What a kind wants to know before one of its operations is an external's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from pydantic import BaseModel, ConfigDict, Field

from facade.port import Adapter, AdapterKind, Arguments, Services


class Named(BaseModel):
    model_config = ConfigDict(extra="forbid")

    arguments: Arguments = Field(default_factory=dict)


class Unnamed(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Kind(AdapterKind[Any, Any]):
    name = "kind"
    settings = Unnamed
    operation = Named

    async def open(self, settings: Any, operations: Mapping[str, Any], services: Services) -> Adapter:
        raise NotImplementedError


@pytest.mark.parametrize("arguments", [{}, {"NUMBER": "{path.number}"}])
def test_what_is_named_may_leave_and_nothing_has_to(arguments: dict[str, str]) -> None:
    assert Kind().unnamed(Named.model_validate({"arguments": arguments})) == ()


@pytest.mark.parametrize(
    ("operation", "words"),
    [(Named(), "add them, or {} for nothing"), (Unnamed(), "adapter kind has none that say what leaves")],
)
def test_an_operation_that_does_not_say_what_leaves_is_no_externals(operation: BaseModel, words: str) -> None:
    ((key, sentence),) = Kind().unnamed(operation)
    assert (key, words in sentence, "; " in sentence) == ("arguments", True, True)
