"""A node against a model: the model's value, or every mistake in it, each at the place of what is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, Generic, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from facade.config.mistake import MAX_MISTAKES, Mistake
from facade.config.nodes import Node, ScalarNode, Step, locate, plain
from facade.config.substitute import Secrets
from facade.config.tell import Teller
from facade.config.types import Unfit, parse_flag, parse_number, parse_whole

Model = TypeVar("Model", bound=BaseModel)

_WANTED: Final[Mapping[str, Any]] = MappingProxyType(
    {"bool_type": parse_flag, "int_type": parse_whole, "float_type": parse_number}
)
"""What pydantic calls a text where it wants one of these, and how the operator's language reads it."""


@dataclass(frozen=True, slots=True)
class Checked(Generic[Model]):
    """What could be read. With mistakes `block` lacks the keys that are wrong; it is None where too little is left.

    So a rule that needs another key of the block still finds what it has to find, in the same pass.
    """

    block: Model | None
    mistakes: tuple[Mistake, ...] = ()


def check(
    model: type[Model], node: Node, under: tuple[str, ...] = (), unbuilt: frozenset[str] = frozenset()
) -> Checked[Model]:
    """Read a node by a model whose types all read text. `under` are the keys above the node."""
    return _validated(model, plain(node), Teller(model, node, under, unbuilt))


def check_foreign(model: type[Model], node: Node, under: tuple[str, ...], secrets: Secrets) -> Checked[Model]:
    """Read a node by an adapter's model, its `int`, `float` and `bool` as strictly as our own.

    Read strictly, the model says where it wants one of these; there the text is read our way. Then it reads the whole.
    """
    teller = Teller(model, node, under, hides=secrets.are_told_in)
    try:
        return Checked(model.model_validate(plain(node), strict=True))
    except ValidationError as error:
        values = _read_as_wanted(node, _errors(error), teller)
    return _validated(model, plain(node, values), teller)


def _read_as_wanted(node: Node, errors: list[ErrorDetails], teller: Teller) -> dict[int, object]:
    """The values of texts that stand where a number or a truth is wanted, by the node's id; what fits none is told."""
    values: dict[int, object] = {}
    unfit: dict[int, ErrorDetails] = {}
    for details in errors:
        parse, text = _WANTED.get(details["type"]), locate(node, details["loc"]).node
        if parse is None or not isinstance(text, ScalarNode):
            continue
        try:
            values[id(text)] = parse(text.text)
        except Unfit:
            unfit.setdefault(id(text), details)
    for each, details in unfit.items():
        if each not in values:
            teller.tell(details)
    return values


def _validated(model: type[Model], tree: object, teller: Teller) -> Checked[Model]:
    block: Model | None
    try:
        block = model.model_validate(tree)
    except ValidationError as error:
        errors = _errors(error)
        for details in errors:
            teller.tell(details)
        block = _rest(model, tree, {details["loc"][0] for details in errors if details["loc"]})
    return Checked(block, tuple(teller.mistakes))


def _rest(model: type[Model], tree: object, wrong: set[Step]) -> Model | None:
    """The block without the keys that are wrong, if it is one."""
    if not wrong or not isinstance(tree, dict):
        return None
    try:
        return model.model_validate({key: value for key, value in tree.items() if key not in wrong})
    except ValidationError:
        return None


def _errors(error: ValidationError) -> list[ErrorDetails]:
    # One more than is ever told; wording a hundred thousand of them would take a minute.
    return error.errors(include_url=False, include_input=False)[: MAX_MISTAKES + 1]
