"""Arguments: the templates by which an operator says what of a call reaches the silo. Pure.

    "{path.number}"                 the route's path parameter
    "{query.page:int=1}"            a query field, a whole number, 1 where it is absent
    "{header.Idempotency-Key}"      a header field, in whatever case it was sent
    "{body.claim.amount:decimal}"   a field of the JSON body, an exact number
    "{query.since:date=}"           a date; nothing (None) where it is absent
    "V"                             a constant
    "{path.year}-{path.number}"     text around placeholders

A template is compiled when the configuration is loaded and filled once a call. A placeholder alone keeps its type;
with text around it the whole is text. What is missing, given twice or does not fit is a `BadArgument`, which names the
field and never its value. JSON's null counts as absent.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pydantic_core import CoreSchema, core_schema

from facade.port.call import Call
from facade.port.errors import BadArgument
from facade.port.fitting import Misfit, Type, Value, as_text, fit

_PART: Final = re.compile(r"\{([^{}]*)\}|([^{}]+)")
_PLACEHOLDER: Final = re.compile(r"([a-z]+)\.([^:={}\s]+)(?::([^=]*))?(?:=(.*))?", re.DOTALL)
_SHAPE: Final = "write {path.NAME}, {query.NAME}, {header.NAME} or {body.NAME}, with :TYPE and =DEFAULT as needed"
_TYPES: Final = ", ".join(f":{each}" for each in Type)


class Source(enum.StrEnum):
    """Which part of a call a placeholder reads."""

    PATH = "path"
    QUERY = "query"
    HEADER = "header"
    BODY = "body"


@dataclass(frozen=True, slots=True)
class Placeholder:
    """One `{source.name:type=default}`. `default` counts only where `optional`; None means nothing is handed on."""

    source: Source
    name: str
    type: Type = Type.STR
    optional: bool = False
    default: Value = None

    def __str__(self) -> str:
        return f"{{{self.source}.{self.name}}}"

    def fill(self, call: Call) -> Value:
        value = _READERS[self.source](call, self)
        if value is None:
            if self.optional:
                return self.default
            raise BadArgument(str(self), "is missing")
        try:
            return fit(self.type, value)
        except Misfit as misfit:
            raise BadArgument(str(self), str(misfit)) from None


@dataclass(frozen=True, slots=True, repr=False)
class Template:
    """What an operator wrote for one argument, compiled. `parts` are constant texts and placeholders, in order.

    A pydantic model may use it as a field's type: the operator's text is compiled as the model is validated.
    """

    parts: tuple[str | Placeholder, ...]

    @classmethod
    def parse(cls, text: str) -> Template:
        """Compile `text`; raise ValueError with `what; mend`.

        >>> Template.parse("{query.page:int=1}").fill(Call("list", "GET", deadline=0.0))
        1
        """
        parts: list[str | Placeholder] = []
        end = 0
        while end < len(text):
            part = _PART.match(text, end)
            if part is None:
                raise ValueError(f"a brace stands alone at character {end + 1}; {_SHAPE}")
            parts.append(part[2] or _placeholder(part[1]))
            end = part.end()
        return cls(tuple(parts))

    @property
    def placeholders(self) -> tuple[Placeholder, ...]:
        return tuple(part for part in self.parts if isinstance(part, Placeholder))

    @property
    def parameters(self) -> frozenset[str]:
        """The path parameters it needs of every route that calls it."""
        return frozenset(each.name for each in self.placeholders if each.source is Source.PATH)

    @property
    def field(self) -> str:
        """What it hands on, as a BadArgument names it: `{body.amount}`; empty for a constant."""
        return "".join(str(each) for each in self.placeholders)

    def fill(self, call: Call) -> Value:
        """The argument for this call; raise BadArgument."""
        if len(self.parts) == 1 and isinstance(self.parts[0], Placeholder):
            return self.parts[0].fill(call)
        return "".join(part if isinstance(part, str) else as_text(part.fill(call)) for part in self.parts)

    def __repr__(self) -> str:
        # A constant may be a secret that the configuration put there.
        return f"<Template {self.field or 'constant'}>"

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: Any, _handler: Any) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            cls._validate, json_schema_input_schema=core_schema.str_schema()
        )

    @classmethod
    def _validate(cls, value: object) -> Template:
        if isinstance(value, Template):
            return value
        if not isinstance(value, str):
            raise ValueError("an argument is text; write it in quotes")  # noqa: TRY004 - pydantic reports ValueErrors
        return cls.parse(value)


def parameter_mistakes(
    arguments: Mapping[str, Template], parameters: frozenset[str], key: str = "arguments"
) -> tuple[tuple[str, str], ...]:
    """The arguments that need another path parameter than `parameters`, as `AdapterKind.mistakes` returns them.

    `key` is the operation's key that they stand under.
    """
    return tuple(
        (f"{key}.{name}", f"{{path.{unknown}}} is no parameter of the path; write one that the route's match has")
        for name, template in arguments.items()
        for unknown in sorted(template.parameters - parameters)
    )


def _placeholder(text: str) -> Placeholder:
    parsed = _PLACEHOLDER.fullmatch(text)
    if parsed is None or parsed[1] not in set(Source) or not all(parsed[2].split(".")):
        raise ValueError(f"{{{text}}} is no placeholder; {_SHAPE}")
    source, name, wanted, default = parsed.groups()
    if wanted is not None and wanted not in set(Type):
        raise ValueError(f"{{{text}}} has an unknown type; write one of {_TYPES}")
    kind = Type(wanted or Type.STR)
    if not default:
        return Placeholder(Source(source), name, kind, optional=default is not None)
    try:
        return Placeholder(Source(source), name, kind, optional=True, default=fit(kind, default))
    except Misfit as misfit:
        raise ValueError(f"the default of {{{text}}} {misfit}; write one that fits") from None


def _from_path(call: Call, placeholder: Placeholder) -> object:
    return call.path.get(placeholder.name)


def _from_query(call: Call, placeholder: Placeholder) -> object:
    return _only(call.query.get(placeholder.name, ()), placeholder)


def _from_header(call: Call, placeholder: Placeholder) -> object:
    return _only(call.headers.get(placeholder.name.lower(), ()), placeholder)


def _from_body(call: Call, placeholder: Placeholder) -> object:
    value: object = call.document
    try:
        for name in placeholder.name.split("."):
            if not isinstance(value, Mapping):
                return None
            value = value.get(name)
    except ValueError as unreadable:
        raise BadArgument("{body}", str(unreadable)) from None
    return value


def _only(values: tuple[str, ...], placeholder: Placeholder) -> object:
    """A field given twice could be read two ways, so neither is."""
    if len(values) > 1:
        raise BadArgument(str(placeholder), "is given more than once")
    return values[0] if values else None


_READERS: Final[Mapping[Source, Callable[[Call, Placeholder], object]]] = {
    Source.PATH: _from_path,
    Source.QUERY: _from_query,
    Source.HEADER: _from_header,
    Source.BODY: _from_body,
}
