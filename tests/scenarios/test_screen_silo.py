"""An application made for people: sessions that end, pages that change, and pages that lie."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from rest_service import Got, Reply, RestService, answer, serving

from adapters.screen import ADAPTER
from facade.port import Adapter, BadArgument, Call, SiloClosed, SiloNonsense, SiloSaysNo
from facade.testing import FakeClock, fake_services, make_call

LOGIN = b"<form name=login method=post action=/login><input name=user><input type=password name=password></form>"
SEARCH = b"""<form name=search method=post action=/result><input type=hidden name=token value="t0k3n">
    <input name=number maxlength=8><select name=kind><option value=1>All<option value=2>Old ones</select>
    <input type=submit name=go value=Find></form>"""
RESULT = "<table id=result><tr><td class=holder>Pádraig</td><td class=fee>£1,250.50</td></tr></table>"


def page(html: bytes | str, extra: str = "", charset: str = "iso-8859-1", status: str = "200 OK") -> bytes:
    body = html if isinstance(html, bytes) else html.encode(charset)
    return answer(body, status, f"text/html; charset={charset}", extra)


class Silo:
    """Hands out sessions, and forgets them when it is told; `result` is what a search is answered."""

    def __init__(self, result: Reply = None) -> None:
        self.sessions: set[str] = set()
        self.logins = 0
        self.password = "pa55word"
        self.result = result or page(RESULT)
        self.forms: list[dict[str, list[str]]] = []

    def __call__(self, got: Got) -> Reply:
        form = parse_qs(got.body.decode(), encoding="iso-8859-1")
        if got.target == "/login":
            return self._login(form) if got.method == "POST" else page(LOGIN)
        if got.headers.get("cookie") not in self.sessions:
            return page("", "Location: /login\r\n", status="302 Found")
        if got.method == "POST":
            self.forms.append(form)
            return self.result
        return page(SEARCH)

    def _login(self, form: dict[str, list[str]]) -> bytes:
        self.logins += 1
        if form.get("password") != [self.password]:
            return page(LOGIN)
        self.sessions.add(f"sid={self.logins}")
        return page("<h1>Main menu</h1>", f"Set-Cookie: sid={self.logins}; Path=/\r\n")


STEPS: list[dict[str, Any]] = [
    {"open": "/search"},
    {"fill": {"form": "search", "fields": {"number": "{path.number}", "kind": "{query.kind=}"}}},
    {"expect": {"selector": "table#result", "missing": {"No licence found": 404}}},
]
EXTRACT = {"holder": "td.holder", "fee": "td.fee | decimal", "notes": "li.note[]", "phone": "td.phone?"}


@contextlib.asynccontextmanager
async def opened(
    folder: Path, service: RestService, clock: Callable[[], float] | None = None, **more: Any
) -> AsyncIterator[Adapter]:
    login = [
        {"open": "/login"},
        {"fill": {"form": "login", "fields": {"user": "facade", "password": "pa55word"}}},
        {"expect": {"text": "Main menu"}},
    ]
    settings = ADAPTER.settings.model_validate({"url": service.url, "login": login, "sessions": 2})
    operation = {"steps": STEPS, "extract": EXTRACT, **more}
    model = ADAPTER.operation.model_validate(operation)
    assert ADAPTER.mistakes(model, frozenset({"number"})) == ()
    adapter = await ADAPTER.open(settings, {"get": model}, fake_services(folder, clock=clock))
    try:
        yield adapter
    finally:
        await adapter.close()


async def ask(adapter: Adapter, number: str = "L-1", now: float | None = None, **query: str) -> Any:
    start = asyncio.get_running_loop().time() if now is None else now
    call: Call = make_call("get", path={"number": number}, query=query, headers={"Cookie": "sid=99"})
    answered = await adapter.call(replace(call, deadline=start + 10))
    return json.loads(answered.body, parse_float=str)


async def test_a_form_is_sent_as_a_person_sends_it_and_its_answer_read(tmp_path: Path) -> None:
    silo = Silo()
    async with serving(silo) as service, opened(tmp_path, service) as adapter:
        found = await ask(adapter, "Ñ-1", kind="Old ones")
        await ask(adapter)
    assert found == {"holder": "Pádraig", "fee": "1250.50", "notes": [], "phone": None}
    assert silo.forms[0] == {"token": ["t0k3n"], "number": ["Ñ-1"], "kind": ["2"], "go": ["Find"]}
    assert (silo.logins, silo.forms[1]["kind"]) == (1, ["1"])


async def test_a_session_that_has_expired_is_logged_in_again_once(tmp_path: Path) -> None:
    silo = Silo()
    async with serving(silo) as service, opened(tmp_path, service) as adapter:
        await ask(adapter)
        silo.sessions.clear()
        assert (await ask(adapter))["holder"] == "Pádraig"
        assert silo.logins == 2
        silo.result = page(LOGIN)  # under status 200
        with pytest.raises(SiloNonsense, match="get: the silo asks for a login again and again"):
            await ask(adapter)


async def test_a_form_of_a_write_is_not_sent_twice(tmp_path: Path) -> None:
    silo = Silo(page(LOGIN))
    async with serving(silo) as service, opened(tmp_path, service, writes=True) as adapter:
        with pytest.raises(SiloNonsense, match="get: the session had expired; a form is not sent twice"):
            await ask(adapter)
    assert len(silo.forms) == 1


async def test_a_login_that_is_refused_is_not_tried_again_at_once(tmp_path: Path) -> None:
    silo, clock = Silo(), FakeClock()
    silo.password = "another"
    async with serving(silo) as service, opened(tmp_path, service, clock) as adapter:
        for tries, seconds in ((1, 30), (2, 60), (3, 120)):
            with pytest.raises(SiloNonsense, match="get: login: step 3"):
                await ask(adapter, now=clock.now)
            with pytest.raises(SiloClosed) as closed:
                await ask(adapter, now=clock.now)
            assert closed.value.retry_after == seconds + 1
            assert silo.logins == tries
            clock.advance(seconds)


async def test_two_calls_at_once_have_two_sessions(tmp_path: Path) -> None:
    silo = Silo()
    async with serving(silo) as service, opened(tmp_path, service) as adapter:
        await asyncio.gather(*(ask(adapter) for _ in range(6)))
        cookies = {got.headers["cookie"] for got in service.got if got.target == "/result"}
    assert cookies == {"sid=1", "sid=2"}


@pytest.mark.parametrize(
    ("result", "words"),
    [
        (page(RESULT.replace("td class=holder", "td class=owner")), "step 4: the page has changed: holder is not"),
        (page(RESULT + "<td class=holder>" + RESULT), "holder stands there 2 times"),
        (page(RESULT.replace("1,250.50", "12,50")), "fee: it is no number"),
        (page(RESULT.encode("iso-8859-1"), charset="utf-8"), "holder holds bytes that are no characters"),
        (page("<p>All is well"), "step 3: the page has changed: the element that is expected"),
        (page(RESULT, status="500 Oops"), "step 2: no usable answer: status 500"),
        (
            page("", "Location: http://169.254.169.254/\r\n", status="302 Found"),
            "step 2: .* a redirect to another host",
        ),
        (page("", "Location: /result\r\n", status="307 Again"), "more than 5 redirects"),
        (page(gzip.compress(b"0" * 10**6), "Content-Encoding: gzip\r\n"), "it is compressed"),
        (page(b" " * (2 * 2**20 + 1)), "it is larger than"),
        (page("<div>" * 100_000), "it has more than 20000 elements"),
        (page("<div>" * 19_000), "more than 1000 elements do not end"),
        (page("<!-- <p a=' --><p " + "a " * 100_000 + ">"), "more than 1000 attributes"),
    ],
)
async def test_a_page_that_is_not_the_one_described_is_told_by_its_step(
    tmp_path: Path, result: bytes, words: str
) -> None:
    silo = Silo(result)
    async with serving(silo) as service, opened(tmp_path, service) as adapter:
        with pytest.raises(SiloNonsense, match=f"^get: .*{words}"):
            await ask(adapter)


async def test_what_the_silo_does_not_find_is_its_no(tmp_path: Path) -> None:
    silo = Silo(page("<p>No licence\n <b>found</b>", status="500 Oops"))
    async with serving(silo) as service, opened(tmp_path, service) as adapter:
        with pytest.raises(SiloSaysNo) as no:
            await ask(adapter)
    assert no.value.status == 404


@pytest.mark.parametrize(
    ("number", "kind", "field"),
    [("L-1", "3", "{query.kind}"), ("L-1\nL-2", "1", "{path.number}"), ("L-12345678", "1", "{path.number}"),
     ("Ł-1", "1", "{path.number}")],
)  # fmt: skip
async def test_what_no_person_could_enter_is_the_callers_mistake(
    tmp_path: Path, number: str, kind: str, field: str
) -> None:
    silo = Silo()
    async with serving(silo) as service, opened(tmp_path, service) as adapter:
        with pytest.raises(BadArgument) as bad:
            await ask(adapter, number, kind=kind)
    assert (bad.value.field, silo.forms) == (field, [])
