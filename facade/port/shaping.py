"""What an operation says of its answer: `answer` (fields), `empty` (what means not found), `faults` (codes). Pure.

Each is a pydantic field type that reads what an operator wrote, so that a mistake is told at its own line.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Final

from pydantic import Field, StringConstraints, TypeAdapter, ValidatorFunctionWrapHandler
from pydantic_core import CoreSchema, core_schema

from facade.formats import snake_case
from facade.port.errors import SiloSaysNo
from facade.port.expression import Evaluation, EvaluationError, Expression
from facade.port.plain import plain_fields

Name = Annotated[str, StringConstraints(min_length=1)]
Fault = Annotated[int, Field(ge=400, le=599)]
"""A status that says no."""

_EMPTY: Final[tuple[object, ...]] = (None, [], {}, ())


class ShapeError(ValueError):
    """Fields from which the answer cannot be made. `field` is the platform's; no value is shown."""

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"{field}: {problem}")
        self.field = field
        self.problem = problem


class _Written:
    """A pydantic field type that is made from one mapping an operator wrote, and equal where that is, its order too."""

    def __init__(self, written: Mapping[str, Any]) -> None:
        self._written = dict(written)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, type(self)) and [*self._written.items()] == [*other._written.items()]

    def __hash__(self) -> int:
        return hash(tuple(self._written))

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {', '.join(self._written)}>"

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: Any, _handler: Any) -> CoreSchema:
        return core_schema.no_info_wrap_validator_function(cls._made, cls._wants())

    @classmethod
    def _made(cls, written: Any, validated: ValidatorFunctionWrapHandler) -> Any:
        return written if isinstance(written, cls) else cls(validated(written))

    @classmethod
    def _wants(cls) -> CoreSchema:
        raise NotImplementedError


class Shape(_Written):
    """The compiled `answer`: one `Expression` a field of the platform."""

    def of(self, fields: Mapping[str, object]) -> dict[str, object]:
        """The answer's fields, from the silo's in snake_case; raise ShapeError, or what `plain_fields` raises."""
        return self.of_plain(plain_fields(fields))

    def of_plain(self, fields: Mapping[str, object]) -> dict[str, object]:
        """`of`, for fields that are plain already."""
        evaluation = Evaluation()
        return {name: _evaluate(evaluation, name, each, fields) for name, each in self._written.items()}

    def __contains__(self, name: object) -> bool:
        return name in self._written

    def __iter__(self) -> Iterator[str]:
        return iter(self._written)

    @classmethod
    def _wants(cls) -> CoreSchema:
        return _SHAPE.core_schema


class Empties(_Written):
    """The compiled `empty`: names of fields, each with the status of its absence."""

    def check(self, fields: Mapping[str, object], operation: str = "") -> None:
        """Raise SiloSaysNo where a named field is absent, null, blank or an empty list.

        A name stands as the silo writes it or in snake_case; `case.id` is the field id of the object case.
        """
        for name, status in self._written.items():
            if _is_empty(_named(name, fields)):
                raise SiloSaysNo(status, f"{operation}: nothing found" if operation else "nothing found")

    def __len__(self) -> int:
        return len(self._written)

    def split(self, shape: Shape | None) -> tuple[Empties, Empties]:
        """Those that name a field of the silo, and those that name one of the answer's, which come first."""
        own = {name: status for name, status in self._written.items() if shape is not None and name in shape}
        others = {name: status for name, status in self._written.items() if name not in own}
        return Empties(others), Empties(own)

    @classmethod
    def _wants(cls) -> CoreSchema:
        return _STATUSES.core_schema


class Faults(_Written):
    """The compiled `faults`: the silo's codes, each with the caller's status."""

    def status(self, code: str) -> int | None:
        status: int | None = self._written.get(code)
        return status

    @classmethod
    def _wants(cls) -> CoreSchema:
        return _STATUSES.core_schema


_SHAPE: Final = TypeAdapter(Annotated[dict[Name, Expression], Field(min_length=1)])
_STATUSES: Final = TypeAdapter(dict[Name, Fault])


def _evaluate(evaluation: Evaluation, name: str, expression: Expression, fields: Mapping[str, object]) -> object:
    try:
        return evaluation.of(expression, fields)
    except EvaluationError as error:
        raise ShapeError(name, str(error)) from None


def _named(name: str, fields: Mapping[str, object]) -> object:
    if name in fields:
        return fields[name]
    value: object = fields
    for step in name.split("."):
        if not isinstance(value, Mapping):
            return None
        value = value.get(snake_case(step))
    return value


def _is_empty(value: object) -> bool:
    return value in _EMPTY or (isinstance(value, str) and not value.strip())
