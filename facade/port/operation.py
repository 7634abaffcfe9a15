"""`AnsweredOperation`: the keys that every kind's operations share, and how a silo's fields become an answer. Pure.

A silo's fields pass `empty` (are they there?), then `transform`, then `answer` (their shape), and leave as JSON.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field

from facade.formats import FormatError, Json, encode_large, encode_plain, let_go
from facade.port.arguments import Template
from facade.port.call import Answer, Call
from facade.port.errors import BadArgument, SiloError, SiloNonsense
from facade.port.plain import PlainError, plain_fields
from facade.port.shaping import Empties, Shape, ShapeError
from facade.port.transform import Transform

Arguments = dict[str, Template]
"""`arguments` of an operation: a template for each thing that the silo is handed."""

JSON_FIELDS: Final = (("content-type", "application/json"),)
_NO_CONTENT: Final = 204
"""An answer without a body, by definition (RFC 9110 section 15.3.5)."""


class AnsweredOperation(BaseModel):
    """One operation of a silo; a kind's own model adds its keys.

    `status` is that of a good answer, of those that a whole answer can have.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    arguments: Arguments = Field(default_factory=dict)
    answer: Shape | None = None
    empty: Empties = Field(default_factory=lambda: Empties({}))
    status: int = Field(default=200, ge=200, le=_NO_CONTENT)
    writes: bool = False
    transform: Transform | None = None

    def finish(
        self, call: Call, fields: Mapping[str, object] | Sequence[Mapping[str, object]], *, large: bool = False
    ) -> Answer:
        """The answer that the silo's fields make; of a list of them, an array of answers.

        Raise SiloSaysNo for what `empty` names, and SiloNonsense, which names the field, where no answer can be made.
        It takes some microseconds a field: of more than a thousand, call it in a thread and say that it is `large`, so
        that no step of it is so long that the event loop waits for it.
        """
        made: list[Any] = []
        try:
            if isinstance(fields, Mapping):
                document: Json = self.document(call.operation, fields, made)
            else:
                document = [self.document(call.operation, each, made) for each in fields]
            if self.status == _NO_CONTENT:
                return Answer(self.status)
            return Answer(self.status, (encode_large if large else encode_plain)(document), JSON_FIELDS)
        except FormatError as error:
            raise SiloNonsense(f"{call.operation}: no usable answer: it {error}") from None
        finally:
            if large:
                let_go(made)

    def document(self, operation: str, fields: Mapping[str, object], made: list[Any] | None = None) -> Any:
        """The answer before it becomes JSON, plain; raises as `finish` does. `operation` is its name, for the error.

        To `made` goes what was made of the fields on the way, in which the answer may have parts.
        """
        if not self.empty:
            return self._document(operation, fields, made)
        silos, own = self.empty.split(self.answer)
        silos.check(fields, operation)
        document = self._document(operation, fields, made)
        if isinstance(document, Mapping):
            own.check(document, operation)
        return document

    def _document(self, operation: str, fields: Mapping[str, object], made: list[Any] | None) -> Any:
        try:
            plain = plain_fields(self._transformed(operation, fields))
            if made is not None:
                made.append(plain)
            return plain if self.answer is None else self.answer.of_plain(plain)
        except (PlainError, ShapeError) as error:
            raise SiloNonsense(f"{operation}: no usable answer: {error}") from None

    def _transformed(self, operation: str, fields: Mapping[str, object]) -> object:
        if self.transform is None:
            return fields
        try:
            made = self.transform(fields)
        except (BadArgument, SiloError):
            raise
        except (Exception, SystemExit) as error:  # noqa: BLE001 - an operator's own code may raise anything, and with a value in it
            kind = type(error).__name__
            raise SiloNonsense(f"{operation}: no usable answer: {self.transform.text} raised {kind}") from None
        if not isinstance(made, Mapping | list | tuple):  # such as None, of a function that forgot to return
            kind = type(made).__name__
            raise SiloNonsense(f"{operation}: no usable answer: {self.transform.text} gave {kind} and no fields")
        return made
