"""The steps of one call, one after the other. Pure: it says which request is to be sent next, and is given its page.

A page that is not the one described is a SiloNonsense with the number of the step; whatever was read until then is
dropped. A page that asks for a login is none of the script's pages: `SessionExpired`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from selectolax.lexbor import LexborNode

from adapters.screen import form
from adapters.screen.extraction import Changed
from adapters.screen.form import Request
from adapters.screen.page import Page
from adapters.screen.places import path_of
from adapters.screen.settings import Seen
from adapters.screen.steps import Action, Look, Open, Press, Read, Send
from facade.port import SiloError, SiloFull, SiloNonsense, SiloSaysNo

_LOGS_IN: Final = frozenset({401, 419, 440})
"""Statuses of a session that is over: RFC 9110 section 15.5.2, and what Laravel and IIS say of theirs."""

_BUSY: Final = frozenset({429, 503})
_MAX_RETRY: Final = 3600
"""Seconds of a Retry-After that are passed on: an hour is the longest a caller plans for."""


class SessionExpired(Exception):  # noqa: N818 - what happened to a session; it leaves no adapter
    """The silo shows its login where a page of the script should be."""


@dataclass(frozen=True, slots=True)
class Door:
    """How the login is known: its form and fields, its path, and what the operator says of an expired session."""

    form: str | None
    fields: frozenset[str]
    path: str
    expired: Seen | None

    def is_seen(self, page: Page) -> bool:
        """Whether a page is the login, or says that the session is over; raise Changed."""
        if page.status in _LOGS_IN or (page.moved and path_of(page.url) == self.path):
            return True
        return self._says(page) or self._asks(page)

    def _says(self, page: Page) -> bool:
        seen = self.expired
        if seen is None or (seen.selector is not None and not page.root.css(seen.selector)):
            return False
        return seen.text is None or page.shows(seen.text, seen.selector)

    def _asks(self, page: Page) -> bool:
        names = {node.attributes.get("name") for node in page.root.css("input")}
        if not self.fields <= names:
            return False
        forms = [node.attributes for node in page.root.css("form")]
        return self.form is None or any(self.form in {each.get("name"), each.get("id")} for each in forms)


class Script:
    """One run of some steps. `where` begins every error: the operation, and whether it is its login."""

    def __init__(
        self, where: str, actions: Sequence[Action], url: str, door: Door | None, show: Callable[[str], None]
    ) -> None:
        self.where = where
        self.fields: dict[str, object] = {}
        self.sent = False
        """Whether a form was sent or a link followed: before, nothing can have changed."""
        self.page: Page | None = None
        self.size = 0
        self._actions = actions
        self._url = url
        self._door = door
        self._show = show
        self._run = self._steps()
        self._number = 0

    def __repr__(self) -> str:
        return f"<Script {self.where} step={self._number} sent={self.sent}>"

    def advance(self, page: Page | None) -> Request | None:
        """Take the page that was asked for, None at the beginning; return the next request, None at the end.

        Raise BadArgument, SiloError or SessionExpired.
        """
        try:
            if page is not None:
                self._take(page)
            request = next(self._run, None)
        except Changed as changed:
            raise SiloNonsense(f"{self.at(self._number)}: the page has changed: {changed}") from None
        self.sent = self.sent or (request is not None and bool(request.referer))
        return request

    def at(self, number: int) -> str:
        """The place of a step, as an error begins."""
        return f"{self.where}: step {number}"

    def _steps(self) -> Iterator[Request]:
        for action in self._actions:
            self._number = action.number
            if isinstance(action, Open):
                yield Request(action.number, "GET", self._url + action.place)
            elif isinstance(action, Send):
                yield form.sent(self._here(), action.number, action.form, action.fields, action.button)
            elif isinstance(action, Press):
                yield form.pressed(self._here(), action.number, action.name)
            elif isinstance(action, Look):
                self._look(action, self._here())
            else:
                self._read(action, self._here())

    def _take(self, page: Page) -> None:
        self.page = page
        self.size = max(self.size, page.size)
        self._show(f"step {self._number}: {_told(page)}")
        if self._door is not None and self._door.is_seen(page):
            raise SessionExpired
        if not page.is_good:
            self._refuse(page)

    def _refuse(self, page: Page) -> None:
        """A page with a bad status; what the next step calls `missing` is looked for first."""
        after = next((each for each in self._actions if each.number > self._number), None)
        if isinstance(after, Look):
            self._check_missing(after, page)
        name = self.at(self._number)
        if page.status in _BUSY:
            raise SiloFull(f"{name}: the silo answers {page.status}, it takes no more calls", retry_after=_wait(page))
        raise SiloNonsense(f"{name}: no usable answer: status {page.status}")

    def _here(self) -> Page:
        if self.page is None:
            raise Changed("no page is open")
        return self.page

    def _look(self, action: Look, page: Page) -> None:
        self._check_missing(action, page)
        if action.selector is not None and not page.root.css(action.selector):
            raise Changed("the element that is expected is not there")
        if action.text is not None and not page.shows(action.text, action.selector):
            raise Changed("the text that is expected is not there")
        self._show(f"step {action.number}: the page is the one that is expected")

    def _check_missing(self, action: Look, page: Page) -> None:
        for text, status in action.missing.items():
            if page.shows(text):
                raise SiloSaysNo(status, f"{self.at(action.number)}: the silo says no")

    def _read(self, action: Read, page: Page) -> None:
        for name, sought in action.fields.items():
            self.fields[name] = sought.of(name, page.root)
            self._show(f"step {action.number}: {name} = {self.fields[name]!r}")


def login_problem(where: str, script: Script, door: Door) -> SiloError | None:
    """What is wrong with a login whose steps are done: one that shows the login again was refused."""
    try:
        if script.page is not None and not door.is_seen(script.page):
            return None
    except Changed:
        pass
    return SiloNonsense(f"{where}: the silo does not take the user and the password")


def _wait(page: Page) -> int | None:
    seconds = page.retry_after
    return min(int(seconds), _MAX_RETRY) if seconds.isascii() and seconds.isdigit() and len(seconds) < 9 else None


def _told(page: Page) -> str:
    """A page for `--try`: what it is, and the forms with the names of their fields; no value of any."""
    try:
        forms = ", ".join(_form(node) for node in page.root.css("form"))
    except Changed as changed:
        return f"{path_of(page.url)}: status {page.status}, not readable: {changed}"
    shown = f"; forms: {forms}" if forms else ""
    return f"{path_of(page.url)}: status {page.status}, {page.size} bytes of {page.codec}{shown}"


def _form(node: LexborNode) -> str:
    name = node.attributes.get("name") or node.attributes.get("id") or "without a name"
    fields = [each.attributes.get("name") for each in node.css("input, select, textarea")]
    return f"{name} ({', '.join(filter(None, fields))})"
