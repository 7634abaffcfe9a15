from __future__ import annotations

import pytest
import structlog

from facade.control.answers import Question, Reply, text
from facade.control.site import HEADERS, Site, knows
from facade.problem import Refusal


async def page(_: Question) -> Reply:
    return text("here")


ADMIN = Site({"/livez": page}, host="10.0.0.7")
OBSERVE = Site({"/livez": page})


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_a_page_is_read(method: str):
    assert (await OBSERVE.answer(Question(method, "/livez", host="anything"))).status == 200


async def refused(site: Site, question: Question) -> tuple[int, tuple[str, ...]]:
    with pytest.raises(Refusal) as refusal:
        await site.answer(question)
    return refusal.value.problem.status, refusal.value.problem.allow


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "get"])
async def test_nothing_is_changed_by_any_method(method: str):
    assert await refused(OBSERVE, Question(method, "/livez")) == (405, ("GET", "HEAD"))


@pytest.mark.parametrize("path", ["/", "/livez/", "/api/config", "/%6civez", "//livez"])
async def test_a_path_is_known_as_it_is_spelt_or_not_at_all(path: str):
    assert (await refused(OBSERVE, Question("GET", path)))[0] == 404


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST", "127.0.0.1", "127.1.2.3", "::1", "10.0.0.7", "10.9.9.9"])
async def test_the_admin_listener_answers_to_loopback_and_to_its_own_address(host: str):
    assert (await ADMIN.answer(Question("GET", "/livez", host=host, local="10.9.9.9"))).status == 200


@pytest.mark.parametrize("host", ["evil.example", "", "localhost.evil.example", "10.0.0.8", "localhost.", "[::1]", "0"])
async def test_a_name_that_was_rebound_to_it_is_refused_before_anything_is_told(host: str):
    assert (await refused(ADMIN, Question("GET", "/livez", host=host, local="10.9.9.9")))[0] == 403
    assert (await refused(ADMIN, Question("GET", "/unknown", host=host, local="10.9.9.9")))[0] == 403


def test_a_listener_on_every_address_knows_the_one_that_was_reached():
    assert knows("10.0.0.7", "0.0.0.0", "10.0.0.7")
    assert not knows("10.0.0.8", "0.0.0.0", "10.0.0.7")


def test_no_answer_may_be_framed_guessed_at_kept_or_run_and_none_tells_a_version():
    assert HEADERS["Server"] == "facade"
    assert HEADERS["X-Content-Type-Options"] == "nosniff"
    assert HEADERS["Cache-Control"] == "no-store"
    policy = HEADERS["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "script" not in policy


# What changes something


async def moved(question: Question) -> Reply:
    return text(f"done with {len(question.body)} bytes")


def changing(token: str | None = "hush-hush") -> Site:
    return Site({"/livez": page}, host="10.0.0.7", actions={"/api/move": moved}, token=token)


def order(
    method: str = "POST", *, authorization: str = "Bearer hush-hush", host: str = "localhost", **rest
) -> Question:
    return Question(method, "/api/move", host=host, authorization=authorization, **rest)


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER", "Bearer  "])
async def test_whoever_has_the_token_changes_something(scheme: str):
    assert (await changing().answer(order(authorization=f"{scheme} hush-hush", body=b"{}"))).status == 200


@pytest.mark.parametrize(
    "authorization",
    [
        "",
        "Bearer",
        "Bearer ",
        "Bearer hush",
        "Bearer hush-hush2",
        "Bearer HUSH-HUSH",
        "Basic hush-hush",
        "hush-hush",
        "Bearer h\u00fcsh",
        "Bearer \udcff",
    ],
)
async def test_without_the_token_nothing_is_changed_and_the_log_says_that_somebody_tried(authorization: str):
    with structlog.testing.capture_logs() as said:
        assert (await refused(changing(), order(authorization=authorization)))[0] == 401
    (line,) = said
    assert (line["event"], line["path"]) == ("order without the token", "/api/move")
    assert "hush" not in str(line)


async def test_where_there_is_no_token_nobody_changes_anything():
    for authorization in ("", "Bearer ", "Bearer None", "Bearer hush-hush"):
        with pytest.raises(Refusal) as refusal:
            await changing(token=None).answer(order(authorization=authorization))
        assert refusal.value.problem.status == 403
        assert "Give it admin.token" in refusal.value.problem.detail


async def test_a_page_of_another_site_asks_for_nothing_even_with_the_token():
    assert (await refused(changing(), order(from_a_page=True)))[0] == 403


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS", "post"])
async def test_a_change_is_asked_for_by_post_alone(method: str):
    assert await refused(changing(), order(method)) == (405, ("POST",))


async def test_a_name_that_was_rebound_changes_nothing_though_it_has_the_token():
    assert (await refused(changing(), order(host="evil.example")))[0] == 403


async def test_a_page_is_read_without_the_token():
    assert (await changing().answer(Question("GET", "/livez", host="localhost"))).status == 200


def test_what_is_shown_of_a_listener_and_of_a_question_is_no_token():
    assert "hush" not in repr(changing())
    assert "hush" not in repr(order(body=b"hush"))


# Pages of a folder, and their forms


def with_forms() -> Site:
    return Site(
        {"/": page, "/routes/": page, "/callers": page}, "10.0.0.7", token="hush-hush", forms={"/routes/": moved}
    )


@pytest.mark.parametrize("path", ["/", "/callers", "/routes/titles.read", "/routes/a%2fb"])
async def test_a_page_stands_for_all_of_its_folder_and_for_nothing_deeper(path: str):
    assert (await with_forms().answer(Question("GET", path, host="localhost"))).status == 200


@pytest.mark.parametrize(
    "path", ["", "//", "/routes", "/routes/", "/routes/a/b", "//routes/a", "/x", "/callers/", "/x/"]
)
async def test_a_folder_itself_and_what_lies_deeper_is_nowhere(path: str):
    assert (await refused(with_forms(), Question("GET", path, host="localhost")))[0] == 404


async def test_a_form_is_sent_by_post_and_brings_its_own_token():
    reply = await with_forms().answer(Question("POST", "/routes/a", host="localhost", body=b"token=x"))
    assert reply.body == b"done with 7 bytes"
    assert await refused(with_forms(), Question("PUT", "/routes/a", host="localhost")) == (405, ("GET", "HEAD", "POST"))
    assert await refused(with_forms(), Question("POST", "/callers", host="localhost")) == (405, ("GET", "HEAD"))


async def test_a_form_that_another_site_sends_or_under_a_rebound_name_is_refused():
    assert (await refused(with_forms(), Question("POST", "/routes/a", host="localhost", from_a_page=True)))[0] == 403
    assert (await refused(with_forms(), Question("POST", "/routes/a", host="evil.example")))[0] == 403
