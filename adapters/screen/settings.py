"""What an operator writes of an application made for people, and of what is done in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final, cast
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, model_validator

from adapters.screen.decoding import codec_of
from adapters.screen.extraction import Extraction, Extractions, Name, Selector
from adapters.screen.places import Place
from facade.port import AnsweredOperation, Template

MAX_SESSIONS: Final = 64
"""More people at once than this is no old application's."""

MAX_STEPS: Final = 50
"""Of one script: a request each would take a minute."""

_NO_URL: Final = "this is no HTTP URL; write https://HOST or https://HOST/PATH"
_STEPS: Final = ("open", "fill", "press", "expect", "extract")

Status = Annotated[int, Field(ge=400, le=599)]
"""A status that says no."""


def _http_url(text: str) -> str:
    try:
        url = urlsplit(text)
        port = url.port
    except ValueError:  # a port out of range, an address that is half in brackets
        raise ValueError(_NO_URL) from None
    if url.scheme not in {"http", "https"} or not url.hostname or port == 0 or not text.isascii():
        raise ValueError(_NO_URL)
    if "@" in url.netloc or url.query or url.fragment:
        raise ValueError("a URL here ends with its path; write the user under login:, and the rest under open:")
    return text.rstrip("/")


def _encoding(text: str) -> str:
    codec_of(text)
    return text


def _one_key(block: BaseModel) -> None:
    if len(block.model_fields_set) != 1:
        raise ValueError(f"a step is one thing; write one of {', '.join(type(block).model_fields)}")


class _Block(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class Seen(_Block):
    """What stands on a page: an element, a text, or an element with the text in it."""

    selector: Selector | None = None
    text: Name | None = None

    @model_validator(mode="after")
    def _is_something(self) -> Seen:
        if self.selector is None and self.text is None:
            raise ValueError("this looks for nothing; write selector: or text:")
        return self


class Fill(_Block):
    """Fields of a form, the only one that has them unless `form` names it."""

    form: Name | None = None
    fields: dict[Name, Template] = Field(default_factory=dict)


class Expect(_Block):
    """What a page must show, and texts by which it says no."""

    selector: Selector | None = None
    text: Template | None = None
    missing: dict[Name, Status] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _is_something(self) -> Expect:
        if not self.model_fields_set:
            raise ValueError("this looks for nothing; write selector:, text: or missing:")
        return self


class Step(_Block):
    """One step of a script: one of these."""

    open: Place | None = None
    fill: Fill | None = None
    press: Template | None = None
    expect: Expect | None = None
    extract: Extractions | None = None

    @model_validator(mode="after")
    def _is_one(self) -> Step:
        _one_key(self)
        return self


class LoginFill(_Block):
    """Fields of the login's form. They are no templates, so a password may hold any character."""

    form: Name | None = None
    fields: dict[Name, SecretStr] = Field(min_length=1)


class LoginStep(_Block):
    """One step of a login: one of these."""

    open: Place | None = None
    fill: LoginFill | None = None
    press: Name | None = None
    expect: Seen | None = None

    @model_validator(mode="after")
    def _is_one(self) -> LoginStep:
        _one_key(self)
        if self.open is not None and self.open.template.placeholders:
            raise ValueError("nobody calls when the facade logs in; write a path without placeholders")
        return self


class ScreenSettings(_Block):
    """`settings` of an application. Every request goes to the origin of `url`, whatever a page says."""

    url: Annotated[str, AfterValidator(_http_url)]
    sessions: int = Field(default=4, ge=1, le=MAX_SESSIONS)
    encoding: Annotated[str, AfterValidator(_encoding)] | None = None
    login: tuple[LoginStep, ...] = Field(default=(), max_length=MAX_STEPS)
    expired: Seen | None = None

    @model_validator(mode="after")
    def _logs_in(self) -> ScreenSettings:
        if self.login and (self.login[0].open is None or all(step.fill is None for step in self.login)):
            raise ValueError("a login opens a page and fills its form; begin it with open: and add fill:")
        if self.expired is not None and not self.login:
            raise ValueError("expired is for sessions that somebody logs in; write login:, or take it out")
        return self

    @property
    def codec(self) -> str | None:
        """The encoding that is the operator's word, as Python names it."""
        return None if self.encoding is None else codec_of(self.encoding)


class ScreenOperation(AnsweredOperation):
    """One thing that is done in an application."""

    steps: tuple[Step, ...] = Field(min_length=1, max_length=MAX_STEPS)
    extract: Extractions = Field(default_factory=dict)

    @property
    def extracts(self) -> tuple[Mapping[str, Extraction], ...]:
        """What is read, page by page; of the last page last."""
        found = (*(step.extract for step in self.steps if step.extract is not None), self.extract)
        return cast("tuple[Mapping[str, Extraction], ...]", found)
