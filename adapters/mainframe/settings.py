"""What an operator writes of a mainframe's programs."""

from __future__ import annotations

import enum
from typing import Annotated, Final

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, field_validator

from facade.formats.copybook import Numbers, PageError, page_of
from facade.port import AnsweredOperation

MAX_CONNECTIONS: Final = 256
"""Each is a task of the mainframe's own, waiting for work."""

_GOOD: Final = 200
_NO: Final = range(400, 600)


class Frame(enum.StrEnum):
    """How the other side knows where a record ends: by a length of 2 or 4 bytes before it, or by one fixed length."""

    LENGTH2 = "length2"
    LENGTH4 = "length4"
    FIXED = "fixed"


class MainframeSettings(BaseModel):
    """`settings` of a silo. `numbers` says what COMP-5, COMP-1 and COMP-2 are: `ibm` unless the page is ASCII."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    host: str = Field(min_length=1, max_length=255)
    port: int = Field(ge=1, le=65535)
    frame: Frame
    code_page: str
    connections: int = Field(default=4, ge=1, le=MAX_CONNECTIONS)
    numbers: Numbers | None = None

    @field_validator("code_page")
    @classmethod
    def _is_known(cls, name: str) -> str:
        try:
            page_of(name)
        except PageError as error:
            raise ValueError(str(error)) from None
        return name


def _one_or_more(written: object) -> object:
    return (written,) if isinstance(written, str) else written


Texts = Annotated[
    tuple[str, ...], BeforeValidator(_one_or_more, json_schema_input_type=str | list[str]), Field(min_length=1)
]
"""One value or several."""


def _says_no_or_nothing(status: int) -> int:
    if status != _GOOD and status not in _NO:
        raise ValueError(f"a return code becomes {status}; write 400 to 599, or 200 for a code that is none")
    return status


Status = Annotated[int, AfterValidator(_says_no_or_nothing)]
"""What a return code becomes."""


class MainframeOperation(AnsweredOperation):
    """One operation of a silo: the copybooks of its records, which reading of them holds, and what says no."""

    request: str = Field(min_length=1)
    reply: str = Field(min_length=1)
    redefines: dict[str, dict[str, Texts]] = Field(default_factory=dict)
    faults: dict[str, dict[str, Status]] = Field(default_factory=dict)
