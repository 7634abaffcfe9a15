"""One expression of an `answer`: JMESPath, compiled when the configuration is loaded, evaluated exactly. Pure.

The grammar and the evaluation are jmespath's; the functions (`functions`) and the comparisons are this project's, in
which a Decimal is a number. An expression is bounded in length and depth when it is compiled. Its evaluation is bounded
in steps: every node visited is one, and so is every element of a list or an object, and every 64 characters of a text,
that comes of it, so that neither a huge answer nor an expression that doubles its input runs away.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, cast

from jmespath.exceptions import JMESPathError, LexerError, ParseError
from jmespath.parser import Parser
from jmespath.visitor import Options, TreeInterpreter
from pydantic_core import CoreSchema, core_schema

from facade.port.functions import FUNCTIONS, FunctionError, call_function, kind

MAX_CHARACTERS: Final = 2_000
"""Of one expression: a page of text, and nobody reads more."""

MAX_DEPTH: Final = 32
"""Of nodes within one another: an expression that a person understands has a dozen."""

MAX_STEPS: Final = 1_000_000
"""Of one evaluation: ten thousand rows of thirty fields. It takes a third of a second, so it belongs in a thread."""

_CHARACTERS_A_STEP: Final = 64
_CONTAINERS: Final = frozenset({list, dict})

_ORDER: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "lt": operator.lt,
    "lte": operator.le,
    "gt": operator.gt,
    "gte": operator.ge,
}

_ORDERED: Final = frozenset({"number", "string"})

_OPTIONS: Final = Options(custom_functions=FUNCTIONS)

Node = dict[str, Any]


class EvaluationError(ValueError):
    """An expression that these fields have no answer to. Its words follow the field's name and show no value."""


class Expression:
    """What an operator wrote for one field of an answer, compiled. A pydantic model may use it as a field's type."""

    __slots__ = ("root", "text")

    def __init__(self, text: str) -> None:
        """Compile `text`; raise ValueError with `what; mend`.

        >>> Evaluation().of(Expression("sum(share[].to_number(@))"), {"share": ["0.10", "0.20"]})
        Decimal('0.30')
        """
        self.text = text
        self.root = _parse(text)
        for mistake in _mistakes(self.root):
            raise ValueError(mistake)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Expression) and self.text == other.text

    def __hash__(self) -> int:
        return hash(self.text)

    def __repr__(self) -> str:
        return f"<Expression {self.text}>"

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: Any, _handler: Any) -> CoreSchema:
        return core_schema.no_info_after_validator_function(cls, core_schema.str_schema())


class _Bound:
    """An argument `&name`: an expression that a function evaluates over each element."""

    __slots__ = ("_evaluation", "_node")

    def __init__(self, node: Node, evaluation: Evaluation) -> None:
        self._node = node
        self._evaluation = evaluation

    def of(self, value: object) -> Any:
        return self._evaluation.visit(self._node, value)


class Evaluation(TreeInterpreter):
    """The evaluation of one answer's expressions, whose steps it counts together.

    jmespath's interpreter, with this project's functions and comparisons.
    """

    def __init__(self) -> None:
        super().__init__(_OPTIONS)
        self._steps = MAX_STEPS

    def of(self, expression: Expression, fields: object) -> Any:
        """Evaluate over plain fields (`plain.plain_fields`); raise EvaluationError."""
        if expression.root["type"] == "field" and isinstance(fields, dict):  # most are no more than a name
            return fields.get(expression.root["value"])
        try:
            return self.visit(expression.root, fields)
        except FunctionError as error:
            raise EvaluationError(str(error)) from None

    def visit(self, node: Node, *values: Any, **named: Any) -> Any:
        result = _VISITS[node["type"]](self, node, *values, **named)
        self._steps -= 1 + _weight(result)
        if self._steps < 0:
            raise EvaluationError(f"takes more than {MAX_STEPS} steps")
        return result

    def visit_comparator(self, node: Node, value: Any) -> Any:
        left, right = (self.visit(child, value) for child in node["children"])
        alike = kind(left) == kind(right)
        if node["value"] in _ORDER:
            return _ORDER[node["value"]](left, right) if alike and kind(left) in _ORDERED else None
        return (alike and left == right) is (node["value"] == "eq")

    def visit_not_expression(self, node: Node, value: Any) -> bool:
        return bool(self._is_false(self.visit(node["children"][0], value)))

    def visit_expref(self, node: Node, _value: Any) -> _Bound:
        return _Bound(node["children"][0], self)

    def visit_function_expression(self, node: Node, value: Any) -> Any:
        return call_function(node["value"], [self.visit(child, value) for child in node["children"]])


_VISITS: Final[Mapping[str, Callable[..., Any]]] = {
    name.removeprefix("visit_"): getattr(Evaluation, name) for name in dir(Evaluation) if name.startswith("visit_")
}
"""What evaluates each type of node, looked up once and not once an evaluation."""


def _weight(result: object) -> int:
    kind_of = type(result)
    if kind_of is str:
        return len(cast("str", result)) // _CHARACTERS_A_STEP
    return len(cast("list[object]", result)) if kind_of in _CONTAINERS else 0


def _parse(text: str) -> Node:
    if len(text) > MAX_CHARACTERS:
        raise ValueError(f"this is longer than {MAX_CHARACTERS} characters; use transform for what is so long")
    try:
        root: Node = Parser().parse(text).parsed
    except LexerError as error:
        raise ValueError(f"this is no JMESPath at character {error.lexer_position + 1}; {_MEND}") from None
    except ParseError as error:
        raise ValueError(f"this is no JMESPath at character {error.lex_position + 1}; {_MEND}") from None
    except (JMESPathError, RecursionError, ValueError):
        raise ValueError(f"this is no JMESPath; {_MEND}") from None
    return root


_LONE_EXPRESSION: Final = "an & stands where no function takes an expression; take it out"
_MEND: Final = "write a field's name, such as title_no, or another expression of jmespath.org"


def _mistakes(root: Node) -> Iterator[str]:
    """What jmespath would find only while it evaluates, or not at all."""
    if root["type"] == "expref":
        yield _LONE_EXPRESSION
    level = [root]
    for _ in range(MAX_DEPTH):
        for node in level:
            yield from _own_mistakes(node)
        level = [child for node in level for child in node["children"] if isinstance(child, dict)]
        if not level:
            return
    yield f"this is nested more than {MAX_DEPTH} deep; use transform for what is so deep"


def _own_mistakes(node: Node) -> Iterator[str]:
    function = FUNCTIONS.get(node["value"]) if node["type"] == "function_expression" else None
    if node["type"] == "function_expression" and function is None:
        yield f"there is no function {node['value']}(); write one of {', '.join(FUNCTIONS)}"
    if function is not None and not function.takes(len(node["children"])):
        few = "at least " if function.repeats else ""
        yield f"{node['value']}() takes {few}{len(function.wanted)} arguments; give it so many"
    for position, child in enumerate(node["children"]):
        given = isinstance(child, dict) and child["type"] == "expref"
        wanted = function is not None and function.takes_expression(position)
        if given and not wanted:
            yield _LONE_EXPRESSION
        if wanted and not given:
            yield f"{node['value']}() takes an expression as argument {position + 1}; write &name"
    if node["type"] == "slice" and node["children"][2] == 0:
        yield "a slice's step is 0; write another"
    if node["type"] == "literal" and _holds_float(node["value"]):
        yield "a fraction in backticks is not exact; write it as a text, to_number('0.10')"


def _holds_float(value: object) -> bool:
    if isinstance(value, list | dict):
        return any(_holds_float(each) for each in (value.values() if isinstance(value, dict) else value))
    return isinstance(value, float)
