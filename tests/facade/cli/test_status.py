from __future__ import annotations

from typing import Any

import pytest

ROUTES: dict[str, Any] = {
    "routes": [
        {
            "name": "titles.read",
            "match": "GET /titles/{number}",
            "stage": "canary",
            "share": 0.25,
            "calls": {"legacy": 1500, "platform": 500, "own": 0},
            "group": None,
        },
        {
            "name": "old.search",
            "match": "GET /search",
            "stage": "gone",
            "share": None,
            "calls": {"legacy": 0, "platform": 0, "own": 3},
            "group": "searching",
        },
    ],
    "silos": [
        {
            "name": "registry",
            "kind": "sql",
            "calls": 1500,
            "share": 0.75,
            "switch_off": "2026-03-31",
            "overdue": True,
            "owner": "Land",
        },
        {
            "name": "portal",
            "kind": "passthrough",
            "calls": 0,
            "share": None,
            "switch_off": None,
            "overdue": False,
            "owner": None,
        },
    ],
}


@pytest.fixture
def running(sidecar):
    sidecar.runs("abc")
    sidecar.documents["/api/routes"] = ROUTES
    return sidecar


def test_routes_and_silos_are_two_tables(facade, running):
    said = facade("status", "--admin", "127.0.0.1:9901")
    assert said.status == 0
    assert said.lines == [
        "running abc since 2026-11-23 09:00:00 UTC",
        "",
        "ROUTE        STAGE   SHARE  LEGACY  PLATFORM  OWN  GROUP      MATCH",
        "titles.read  canary    25%    1500       500    0  -          GET /titles/{number}",
        "old.search   gone        -       0         0    3  searching  GET /search",
        "",
        "SILO      KIND         CALLS  OF ALL  SWITCH-OFF          OWNER",
        "registry  sql           1500   75.0%  2026-03-31 overdue  Land",
        "portal    passthrough      0       -  -                   -",
    ]
    assert running.asked == ["http://127.0.0.1:9901/api/config", "http://127.0.0.1:9901/api/routes"]


def test_externals_are_a_table_of_their_own(facade, running):
    pay = {"name": "card-payments", "kind": "rest", "calls": 7, "share": 0.07, "owner": "Treasury"}
    running.documents["/api/routes"] = {**ROUTES, "externals": [pay | {"switch_off": None, "overdue": False}]}
    assert facade("status", "--admin", "127.0.0.1:9901").lines[-3:] == [
        "",
        "EXTERNAL       KIND  CALLS  OF ALL  OWNER",
        "card-payments  rest      7    7.0%  Treasury",
    ]


def told(facade, running, **more: object) -> list[str]:
    titles, old = ROUTES["routes"]
    running.documents["/api/routes"] = {"routes": [titles | more, old], "silos": []}
    return facade("status", "--admin", "127.0.0.1:9901").lines


@pytest.mark.parametrize(("keys", "words"), [("hold", "keys on hold"), ("evict", "keys evicted")])
def test_a_canary_says_that_its_keys_are_held_or_evicted(facade, running, keys: str, words: str):
    assert f"titles.read  canary, {words}  " in told(facade, running, keys=keys)[3]


def test_what_the_guard_says_stands_below_the_table(facade, running):
    lines = told(facade, running, verdict="not_enough", evidence="3 of 200 calls")
    assert lines[5:7] == ["", "titles.read, guard not enough: 3 of 200 calls"]


def test_what_keeps_a_route_from_moving_forward_is_said_once(facade, running):
    bars = "its guard has not enough to go by: 3 of 200 calls"
    lines = told(facade, running, verdict="not_enough", evidence="3 of 200 calls", bars=bars, differs="an outage")
    assert lines[5:8] == [
        "",
        "titles.read is not where its file says: an outage",
        f"titles.read may not move forward: {bars}",
    ]


def test_a_rejected_configuration_is_shown_first_with_its_reasons(facade, running):
    running.runs("abc", {"revision": "bad", "at": "2026-11-23T10:00:00Z", "reasons": ["routes/a.yaml:3: no; mend"]})
    running.documents["/api/config"]["from_state"] = True
    assert facade("status", "--admin", "127.0.0.1:9901").lines[1:4] == [
        "the files were mistaken at start: this is the last accepted configuration",
        "rejected bad since 2026-11-23 10:00:00 UTC:",
        "  routes/a.yaml:3: no; mend",
    ]


def test_machines_get_both_documents_in_one(facade, running):
    told = facade("status", "--admin", "127.0.0.1:9901", "--json").document
    assert told["config"]["running"]["revision"] == "abc"
    assert told["routes"] == ROUTES["routes"]
    assert told["silos"] == ROUTES["silos"]


def test_the_sidecar_is_that_of_the_flag_the_environment_or_the_configuration(
    facade, running, files, monkeypatch: pytest.MonkeyPatch
):
    files.change("facade.yaml", "admin: 127.0.0.1:0", "admin: 0.0.0.0:19901")
    facade("status", "--config", str(files.folder))
    monkeypatch.setenv("FACADE_ADMIN", "127.0.0.1:2")
    facade("status", "--config", str(files.folder))
    facade("status", "--config", str(files.folder), "--admin", "https://sidecar:3/")
    assert running.asked[::2] == [
        "http://127.0.0.1:19901/api/config",
        "http://127.0.0.1:2/api/config",
        "https://sidecar:3/api/config",
    ]


def test_mistaken_routes_do_not_hide_where_the_sidecar_is(facade, running, files):
    files.change("facade.yaml", "admin: 127.0.0.1:0", "admin: 127.0.0.1:19901")
    files.write("routes/broken.yaml", "not: [yaml")
    assert facade("status", "--config", str(files.folder)).status == 0


@pytest.mark.parametrize(
    ("admin", "origin"),
    [
        ("admin: 127.0.0.1:19901\nadmni: x", "http://127.0.0.1:19901"),
        ("admin: {address: '127.0.0.1:19901', tokne: x}", "http://127.0.0.1:19901"),
        ("admin: {token: '${env:NOT_SET_HERE}'}", "http://127.0.0.1:9901"),
        ("colour: red", "http://127.0.0.1:9901"),
    ],
)
def test_a_mistaken_facade_yaml_is_read_as_far_as_admin(facade, running, files, admin: str, origin: str):
    files.change("facade.yaml", "admin: 127.0.0.1:0", f"{admin}\ntimezone: nowhere")
    said = facade("status", "--config", str(files.folder))
    assert (said.status, running.asked[0]) == (0, f"{origin}/api/config")


@pytest.mark.parametrize("admin", ["9901", "[127.0.0.1, 9901]"])
def test_an_admin_that_is_no_address_says_what_to_do(facade, running, files, admin: str):
    files.change("facade.yaml", "admin: 127.0.0.1:0", f"admin: {admin}")
    said = facade("status", "--config", str(files.folder))
    assert said.status == 1
    assert said.out.startswith("facade.yaml:4: admin")
    assert said.out.strip().endswith("or say where the sidecar is with --admin HOST:PORT")


def test_a_broken_facade_yaml_says_what_to_do(facade, running, files):
    files.write("facade.yaml", "not: [yaml")
    said = facade("status", "--config", str(files.folder))
    assert said.status == 1
    assert said.lines == [said.out.strip()]
    assert said.out.startswith("facade.yaml:1: ")
    assert said.out.strip().endswith("or say where the sidecar is with --admin HOST:PORT")


def test_a_port_that_is_chosen_at_each_start_cannot_be_known(facade, running, files):
    said = facade("status", "--config", str(files.folder))
    assert said.status == 1
    assert "admin takes a free port at each start; say where it is with --admin HOST:PORT" in said.out


def test_no_sidecar_is_one_line_and_exit_1(facade, sidecar):
    said = facade("status", "--admin", "127.0.0.1:9901")
    assert (said.status, said.lines) == (1, ["http://127.0.0.1:9901: no sidecar answers there; start it"])
    assert facade("status", "--admin", "127.0.0.1:9901", "--json").document == {"error": said.out.strip()}


def test_watching_goes_on_until_ctrl_c(facade, running):
    looks = 0

    def counted() -> dict[str, Any]:
        nonlocal looks
        looks += 1
        if looks == 3:
            raise KeyboardInterrupt
        return ROUTES

    running.documents["/api/routes"] = counted
    said = facade("status", "--admin", "127.0.0.1:9901", "--watch")
    assert said.status == 130
    assert said.out.count("running abc") == 2
    assert running.slept == [2.0, 2.0]
