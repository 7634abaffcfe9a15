"""An operation's steps for one call, or a login's: every template filled before the first request is sent. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from adapters.screen.extraction import Extraction
from adapters.screen.settings import Expect, Fill, LoginStep, ScreenOperation, Step
from facade.port import BadArgument, Call, Template, Value
from facade.port.fitting import as_text


@dataclass(frozen=True, slots=True)
class Filled:
    """What a field of a form gets. `field` is the platform's name of it, empty for what is the operator's own."""

    name: str
    value: Value = field(repr=False)
    field: str = ""


@dataclass(frozen=True, slots=True)
class Open:
    """Ask for a page. `number` is the step's, from 1."""

    number: int
    place: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Send:
    """Fill a form and send it: by the button that the next step presses, or as Enter would."""

    number: int
    form: str | None
    fields: tuple[Filled, ...]
    button: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Press:
    """Press a button, or follow a link."""

    number: int
    name: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Look:
    """See that a page is the one that is meant."""

    number: int
    selector: str | None
    text: str | None = field(repr=False)
    missing: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Read:
    """Read fields from a page."""

    number: int
    fields: Mapping[str, Extraction]


Action = Open | Send | Press | Look | Read


def fill_steps(operation: ScreenOperation, call: Call, codec: str | None) -> tuple[Action, ...]:
    """The steps of this call; raise BadArgument. What `codec` cannot say is refused here, where it is known."""
    filled = [*_filled(operation.steps, call, codec)]
    if operation.extract:
        filled.append(Read(len(operation.steps) + 1, operation.extract))
    return _joined(filled)


def login_steps(steps: Sequence[LoginStep], codec: str | None) -> tuple[Action, ...]:
    """The steps of a login."""
    return _joined(_login(steps, codec))


def _filled(steps: Sequence[Step], call: Call, codec: str | None) -> Iterator[Action]:
    for number, step in enumerate(steps, 1):
        if step.open is not None:
            yield Open(number, step.open.of(call, codec or "utf-8"))
        elif step.fill is not None:
            yield _send(number, step.fill, call, codec)
        elif step.press is not None:
            yield Press(number, _text(step.press, call))
        elif step.expect is not None:
            yield _look(number, step.expect, call)
        else:
            yield Read(number, step.extract or {})


def _send(number: int, fill: Fill, call: Call, codec: str | None) -> Send:
    fields = tuple(Filled(name, each.fill(call), each.field) for name, each in fill.fields.items())
    for each in fields:
        if codec is not None and each.field and isinstance(each.value, str):
            check_encodable(each.value, each.field, codec)
    return Send(number, fill.form, fields)


def check_encodable(text: str, field: str, codec: str) -> None:
    """Refuse what a form of this encoding cannot carry; raise BadArgument."""
    try:
        text.encode(codec)
    except UnicodeEncodeError:
        raise BadArgument(field, "holds a character that the silo cannot take") from None


def _look(number: int, expect: Expect, call: Call) -> Look:
    text = None if expect.text is None else _text(expect.text, call)
    return Look(number, expect.selector, text, expect.missing)


def _text(template: Template, call: Call) -> str:
    """An empty text would be found everywhere, and a button without a name nowhere."""
    text = " ".join(as_text(template.fill(call)).split())
    if not text:
        raise BadArgument(template.field, "must not be empty")
    return text


def _login(steps: Sequence[LoginStep], codec: str | None) -> Iterator[Action]:
    nobody = Call("login", "GET", 0.0)
    for number, step in enumerate(steps, 1):
        if step.open is not None:
            yield Open(number, step.open.of(nobody, codec or "utf-8"))
        elif step.fill is not None:
            fields = (Filled(name, secret.get_secret_value()) for name, secret in step.fill.fields.items())
            yield Send(number, step.fill.form, tuple(fields))
        elif step.press is not None:
            yield Press(number, step.press)
        elif step.expect is not None:
            yield Look(number, step.expect.selector, step.expect.text)


def _joined(actions: Iterable[Action]) -> tuple[Action, ...]:
    """A form that is filled is sent by the button that the next step presses."""
    joined: list[Action] = []
    for action in actions:
        last = joined[-1] if joined else None
        if isinstance(action, Press) and isinstance(last, Send) and last.button is None:
            joined[-1] = Send(last.number, last.form, last.fields, action.name)
        else:
            joined.append(action)
    return tuple(joined)
