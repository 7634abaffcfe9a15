"""A page's forms, buttons and links: which one is meant, and the request that it sends. Pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from adapters.screen.controls import BUTTONS, Control, enter, is_disabled, kind, label, pairs
from adapters.screen.decoding import codec_of
from adapters.screen.extraction import Changed
from adapters.screen.page import Page
from adapters.screen.places import resolved
from adapters.screen.steps import Filled

_CONTROLS: Final = ("input", "select", "textarea", "button")
_URLENCODED: Final = "application/x-www-form-urlencoded"
_MULTIPART: Final = "multipart/form-data"
_LINE_END: Final = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class Request:
    """What is sent. `number` is the step's; `referer` the page that it comes from, empty where it comes from none."""

    number: int
    method: str
    url: str = field(repr=False)
    body: bytes | None = field(default=None, repr=False)
    content_type: str = ""
    referer: str = field(default="", repr=False)


def sent(page: Page, number: int, name: str | None, fields: Sequence[Filled], pressed: str | None) -> Request:
    """The request of a filled form; raise Changed or BadArgument."""
    form = _form(page, name, [each.name for each in fields])
    controls = _owned(page, form)
    codec = _codec(page, form)
    for each in fields:
        enter([control for control in controls if control.get("name") == each.name], each, codec)
    buttons = [each for each in controls if kind(each) in BUTTONS]
    button = next(iter(buttons), None) if pressed is None else _named(buttons, pressed)
    if pressed is not None and button is None:
        raise Changed("the form has no such button")
    return _request(page, number, form, button)


def pressed(page: Page, number: int, name: str) -> Request:
    """The request of a button with the page's own values, or of a link; raise Changed."""
    button = _named([each for each in _all(page) if kind(each) in BUTTONS], name)
    if button is not None:
        form = _owner(page, button)
        if form is None:
            raise Changed("the button is in no form")
        return _request(page, number, form, button)
    links = [each for each in page.document.iter("a") if each.get("href") is not None]
    places = {_lead(page, each.get("href")) for each in links if " ".join(each.text_content().split()) == name}
    if len(places) != 1:
        raise Changed(f"{len(places)} links have these words" if places else "there is no such button or link")
    return Request(number, "GET", places.pop(), referer=page.url)


def _form(page: Page, name: str | None, fields: Sequence[str]) -> Any:
    forms = [*page.document.iter("form")]
    if name is None:
        found = [each for each in forms if {control.get("name") for control in _owned(page, each)}.issuperset(fields)]
    else:
        found = [each for each in forms if name in {each.get("name"), each.get("id")}]
    if len(found) != 1:
        which = "such a form" if name is None else f"form {name}"
        raise Changed(f"it has {which} {len(found)} times" if found else f"it has no {which.removeprefix('such a ')}")
    return found[0]


def _all(page: Page) -> list[Control]:
    return [*page.document.iter(*_CONTROLS)]


def _owned(page: Page, form: Any) -> list[Control]:
    return [each for each in _all(page) if _owner(page, each) is form]


def _owner(page: Page, control: Control) -> Any:
    """The form that it belongs to: the one it names (HTML section 4.10.18.3), else the one around it."""
    named = control.get("form")
    if named is not None:
        return next((each for each in page.document.iter("form") if each.get("id") == named), None)
    return next(control.iterancestors("form"), None)


def _named(buttons: Sequence[Control], name: str) -> Control | None:
    """The button of this name, id or label; raise Changed where there are several."""
    found = [each for each in buttons if name in {each.get("name"), each.get("id"), label(each)}]
    if len(found) > 1:
        raise Changed(f"{len(found)} buttons are called so")
    return found[0] if found else None


def _codec(page: Page, form: Any) -> str:
    for each in (form.get("accept-charset") or "").replace(",", " ").split():
        try:
            return codec_of(each)
        except ValueError:
            continue
    return page.codec


def _request(page: Page, number: int, form: Any, button: Control | None) -> Request:
    if button is not None and is_disabled(button):
        raise Changed("the button cannot be pressed")
    asked = {} if button is None else button.attrib
    method = (asked.get("formmethod") or form.get("method") or "get").strip().lower()
    url = _lead(page, asked.get("formaction") or form.get("action") or "")
    values = [pair for each in _owned(page, form) for pair in (_pressed(each) if each is button else pairs(each))]
    entries = [(name, _LINE_END.sub("\r\n", value)) for name, value in values]
    codec = _codec(page, form)
    if method == "get":
        query = urlencode(entries, encoding=codec, errors="xmlcharrefreplace")
        return Request(number, "GET", urlsplit(url)._replace(query=query).geturl(), referer=page.url)
    if method != "post":
        raise Changed("its form is sent in a way that no server knows")
    body, content_type = _body(entries, codec, (asked.get("formenctype") or form.get("enctype") or "").strip().lower())
    return Request(number, "POST", url, body, content_type, page.url)


def _pressed(button: Control) -> list[tuple[str, str]]:
    """A picture says where it was pressed: at its corner."""
    name = button.get("name")
    if kind(button) == "image":
        before = f"{name}." if name else ""
        return [(f"{before}x", "0"), (f"{before}y", "0")]
    return [(name, button.get("value", ""))] if name else []


def _body(entries: Sequence[tuple[str, str]], codec: str, enctype: str) -> tuple[bytes, str]:
    if enctype == _MULTIPART:
        return _multipart(entries, codec)
    if enctype in {"", _URLENCODED}:
        return urlencode(entries, encoding=codec, errors="xmlcharrefreplace").encode("ascii"), _URLENCODED
    raise Changed("its form is sent in a way that no server knows")


def _multipart(entries: Sequence[tuple[str, str]], codec: str) -> tuple[bytes, str]:
    """RFC 7578. The boundary is a hash of the values, so none of them holds it."""
    parts = [
        b'Content-Disposition: form-data; name="%b"\r\n\r\n%b\r\n'
        % (_quoted(name).encode(codec, "xmlcharrefreplace"), value.encode(codec, "xmlcharrefreplace"))
        for name, value in entries
    ]
    boundary = b"facade-" + hashlib.sha256(b"".join(parts)).hexdigest().encode("ascii")
    body = b"".join(b"--%b\r\n%b" % (boundary, part) for part in parts)
    return body + b"--%b--\r\n" % boundary, f"{_MULTIPART}; boundary={boundary.decode('ascii')}"


def _quoted(name: str) -> str:
    """As HTML section 4.10.22.8 writes a name."""
    return name.replace("\r\n", "%0D%0A").replace("\n", "%0A").replace('"', "%22")


def _lead(page: Page, href: str) -> str:
    """Where it leads. An empty action is the page itself, whatever its <base> says."""
    url = resolved(href, page.place if href.strip() else page.url, page.codec)
    if url is None:
        raise Changed("it leads to another host, or to a script")
    return url
