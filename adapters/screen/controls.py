"""The fields of a form: what a person can enter into them, and what is then sent. Pure.

As HTML section 4.10 has it: a field keeps what the page put into it, hidden ones and tokens too, unless a step fills
it; what a person could not enter is refused, and so is a value that a field would cut off.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

from adapters.screen.extraction import Changed
from adapters.screen.steps import Filled, check_encodable
from facade.port import BadArgument
from facade.port.fitting import as_text

BUTTONS: Final = frozenset({"submit", "image"})
_NO_FIELDS: Final = frozenset({"button", "reset"})
_NOT_TYPED: Final = frozenset({"file"})
_FIRST_LINE_END: Final = re.compile(r"\A(?:\r\n|\r|\n)")
"""Behind `<textarea>` it is no part of the text (HTML section 13.1.2.5); libxml2 keeps it."""

_TRUTH: Final = {"true": True, "false": False}

Control = Any
"""An lxml element: input, select, textarea or button."""


def kind(control: Control) -> str:
    """What it is: the type of an input or a button, else its tag."""
    if control.tag == "button":
        written = (control.get("type") or "submit").lower()
        return written if written in _NO_FIELDS else "submit"
    return (control.get("type") or "text").strip().lower() if control.tag == "input" else str(control.tag)


def is_disabled(control: Control) -> bool:
    """Whether nobody can use it: it, or a fieldset around it."""
    return control.get("disabled") is not None or any(
        each.get("disabled") is not None for each in control.iterancestors("fieldset")
    )


def enter(controls: Sequence[Control], filled: Filled, codec: str) -> None:
    """Put a value into the controls of one name; raise BadArgument, or Changed where the page is the reason."""
    if filled.value is None:
        return
    usable = [each for each in controls if kind(each) not in BUTTONS | _NO_FIELDS and not is_disabled(each)]
    usable = [each for each in usable if kind(each) != "hidden"] or usable  # a box often has a hidden field beside it
    if not usable:
        raise Changed(f"the form has no field {filled.name} that can be filled")
    kinds = {kind(each) for each in usable}
    if kinds == {"checkbox"}:
        _tick(usable, filled)
    elif kinds == {"radio"}:
        _choose(usable, filled, "checked", lambda each: each.get("value", "on"))
    elif len(usable) > 1:
        raise Changed(f"the form has a field {filled.name} {len(usable)} times")
    elif kinds == {"select"}:
        _select(usable[0], filled)
    else:
        _type(usable[0], filled, codec)


def pairs(control: Control) -> Iterator[tuple[str, str]]:
    """What it sends; nothing of a button, which is sent where it is pressed."""
    name = control.get("name")
    sort = kind(control)
    if not name or is_disabled(control) or sort in BUTTONS | _NO_FIELDS | _NOT_TYPED:
        return
    if sort in {"checkbox", "radio"}:
        if control.get("checked") is not None:
            yield name, control.get("value", "on")
    elif sort == "select":
        yield from ((name, _value(option)) for option in _chosen(control))
    elif sort == "textarea":
        yield name, _FIRST_LINE_END.sub("", control.text_content())
    else:
        yield name, control.get("value", "")


def label(button: Control) -> str:
    """The words on a button."""
    words = button.text_content() if button.tag == "button" else button.get("value") or button.get("alt") or ""
    return " ".join(words.split())


def misfit(filled: Filled, problem: str) -> Exception:
    """The caller's mistake where the value is his; where it is the operator's, the page has changed."""
    if filled.field:
        return BadArgument(filled.field, problem)
    return Changed(f"the form's field {filled.name} does not take what is written for it")


def _tick(boxes: Sequence[Control], filled: Filled) -> None:
    text = as_text(filled.value)
    meant = [each for each in boxes if each.get("value", "on") == text]
    if not meant and len(boxes) == 1 and text in _TRUTH:
        meant = [*boxes] if _TRUTH[text] else []
    elif len(meant) != 1:
        raise misfit(filled, "must be one of the values that the silo offers")
    _mark(boxes, meant, "checked")


def _choose(choices: Sequence[Control], filled: Filled, mark: str, *ways: Any) -> None:
    text = as_text(filled.value)
    for way in ways:
        meant = [each for each in choices if way(each) == text]
        if len(meant) == 1:
            _mark(choices, meant, mark)
            return
    raise misfit(filled, "must be one of the values that the silo offers")


def _select(control: Control, filled: Filled) -> None:
    """By the value that is sent, else by the words that a person reads."""
    for option in control.iter("option"):
        option.attrib.pop("selected", None)
    options = [each for each in control.iter("option") if not _is_off(each)]
    _choose(options, filled, "selected", _value, lambda each: " ".join(each.text_content().split()))


def _mark(choices: Sequence[Control], meant: Sequence[Control], mark: str) -> None:
    for each in choices:
        if each in meant:
            each.set(mark, mark)
        else:
            each.attrib.pop(mark, None)


def _type(control: Control, filled: Filled, codec: str) -> None:
    if kind(control) in _NOT_TYPED or control.get("readonly") is not None:
        raise Changed(f"the form's field {filled.name} cannot be filled")
    text = as_text(filled.value)
    for problem in _unfit(control, text):
        raise misfit(filled, problem)
    if filled.field:
        check_encodable(text, filled.field, codec)
    try:
        if control.tag == "textarea":
            for inside in list(control):
                control.remove(inside)
            control.text = "\n" + text
        else:
            control.set("value", text)
    except ValueError:  # a control character, which no markup holds
        raise misfit(filled, "holds a character that the silo cannot take") from None


def _unfit(control: Control, text: str) -> Iterator[str]:
    if control.tag != "textarea" and ("\n" in text or "\r" in text):
        yield "must be one line of text"
    if control.get("required") is not None and not text:
        yield "must not be empty"
    length = len(text.replace("\r\n", "\n").encode("utf-16-le")) // 2  # HTML counts UTF-16 code units
    longest, shortest = _number(control.get("maxlength")), _number(control.get("minlength"))
    if longest is not None and length > longest:
        yield f"must have at most {longest} characters"
    if shortest is not None and 0 < length < shortest:
        yield f"must have at least {shortest} characters"


def _number(text: str | None) -> int | None:
    return int(text) if text is not None and text.isascii() and text.isdigit() and len(text) < 10 else None


def _chosen(control: Control) -> list[Control]:
    """The options that are sent; of a list from which one is taken, the last one chosen, else the first."""
    options = [each for each in control.iter("option") if not _is_off(each)]
    chosen = [each for each in options if each.get("selected") is not None]
    if control.get("multiple") is not None:
        return chosen
    return chosen[-1:] or (options[:1] if (control.get("size") or "1") == "1" else [])


def _is_off(option: Control) -> bool:
    group = option.getparent()
    grouped = group is not None and group.tag == "optgroup" and group.get("disabled") is not None
    return option.get("disabled") is not None or grouped


def _value(option: Control) -> str:
    value = option.get("value")
    return " ".join(option.text_content().split()) if value is None else str(value)
