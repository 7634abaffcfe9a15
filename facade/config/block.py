"""A block of keys: what every model of an operator's file is, and the two short ways of writing one."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, BeforeValidator, ConfigDict


class Block(BaseModel):
    """A block of keys as an operator writes it. A key that is not named is a mistake; values are hidden in errors."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


def one_or_more(item: Any) -> BeforeValidator:
    """A list of `item`, a type of text, that may be written as one text alone."""
    return BeforeValidator(
        lambda value: [value] if isinstance(value, str) else value, json_schema_input_type=item | list[item]
    )


def short_for(key: str, block: type[Block]) -> BeforeValidator:
    """The short form of a block: one text stands for the block with this key alone."""

    def spell_out(value: object) -> object:
        return {key: value} if isinstance(value, str) else value

    return BeforeValidator(spell_out, json_schema_input_type=str | block)
