"""`facade move`, `back`, `hold` and `evict`: what is written, what is waited for, what is said."""

from __future__ import annotations

import getpass
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from facade.cli import changing
from facade.cli.changing import mover
from facade.cli.sidecar import TIMEOUT
from facade.config.load import Loaded
from facade.control.because import Because
from facade.control.done import Done, MoveView, Scope, StandingView
from facade.control.subject import Refused

WHY = ("--reason", "numbers are good")


@pytest.fixture
def typed(facade, files, sidecar):
    """A command that changes files, beside a sidecar that follows them."""

    def run(*words: str):
        return facade(*words, "--config", str(files.folder), "--admin", "127.0.0.1:9901", "--by", "Ada")

    sidecar.documents["/api/config"] = lambda: running(files.source().load())
    return run


def running(loaded: Loaded) -> dict[str, object]:
    role = {"revision": loaded.revision, "at": "2026-11-23T09:00:00Z"}
    return {"file": role, "accepted": role, "running": role, "rejected": None, "from_state": False}


def test_a_move_says_what_was_changed_why_by_whom_and_that_it_runs(typed, files):
    said = typed("move", "titles.read", "canary", "--share", "20%", *WHY, "--force")
    assert said.status == 0
    assert said.lines == [
        "titles.read: legacy -> canary 20%",
        "  forced: titles.read: legacy -> canary 20% skips shadow",
        "  reason: numbers are good, by Ada",
        "  routes/property.yaml:6: stage: canary",
        "  routes/property.yaml:7: canary: {share: 20%, by: cookie session}",
        "the shared file was changed: every sidecar that reads it follows",
        f"running, revision {files.configuration().revision}, on http://127.0.0.1:9901",
    ]


def test_machines_get_the_move_in_its_parts(typed, files):
    told = typed("move", "charges.read", "platform", *WHY, "--json").document
    assert told["moves"] == [
        {
            "name": "conveyancing",
            "group": True,
            "routes": ["searches.read", "charges.read"],
            "from": {"stage": "canary", "share": 0.25, "keys": "open"},
            "to": {"stage": "platform", "share": None, "keys": "open"},
            "said": "group conveyancing (searches.read, charges.read): canary 25% -> platform",
            "notes": [],
        }
    ]
    assert (told["scope"], told["running"], told["by"], told["reason"]) == ("file", True, "Ada", "numbers are good")
    assert told["revision"] == files.configuration().revision


def test_a_route_of_a_group_says_that_its_group_moves(typed):
    said = typed("move", "charges.read", "platform", *WHY)
    assert said.lines[0] == "group conveyancing (searches.read, charges.read): canary 25% -> platform"


def test_back_is_legacy_at_once_and_needs_no_reason(typed, files):
    said = typed("back", "conveyancing")
    assert said.status == 0
    assert said.lines[:2] == ["group conveyancing (searches.read, charges.read): canary 25% -> legacy", "  by Ada"]
    assert {route.stage for route in files.configuration().routes} == {"legacy", "gone"}


def test_back_to_a_smaller_share(typed):
    assert typed("back", "conveyancing", "--to", "5%").lines[0].endswith("canary 25% -> canary 5%")


def test_all_goes_back_by_one_command_and_again_changes_nothing(typed, files):
    typed("move", "titles.read", "platform", *WHY, "--force")
    assert len([line for line in typed("back", "--all").lines if "-> legacy" in line]) == 2
    said = typed("back", "--all")
    now = files.configuration().revision
    assert said.status == 0
    assert said.lines == [
        f"nothing was changed, revision {now}",
        f"running, revision {now}, on http://127.0.0.1:9901",
    ]


def test_a_move_to_where_it_stands_changes_nothing_and_says_whether_it_runs(typed, sidecar):
    said = typed("move", "titles.read", "legacy", *WHY)
    assert said.status == 0
    assert said.lines[0] == "titles.read: stays at legacy"
    assert said.lines[1].startswith("nothing was changed")
    sidecar.documents.clear()
    said = typed("back", "titles.read")
    assert said.status == 1
    assert said.lines[-1].startswith("the file says so already, but no sidecar was reached: ")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("move", "nobody", "platform", *WHY), "nobody: no route or group has this name"),
        (("move", "claims.write", "canary", *WHY), "claims.write: a canary would leave some of what it writes in each"),
        (("move", "old.search", "legacy", *WHY), "old.search: stage gone has no way back"),
        (("back", "old.search"), "old.search: stage gone has no way back"),
        (("back", "conveyancing", "--to", "30%"), "conveyancing: 30% is no smaller share than that of canary 25%"),
    ],
)
def test_what_is_refused_is_one_line_exit_1_and_no_file_is_touched(typed, files, words: tuple[str, ...], said: str):
    before = files.configuration().revision
    refused = typed(*words)
    assert refused.status == 1
    assert len(refused.lines) == 1
    assert refused.out.startswith(said)
    assert files.configuration().revision == before


@pytest.mark.parametrize(
    "words",
    [
        ("move", "titles.read", "platform"),
        ("move", "titles.read", "canary", "--share", "20", *WHY),
        ("move", "titles.read", "canary", "--share", "120%", *WHY),
        ("move", "titles.read", "onwards", *WHY),
        ("back",),
        ("back", "titles.read", "--all"),
        ("back", "titles.read", "--wait", "10"),
    ],
)
def test_what_cannot_be_meant_is_usage(typed, words: tuple[str, ...]):
    assert typed(*words).status == 2


def test_a_sidecar_that_takes_a_moment_is_waited_for(typed, files, sidecar):
    old = running(files.source().load())
    answers = iter([old, old, old])
    sidecar.documents["/api/config"] = lambda: next(answers, None) or running(files.source().load())
    assert typed("back", "conveyancing").status == 0
    assert len(sidecar.slept) == 3


def test_a_sidecar_that_does_not_follow_in_time_is_said_and_exit_1(typed, files, sidecar):
    sidecar.runs("old")
    said = typed("back", "conveyancing", "--wait", "2s")
    assert said.status == 1
    assert said.lines[-1] == (
        f"http://127.0.0.1:9901: runs old and not {files.configuration().revision} after 2 s; "
        "see facade status, and whether it reads these files"
    )
    assert sum(sidecar.slept) == pytest.approx(2.0, abs=0.2)


def test_a_sidecar_that_rejects_the_change_says_why_and_exit_1(typed, files, sidecar):
    def rejecting() -> dict[str, object]:
        rejected = {"revision": files.source().load().revision, "reasons": ["silos/a.yaml:1: no; mend"]}
        return {**running(files.source().load()), "running": {"revision": "old"}, "rejected": rejected}

    sidecar.documents["/api/config"] = rejecting
    sidecar.documents["/api/routes"] = {"routes": [row("searches.read", "canary", 0.25)]}
    said = typed("back", "conveyancing")
    assert said.status == 1
    assert said.lines[-2:] == [
        "rejected by http://127.0.0.1:9901, which serves on as before; it takes effect once the files are mended:",
        "  silos/a.yaml:1: no; mend",
    ]


def row(name: str, stage: str, share: float | None) -> dict[str, object]:
    return {"name": name, "stage": stage, "share": share, "keys": None, "bars": None}


@pytest.mark.parametrize(
    ("words", "stage", "share", "status"),
    [
        (("back", "conveyancing"), "legacy", 0.0, 0),
        (("back", "conveyancing"), "canary", 0.25, 1),
        (("back", "conveyancing", "--to", "5%"), "canary", 0.05, 0),
        (("back", "conveyancing", "--to", "5%"), "canary", 0.25, 1),
    ],
)
def test_beside_mistakes_back_is_done_once_every_route_has_gone_back(
    typed, files, sidecar, words: tuple[str, ...], stage: str, share: float, status: int
):
    def rejecting() -> dict[str, object]:
        loaded = files.source().load()
        rejected = {"revision": loaded.revision, "reasons": [str(each) for each in loaded.mistakes]}
        return {**running(loaded), "running": {"revision": "other"}, "rejected": rejected}

    files.write("silos/half.yaml", "silo:")
    sidecar.documents["/api/config"] = rejecting
    both = [row("searches.read", "legacy" if stage == "legacy" else "canary", share), row("charges.read", stage, share)]
    sidecar.documents["/api/routes"] = {"routes": both}
    said = typed(*words)
    assert said.status == status
    assert said.lines[0].startswith("group conveyancing (searches.read, charges.read): canary 25% -> ")
    assert said.lines[-2].startswith("  routes/") or said.lines[-1].startswith("  silos/half.yaml:1: ")
    assert ("nothing else of them runs until they are mended" in said.out) is (status == 0)
    assert "canary 25%" not in files.source().load().files["routes/journey.yaml"].decode()


def test_all_is_not_done_where_a_file_of_routes_cannot_be_looked_through(typed, files):
    files.write("routes/half.yaml", "routes: [")
    said = typed("back", "--all", "--wait", "0s")
    assert said.status == 1
    assert said.lines[-2].startswith("not looked through: routes/half.yaml:1: is not YAML: ")
    assert "conveyancing" in said.lines[0]
    assert typed("back", "conveyancing", "--wait", "0s", "--json").document["hidden"] == [
        "routes/half.yaml:1: is not YAML: a value is missing, or brackets or braces do not close; "
        "close them, or write the value"
    ]


def test_a_move_forward_of_mistaken_files_is_refused_with_their_mistakes(typed, files):
    files.write("silos/half.yaml", "silo:")
    said = typed("move", "titles.read", "shadow", *WHY)
    assert said.status == 1
    assert said.lines[0].startswith("silos/half.yaml:1: ")
    assert said.lines[-1].endswith("mend them first, until then only back is open")


def test_two_changes_that_are_read_as_one_are_both_running(facade, typed, files, sidecar):
    """Somebody moves another route before the sidecar looks: it never runs the revision of the first change."""

    def looking() -> dict[str, object]:
        sidecar.documents["/api/config"] = lambda: running(files.source().load())
        facade("move", "titles.read", "shadow", *WHY, "--config", str(files.folder), "--wait", "0s")
        return running(files.source().load())

    sidecar.documents["/api/config"] = looking
    said = typed("back", "conveyancing")
    assert said.status == 0
    now = files.configuration().revision
    assert said.lines[-1] == f"running together with a later change, revision {now}, on http://127.0.0.1:9901"


def test_a_change_that_somebody_undid_at_once_does_not_run(facade, typed, files, sidecar):
    def looking() -> dict[str, object]:
        sidecar.documents["/api/config"] = lambda: running(files.source().load())
        facade("back", "conveyancing", "--config", str(files.folder), "--wait", "0s")
        return running(files.source().load())

    sidecar.documents["/api/config"] = looking
    assert typed("move", "conveyancing", "platform", *WHY, "--wait", "1s").status == 1


def test_without_a_sidecar_the_file_is_changed_that_is_said_and_exit_1(typed, files, sidecar):
    sidecar.documents.clear()
    said = typed("back", "conveyancing")
    assert said.status == 1
    assert said.lines[-1].startswith("the file is changed and no sidecar was reached: http://127.0.0.1:9901: ")
    assert {route.stage for route in files.configuration().routes} == {"legacy", "gone"}


def test_who_does_not_wait_is_done_when_the_file_is_changed(typed, sidecar):
    said = typed("back", "conveyancing", "--wait", "0s")
    assert said.status == 0
    assert said.lines[-1] == "not waited for: facade status says whether it runs"
    assert sidecar.asked == []


# The gate, where the files are written


def test_a_step_that_is_skipped_is_refused_and_no_file_is_touched(typed, files):
    before = files.configuration().revision
    said = typed("move", "titles.read", "platform", *WHY)
    told = "titles.read: legacy -> platform skips shadow and canary"
    assert (said.status, said.lines) == (1, [f"{told}; move it one stage at a time, or force it with a reason"])
    assert files.configuration().revision == before


def test_in_a_freeze_the_way_forward_is_refused_and_the_way_back_open(typed, files, monkeypatch: pytest.MonkeyPatch):
    files.change("facade.yaml", "version: 1", "version: 1\nfreeze: [{from: Fri 15:00, to: Mon 09:00}]")
    monkeypatch.setattr(changing, "time", datetime(2026, 11, 28, 9, tzinfo=UTC).timestamp)
    said = typed("move", "titles.read", "shadow", *WHY)
    assert said.status == 1
    assert said.out.startswith("titles.read: the freeze Fri 15:00 to Mon 09:00 is in force until Mon 2026-11-30 09:00 ")
    assert typed("back", "conveyancing").status == 0
    forced = typed("move", "titles.read", "shadow", *WHY, "--force")
    assert forced.status == 0
    assert forced.lines[1].startswith("  forced: titles.read: the freeze ")


@pytest.fixture
def guarded(files) -> None:
    guard = "share: 25%, by: cookie session}\n    guard: {errors: +1 point}"
    files.change("routes/journey.yaml", "share: 25%, by: cookie session}", guard)


@pytest.mark.usefixtures("guarded")
def test_what_the_running_guard_says_bars_the_way_forward(typed, sidecar):
    barred = row("charges.read", "canary", 0.25) | {"bars": "its guard has not enough to go by: 3 of 200 calls"}
    sidecar.documents["/api/routes"] = {"routes": [row("searches.read", "canary", 0.25), barred]}
    said = typed("move", "conveyancing", "platform", *WHY)
    assert (said.status, said.lines) == (
        1,
        [
            "charges.read: its guard has not enough to go by: 3 of 200 calls; wait, or force it with a reason",
        ],
    )
    sidecar.documents["/api/routes"] = {"routes": [row("charges.read", "canary", 0.25)]}
    assert typed("move", "conveyancing", "platform", *WHY).status == 0


@pytest.mark.usefixtures("guarded")
def test_where_no_guard_can_be_asked_the_way_forward_wants_force_and_the_way_back_nothing(typed, files, sidecar):
    sidecar.documents.clear()
    said = typed("move", "conveyancing", "platform", *WHY)
    assert said.status == 1
    assert said.lines[0].startswith(
        "searches.read: what its guard says is not known, http://127.0.0.1:9901: no sidecar answers there; "
    )
    typed("back", "conveyancing", "--wait", "0s")
    assert files.configuration().groups[0].stage == "legacy"
    assert typed("move", "conveyancing", "shadow", *WHY, "--wait", "0s").status == 0  # nobody was harmed yet


def test_force_wants_a_reason_as_every_move_does(typed):
    assert typed("move", "titles.read", "platform", "--force").status == 2


@pytest.mark.parametrize(("verb", "told"), [("hold", "keys on hold"), ("evict", "keys evicted")])
def test_keys_are_held_and_evicted_without_a_reason(typed, files, verb: str, told: str):
    said = typed(verb, "charges.read")
    assert said.status == 0
    assert said.lines[:3] == [
        f"group conveyancing (searches.read, charges.read): canary 25% -> canary 25%, {told}",
        "  by Ada",
        f"  routes/journey.yaml:14: canary: {{share: 25%, keys: {verb}, by: cookie session}}",
    ]
    assert files.configuration().groups[0].canary.keys == verb
    again = typed("move", "charges.read", "canary", *WHY)
    assert again.lines[0].endswith(f"canary 25%, {told} -> canary 25%")
    assert files.configuration().groups[0].canary.keys == "open"


@pytest.mark.parametrize("verb", ["hold", "evict"])
def test_only_a_canary_has_keys_to_hold_or_to_evict(typed, verb: str):
    said = typed(verb, "titles.read")
    assert said.status == 1
    assert said.out.startswith(f"titles.read: stands in legacy, and only a canary has keys to {verb}; use facade back")


# By the sidecar, with its token

MOVED = MoveView(
    name="titles.read",
    group=False,
    routes=("titles.read",),
    before=StandingView("legacy", None, "open"),
    after=StandingView("shadow", None, "open"),
    said="titles.read: legacy -> shadow",
)
FINISHED = Done((MOVED,), ("routes/a.yaml:3: stage: shadow",), (), Scope.FILES, "abc", True, "Ada", "numbers are good")
OVERLAY = replace(FINISHED, lines=(), scope=Scope.SIDECAR, problems=("routes/a.yaml: cannot be written (read-only)",))


@pytest.fixture
def with_token(typed, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("FACADE_ADMIN_TOKEN", "hush-hush")
    return typed


def test_a_sidecar_whose_token_is_known_carries_the_order_out_and_no_file_is_touched_here(with_token, files, sidecar):
    before = files.configuration().revision
    sidecar.carries_out = FINISHED
    said = with_token("move", "titles.read", "shadow", *WHY)
    assert said.status == 0
    assert said.lines == [
        "titles.read: legacy -> shadow",
        "  reason: numbers are good, by Ada",
        "  routes/a.yaml:3: stage: shadow",
        "the shared file was changed: every sidecar that reads it follows",
        "running, revision abc, on http://127.0.0.1:9901",
    ]
    ((order, token, seconds),) = sidecar.orders
    assert (str(order), token, seconds) == ("move titles.read shadow", "hush-hush", 10.0)
    assert order.because == Because("command", "numbers are good", "Ada")
    assert files.configuration().revision == before


def test_what_the_sidecar_refuses_is_said_and_not_tried_in_the_files(with_token, files, sidecar):
    sidecar.carries_out = Refused("titles.read: the freeze is in force; wait, or force it with a reason")
    said = with_token("move", "titles.read", "shadow", *WHY)
    assert (said.status, said.lines) == (1, [str(sidecar.carries_out)])
    assert "stage: shadow" not in (files.folder / "routes/property.yaml").read_text()


def test_a_sidecar_that_is_not_reached_leaves_it_to_the_files(with_token, files):
    assert with_token("move", "titles.read", "shadow", *WHY).status == 0
    assert "stage: shadow" in (files.folder / "routes/property.yaml").read_text()


def test_who_does_not_wait_has_the_sidecar_record_it_all_the_same(with_token, files, sidecar):
    sidecar.carries_out = replace(FINISHED, running=False)
    assert with_token("move", "titles.read", "shadow", *WHY, "--wait", "0s").status == 0
    ((order, _, seconds),) = sidecar.orders
    assert (order.because, seconds) == (Because("command", "numbers are good", "Ada"), TIMEOUT)
    assert "stage: shadow" not in (files.folder / "routes/property.yaml").read_text()


def test_who_does_not_wait_changes_the_files_where_no_sidecar_answers(with_token, files):
    assert with_token("move", "titles.read", "shadow", *WHY, "--wait", "0s").status == 0
    assert "stage: shadow" in (files.folder / "routes/property.yaml").read_text()


def test_an_order_that_does_not_run_says_why_and_exit_1(with_token, sidecar):
    sidecar.carries_out = replace(FINISHED, running=False, problems=("silos: a silo cannot be opened: mend it",))
    said = with_token("move", "titles.read", "shadow", *WHY)
    assert said.status == 1
    assert said.lines[-1] == "  silos: a silo cannot be opened: mend it"


def test_what_the_sidecar_may_not_write_whoever_orders_it_may(with_token, files, sidecar):
    sidecar.carries_out = OVERLAY
    said = with_token("move", "titles.read", "shadow", *WHY)
    assert said.status == 0
    assert "the shared file was changed: every sidecar that reads it follows" in said.lines
    assert "  routes/property.yaml:6: stage: shadow" in said.lines
    assert "cannot be written" not in said.out
    assert "stage: shadow" in (files.folder / "routes/property.yaml").read_text()


@pytest.mark.parametrize("why", ["other files", "cannot write", "no answer"])
def test_an_overlay_of_one_sidecar_is_said_and_done(
    with_token, files, sidecar, monkeypatch: pytest.MonkeyPatch, why: str
):
    def read_only(*_: object) -> None:
        raise OSError(30, "Read-only file system")

    sidecar.carries_out = OVERLAY
    if why == "other files":
        sidecar.runs("other")
    elif why == "no answer":
        sidecar.documents.clear()
    monkeypatch.setattr("facade.control.change.replace", read_only)
    said = with_token("move", "titles.read", "shadow", *WHY)
    assert said.status == 0
    assert said.lines[2:] == [
        "this one sidecar was changed and no file: it follows its file again once that says something else of it",
        "running, revision abc, on http://127.0.0.1:9901",
        "  routes/a.yaml: cannot be written (read-only)",
    ]


def test_who_has_no_files_at_all_gives_orders_all_the_same(facade, sidecar, tmp_path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("FACADE_ADMIN_TOKEN", "hush-hush")
    sidecar.carries_out = OVERLAY
    said = facade("back", "--all", "--config", str(tmp_path / "nowhere"), "--admin", "127.0.0.1:9901")
    assert said.status == 0
    assert sidecar.orders[0][0].name is None


def test_machines_are_told_the_scope_and_the_sidecar(with_token, files, sidecar):
    files.change("routes/property.yaml", "stage: legacy\n    canary", "stage: shadow\n    canary")
    sidecar.carries_out = OVERLAY
    sidecar.runs("other")
    told = with_token("move", "titles.read", "shadow", *WHY, "--json").document
    assert (told["scope"], told["running"], told["sidecar"]) == ("sidecar", True, "http://127.0.0.1:9901")
    assert told["moves"][0]["to"] == {"stage": "shadow", "share": None, "keys": "open"}


def test_who_moves_is_the_user_unless_somebody_else_is_named(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(getpass, "getuser", lambda: "grace")
    assert mover(None) == "grace"
    assert mover("Ada") == "Ada"


def test_a_user_without_a_name_is_a_number(monkeypatch: pytest.MonkeyPatch):
    def nameless() -> str:
        raise KeyError("getpwuid(): uid not found: 65534")

    monkeypatch.setattr(getpass, "getuser", nameless)
    assert mover(None).startswith("user ")
