"""The pages, asked as a browser asks: what they show, and that nothing of a silo or a file becomes markup."""

from __future__ import annotations

import dataclasses
import datetime
from itertools import pairwise
from typing import Any

import pytest
from shown import BAD, HOSTILE, LAND, NOON, REASON, TITLES, Page, World, asked, day

from facade.control.answers import Question, Reply
from facade.control.done import Done, Scope
from facade.control.gate import Barred
from facade.control.judge.verdict import CheckResult, Ruling, Verdict
from facade.control.ledger.entry import Entry
from facade.control.ledger.recent import Recent
from facade.control.mover import Conflict
from facade.control.subject import Refused
from facade.ending.burndown import BurnDown
from facade.ending.counts import CallerCalls
from facade.ending.evidence import Reason
from facade.page.live import Live
from facade.page.pages import forms, pages
from facade.problem import Refusal

ENTRY = Entry(
    at=NOON, what="titles.read", before="shadow", after="canary 25%", cause="page", revision="a", by="Ada", why="w"
)
CALLER = CallerCalls("land-registry", "bailiffs", 1204, NOON)


async def get(world: World, path: str, *query: tuple[str, str]) -> tuple[Reply, Page]:
    sources = world.sources()
    at = path if path in {"/", "/callers"} else path[: path.rindex("/") + 1]
    return await asked(pages(sources, Live(sources))[at], Question("GET", path, query))


async def post(world: World, body: str, token: str | None = "hush-hush") -> tuple[Reply, Page]:
    question = Question(
        "POST", "/routes/titles.read", content_type="application/x-www-form-urlencoded", body=body.encode()
    )
    return await asked(forms(world.sources(token))["/routes/"], question)


MOVE = "choice=move+canary&share=50%25&by=Ada&reason=good&revision=4f0c&token=hush-hush"


async def test_the_overview_shows_the_waterline_and_every_route_with_its_sentence() -> None:
    _, page = await get(World(), "/")
    for told in (
        "Calls answered by the new side 24.8%",
        "Routes moved 0 of 1",
        "127.0.0.1:7101 24.8% 1 route",
        "land-registry 75% 1 route left overdue since 31 October 2026",
        "portal 0% no route left off by 31 March 2027",
        "GET /titles/{number} canary 25% not enough yet platform errors 0 % over 25 calls, of 1000 wanted.",
    ):
        assert told in page.said
    assert {"silo-land-registry", "silo-portal", "route-titles.read", "main"} <= set(page.ids())


async def test_a_rejected_configuration_is_told_beside_what_runs() -> None:
    world = World()
    world.config = BAD
    _, page = await get(world, "/")
    assert "Revision 9b1d3e4f0c2a was rejected 23 November 2026" in page.said
    assert "revision 4f0c2a9b1d3e serves on" in page.said
    assert REASON in page.said
    world.config = dataclasses.replace(BAD, rejected=None, from_state=True)
    assert "it serves what it last accepted" in (await get(world, "/"))[1].said


async def test_routes_are_found_by_name_path_and_stage_without_a_script() -> None:
    world = World()
    world.routes = (TITLES, dataclasses.replace(TITLES, name="fax", match="POST /fax", stage="gone", share=None))
    for query, found in (
        ((("name", "TITLES"),), {"route-titles.read"}),
        ((("name", "/fax"),), {"route-fax"}),
        ((("stage", "gone"),), {"route-fax"}),
        ((("stage", "unheard-of"),), {"route-fax", "route-titles.read"}),
        ((("name", "<b>"),), set()),
    ):
        _, page = await get(world, "/", *query)
        assert {each for each in page.ids() if each.startswith("route-")} == found
    assert "None of them" in (await get(world, "/", ("name", "nothing")))[1].said


async def test_a_page_carries_a_strict_policy_and_loads_only_what_the_sidecar_has() -> None:
    world = World()
    for path in ("/", "/routes/titles.read", "/silos/portal", "/callers"):
        reply, page = await get(world, path)
        assert reply.headers["Content-Security-Policy"] == (
            "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
            "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
        )
        assert reply.headers["Referrer-Policy"] == "same-origin"
        assert [each["src"] for each in page.all("script")] == ["/page.js"]
        assert {each["href"] for each in page.all("link")} == {"/style.css", "/icon.svg"}
        for tag, attributes in page.tags:
            assert not any(name == "style" or name.startswith("on") for name in attributes), tag


async def test_what_pages_load_is_package_data() -> None:
    sources = World().sources()
    answers = pages(sources, Live(sources))
    for path, kind in (("/style.css", "text/css"), ("/page.js", "text/javascript"), ("/icon.svg", "image/svg+xml")):
        reply = await answers[path](Question("GET", path))
        assert reply.content_type.startswith(kind)
        assert b"http://" not in reply.body.replace(b"http://www.w3.org/2000/svg", b"")  # type: ignore[union-attr]  # whole


async def test_every_id_is_there_once_and_headings_come_in_order() -> None:
    for path in ("/", "/routes/titles.read", "/silos/portal", "/callers"):
        _, page = await get(World(), path)
        assert len(page.ids()) == len(set(page.ids()))
        levels = [int(tag[1]) for tag, _ in page.tags if tag in {"h1", "h2", "h3", "h4"}]
        assert levels[0] == 1
        assert levels.count(1) == 1
        assert all(after <= before + 1 for before, after in pairwise(levels))


def hostile() -> World:
    """A world in which every text is markup."""
    world = World()
    row = dataclasses.replace(
        TITLES,
        match=HOSTILE,
        legacy=f"{HOSTILE}.x",
        platform=HOSTILE,
        group=HOSTILE,
        place=HOSTILE,
        evidence=HOSTILE,
        differs=HOSTILE,
        lets_through=HOSTILE,
        bars=HOSTILE,
        keys=HOSTILE,
        verdict="error",
    )
    world.routes = (row, dataclasses.replace(row, name=HOSTILE))
    world.silos = (
        dataclasses.replace(LAND, name="land-registry", kind=HOSTILE, owner=HOSTILE, breaker=HOSTILE, hours=HOSTILE),
        dataclasses.replace(LAND, name=HOSTILE, opens=NOON),
    )
    rejected = dataclasses.replace(BAD.rejected, reasons=(HOSTILE,)) if BAD.rejected else None
    world.config = dataclasses.replace(BAD, rejected=rejected, from_state=True)
    world.version = HOSTILE
    world.callers = (CallerCalls(HOSTILE, HOSTILE, 3, NOON),)
    world.reasons = (Reason(False, HOSTILE),)
    world.burn_down = BurnDown(HOSTILE, (day(1, 0.5), day(2, 0.4)))
    told = {"before": HOSTILE, "after": HOSTILE, "by": HOSTILE, "why": HOSTILE, "evidence": HOSTILE, "cause": HOSTILE}
    world.history_of = Recent((Entry(at=NOON, what="x", revision="a", **told),), is_all=False)
    world.outlook = {"lines": (HOSTILE,), "barred": (Barred(HOSTILE, HOSTILE),)}
    check = CheckResult(HOSTILE, 1.0, 1.0, 1, Ruling.FAIL, HOSTILE)
    world.detail = {"verdict": Verdict(Ruling.FAIL, (check,)), "latencies": {"legacy": (1,) * 8}}
    return world


async def test_nothing_of_a_silo_a_file_or_a_person_becomes_markup_anywhere() -> None:
    for path in ("/", "/routes/titles.read", "/silos/land-registry", "/callers"):
        _, page = await get(hostile(), path)
        assert len(page.all("script")) == 1
        assert "alert(1)" in page.text
        assert "49" not in page.text.replace("0.49", "")
        assert "\u202e" not in page.text
    world = hostile()
    world.outlook = {"refused": HOSTILE}
    assert len((await get(world, "/routes/titles.read"))[1].all("script")) == 1
    world.mover.does = Refused(HOSTILE)
    for body in (
        f"choice=%3Cscript%3E&by=%22%3E%3Cscript%3E&reason=%3Cscript%3E&share={'%3Cscript%3E'}&token=hush-hush",
        MOVE,
    ):
        assert len((await post(world, body))[1].all("script")) == 1


async def test_a_route_shows_its_next_step_as_command_and_yaml_its_past_and_its_evidence() -> None:
    world = World()
    world.history_of = Recent((ENTRY,))
    check = CheckResult("errors", 0.0, 0.01, 25, Ruling.NOT_ENOUGH, "platform errors 0 %")
    world.detail = {
        "verdict": Verdict(Ruling.NOT_ENOUGH, (check,)),
        "latencies": {"legacy": (75, 0, 0, 0, 0, 0, 0, 0), "platform": (20, 5, 0, 0, 0, 0, 0, 0)},
    }
    world.outlook = {"lines": ("routes/land.yaml:7: canary: {share: 50%}",), "barred": (Barred("a freeze"),)}
    _, page = await get(world, "/routes/titles.read")
    for told in (
        'facade move titles.read canary --share 50% --reason "…"',
        "routes/land.yaml:7: canary: {share: 50%}",
        "a freeze; wait",
        "errors not enough yet 25 platform errors 0 %",
        "to 0.025 0 (0%) 5 (20%)",
        "23 November 2026, 12:00:05 UTC shadow canary 25% Ada, page w",
    ):
        assert told in page.said
    assert "force" in {each.get("name") for each in page.all("input")}


async def test_a_silo_shows_its_evidence_who_calls_and_how_it_sank_with_a_table_behind_the_chart() -> None:
    world = World()
    world.callers = (CALLER,)
    world.burn_down = BurnDown("land-registry", (day(1, 0.5), day(2, 0.4), day(4, 0.2)))
    _, page = await get(world, "/silos/land-registry")
    for told in (
        "No: land-registry may not",
        "in the way: 1 of its 1 routes",
        "bailiffs 1,204",
        "4 November 2026 20 100 20%",
    ):
        assert told in page.said
    assert len(page.all("polyline")) == 1
    world.reasons = (Reason(True, "nobody called it"),)
    assert "Yes: land-registry may" in (await get(world, "/silos/land-registry"))[1].said


async def test_a_silo_with_a_date_shows_the_command_that_confirms_what_is_seen_and_no_other_does() -> None:
    world = World()
    command = f"facade evidence land-registry --confirm {'ab' * 32} --by NAME --reason TEXT"
    assert command not in (await get(world, "/silos/land-registry"))[1].said
    world.switch_off = datetime.date(2028, 3, 31)
    assert command in (await get(world, "/silos/land-registry"))[1].said


async def test_callers_are_told_with_what_they_call_who_calls_most_first() -> None:
    world = World()
    world.callers = (CallerCalls("", "unknown", 7, NOON), CALLER)
    _, page = await get(world, "/callers")
    assert page.said.index("bailiffs land-registry 1,204") < page.said.index(
        "unknown a new service, or the facade itself 7"
    )


@pytest.mark.parametrize("path", ["/routes/nobody", "/silos/nobody", "/routes/..", "/silos/%2e", "/routes/<b>"])
async def test_what_is_not_there_is_404(path: str) -> None:
    with pytest.raises(Refusal) as refusal:
        await get(World(), path)
    assert refusal.value.problem.status == 404


async def test_a_move_is_ordered_as_the_form_says_and_what_was_done_is_shown() -> None:
    world = World()
    world.mover.does = Done((), ("routes/land.yaml:7: canary",), (), Scope.FILES, "b", True, "Ada", "good")
    reply, page = await post(world, MOVE)
    assert reply.status == 200
    (order,) = world.mover.orders
    assert (str(order), order.because.cause, order.because.by, order.revision) == (
        "move titles.read canary",
        "page",
        "Ada",
        "4f0c",
    )
    assert "It runs" in page.said
    assert "routes/land.yaml:7: canary" in page.said


async def test_what_was_done_and_does_not_run_says_so_and_why() -> None:
    world = World()
    world.mover.does = Done((), (), (), Scope.SIDECAR, "b", False, "Ada", "good", problems=("ledger: full; mend it",))
    _, page = await post(world, MOVE)
    assert "It does not run yet" in page.said
    assert "ledger: full; mend it" in page.said


@pytest.mark.parametrize("token", ["", "token=", "token=hush", "token=hush-hush2", "token=%C3%A9"])
async def test_without_the_token_nothing_moves_and_what_was_written_is_kept_but_the_token(token: str) -> None:
    world = World()
    reply, page = await post(world, f"choice=move+canary&share=50%25&by=Ada&reason=good&{token}".rstrip("&"))
    assert (reply.status, world.mover.orders) == (403, [])
    fields = {each["name"]: each for each in page.all("input") if each.get("name") != "choice"}
    assert (fields["by"]["value"], fields["reason"]["value"], fields["token"]["value"]) == ("Ada", "good", "")
    assert fields["token"]["aria-invalid"] == "true"
    assert [each["href"] for each in page.all("a") if each["href"] == "#field-token"]


async def test_nobody_moves_anything_where_there_is_no_token() -> None:
    world = World()
    with pytest.raises(Refusal) as refusal:
        await post(world, MOVE, token=None)
    assert (refusal.value.problem.status, world.mover.orders) == (403, [])
    sources = world.sources(None)
    _, page = await asked(pages(sources, Live(sources))["/routes/"], Question("GET", "/routes/titles.read"))
    assert "This sidecar has no token" in page.said
    assert page.all("form") == []


@pytest.mark.parametrize(
    ("raised", "status"),
    [
        (Refused("titles.read: a freeze is in force; wait\ntitles.read: two; mend"), 422),
        (Conflict("move titles.read: revision a runs; look again"), 409),
    ],
)
async def test_what_is_in_the_way_is_told_above_the_form_and_a_second_try_is_for_what_runs_now(
    raised: Exception, status: int
) -> None:
    world = World()
    world.mover.does = raised
    reply, page = await post(world, MOVE)
    assert reply.status == status
    assert all(line in page.said for line in str(raised).splitlines())
    assert page.all("section")[0]["role"] == "alert"
    revisions = [each["value"] for each in page.all("input") if each.get("name") == "revision"]
    assert revisions == ["4f0c2a9b1d3e"]


async def test_a_form_that_is_incomplete_says_at_each_field_what_to_give() -> None:
    world = World()
    reply, page = await post(world, "token=hush-hush")
    assert (reply.status, world.mover.orders) == (400, [])
    wrong: list[Any] = [each["href"] for each in page.all("a") if (each["href"] or "").startswith("#field-")]
    assert wrong == ["#field-choice", "#field-by", "#field-reason"]
    assert set(wrong) <= {f"#{each}" for each in page.ids()}
