"""Who is logged in: sessions that are kept between calls, one call at a time in each, and the login that makes them.

One login runs at a time. After one that the silo refused there is a pause, which grows: an account that is locked
because a sidecar tried too often is locked for everybody.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import aiohttp

from adapters.screen.browser import Browser
from adapters.screen.page import Page
from adapters.screen.script import Door, Script, login_problem
from adapters.screen.settings import ScreenSettings
from adapters.screen.steps import login_steps
from facade.port import SiloClosed, SiloNonsense

THREAD_BYTES: Final = 16 * 1024
"""A larger page is read in a thread: this much takes a millisecond."""

_FIRST_PAUSE: Final = 30.0
_LONGEST_PAUSE: Final = 600.0
"""Seconds after a refused login: most applications lock an account after three to five in some minutes."""

Show = Callable[[str], None]


@dataclass(eq=False, slots=True)
class Session:
    """The cookies of one session; `is_new` until a call was answered in it."""

    jar: aiohttp.CookieJar
    is_new: bool = True


class Sessions:
    """Those that no call uses, and the way to more of them. How many there are at once is the adapter's to bound."""

    def __init__(self, settings: ScreenSettings, browser: Browser, clock: Callable[[], float], show: Show) -> None:
        self._settings = settings
        self._browser = browser
        self._clock = clock
        self._show = show
        self._idle: list[Session] = []
        self._login = login_steps(settings.login, settings.codec)
        self._turn = asyncio.Lock()
        self._pause = 0.0
        self._refused_until = 0.0
        self.door = _door(settings)

    def __repr__(self) -> str:
        return f"<Sessions idle={len(self._idle)}>"

    async def take(self, name: str, *, new: bool) -> Session:
        """A session for one call; raise a SiloError. It is given back, or it is no more."""
        if self.door is None:
            return Session(self._browser.jar())
        if self._idle and not new:
            return self._idle.pop()
        async with self._turn:
            self._check_pause(name)
            return await self._logged_in(f"{name}: login", self.door)

    def give_back(self, session: Session) -> None:
        """The call is answered; where nobody logs in, the next one has a session of its own."""
        if self.door is not None:
            session.is_new = False
            self._idle.append(session)

    async def run(self, script: Script, session: Session) -> None:
        """Run a script to its end; raises what it raises."""
        page: Page | None = None
        while True:
            if page is None or page.size <= THREAD_BYTES:
                request = script.advance(page)
            else:
                request = await asyncio.to_thread(script.advance, page)
            if request is None:
                return
            page = await self._browser.ask(script.at(request.number), session.jar, request)

    async def _logged_in(self, where: str, door: Door) -> Session:
        session = Session(self._browser.jar())
        script = Script(where, self._login, self._settings.url, None, self._shown)
        try:
            await self.run(script, session)
            problem = login_problem(where, script, door)
            if problem is not None:
                raise problem
        except SiloNonsense:
            if script.sent:
                self._pause = min(max(2 * self._pause, _FIRST_PAUSE), _LONGEST_PAUSE)
                self._refused_until = self._clock() + self._pause
            raise
        self._pause = 0.0
        return session

    def _check_pause(self, name: str) -> None:
        seconds = self._refused_until - self._clock()
        if seconds > 0:
            raise SiloClosed(f"{name}: the silo refused the last login", retry_after=int(seconds) + 1)

    def _shown(self, line: str) -> None:
        self._show(f"login: {line}")


def _door(settings: ScreenSettings) -> Door | None:
    if not settings.login:
        return None
    first = settings.login[0].open
    fill = next(step.fill for step in settings.login if step.fill is not None)
    path = "" if first is None else str(first.template.parts[0]).partition("?")[0]
    base = settings.url.partition("://")[2].partition("/")
    return Door(fill.form, frozenset(fill.fields), f"{base[1]}{base[2]}{path}", settings.expired)
