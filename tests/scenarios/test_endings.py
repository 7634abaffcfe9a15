"""The end of routes and silos: callers are told in standard fields, it is rehearsed, and no date alone refuses them."""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, Final

import pytest

from harness.client import Client, ask, get, problem, request
from harness.folder import Folder
from harness.messages import Message
from harness.patience import eventually
from harness.peer import Peer, answer, answering
from harness.ports import free_port
from harness.sidecar import Sidecar, run

LIBRARY: Final = next(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"), None)

pytestmark = pytest.mark.skipif(
    LIBRARY is None, reason="libfaketime is not installed; on Debian: apt-get install faketime"
)

OVER: Final = datetime.datetime(2027, 3, 31, 23, 0, tzinfo=datetime.UTC)
"""When 31 March is over in London, where summer has begun."""

A_SECOND: Final = datetime.timedelta(seconds=1)
A_MINUTE: Final = datetime.timedelta(minutes=1)
A_DAY: Final = datetime.timedelta(days=1)

ROUTES: Final = """\
routes:
  - name: titles.read
    match: GET /titles/{{number}}
    legacy: portal
    stage: legacy
    deprecated: {{date: 2026-12-01, link: https://platform.example/changes}}
    sunset: 2027-06-30 12:00
    successor: /new/titles/{{number}}
    brownouts:
      - {{from: 2027-03-01 10:00, to: 2027-03-01 10:30, callers: bailiffs, why: "your date is near"}}
      - {{from: 2027-03-02 10:00, to: 2027-03-02 10:30, share: 100%, why: "all dates are near"}}
  - {{name: searches, match: GET /searches, legacy: portal, platform: "{platform}", stage: platform, fallback: reads}}
  - {{name: plain, match: GET /plain, legacy: portal, stage: legacy}}
  - {{name: dead, match: GET /dead, platform: "{dead}", stage: complete, sunset: 2027-06-30}}
  - {{name: old, match: GET /old, stage: gone, sunset: {{date: 2026-01-01, link: /docs/ends}}}}
"""

KEY: Final = "a-key-that-the-bailiffs-keep"
CALLERS: Final = f'callers:\n  - {{name: bailiffs, api_key: "sha256:{hashlib.sha256(KEY.encode()).hexdigest()}"}}\n'
BAILIFFS: Final = f"X-API-Key: {KEY}"


class Clock:
    """The sidecar's time of day, which goes on from where it is set."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.set(OVER - 30 * A_DAY)

    def set(self, moment: datetime.datetime) -> None:
        offset = moment - datetime.datetime.now(datetime.UTC)
        new = self._path.with_suffix(".new")
        new.write_text(f"{offset.total_seconds():+.0f}")
        new.replace(self._path)

    @property
    def environment(self) -> dict[str, str]:
        return {
            "LD_PRELOAD": str(LIBRARY),
            "FAKETIME_TIMESTAMP_FILE": str(self._path),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }


@pytest.fixture
def clock(tmp_path: Path) -> Clock:
    return Clock(tmp_path / "clock")


@pytest.fixture
def written(folder: Folder, legacy: Peer, platform: Peer) -> Folder:
    legacy.script = answering(
        lambda _: answer(b"legacy", "Sunset: Fri, 01 Jan 2027 00:00:00 GMT", "Link: </a>; rel=self")
    )
    platform.script = answering(lambda _: answer(b"platform"))
    folder.facade(timezone="Europe/London", unmatched="portal")
    folder.silo("portal", legacy.url, "switch_off: 2027-03-31", "after_switch_off: refuse", "owner: Licensing")
    folder.write("callers.yaml", CALLERS)
    folder.routes(ROUTES.format(platform=platform.url, dead=f"http://127.0.0.1:{free_port()}"))
    return folder


@pytest.fixture
def sidecar(written: Folder, serve: Callable[..., Sidecar], clock: Clock) -> Sidecar:
    return serve(written, environment=clock.environment)


def order(sidecar: Sidecar, path: str, **wanted: object) -> Message:
    token = (sidecar.folder / "state/admin.token").read_text().strip()
    lines = ("Connection: close", f"Authorization: Bearer {token}", "Content-Type: application/json")
    body = json.dumps({"by": "Ada", "reason": "agreed", **wanted}).encode()
    host = f"127.0.0.1:{sidecar.folder.admin}"
    return ask(sidecar.folder.admin, request("POST", path, *lines, body=body, host=host))


def done(sidecar: Sidecar, path: str, **wanted: object) -> Any:
    answered = order(sidecar, path, **wanted)
    assert answered.status == 200, answered.body
    return json.loads(answered.body)


def confirmation(sidecar: Sidecar) -> dict[str, object]:
    """What a person sends who looked at the evidence just now, and overrules it."""
    return {"silo": "portal", "digest": sidecar.document("/api/evidence?silo=portal")["digest"], "force": True}


def status(sidecar: Sidecar, path: str = "/titles/7", *lines: str) -> int:
    return get(sidecar.port, path, *lines).status


def rows(sidecar: Sidecar) -> dict[str, Any]:
    found = sidecar.document("/api/routes")
    return {row["name"]: row for row in (*found["routes"], *found["silos"])}


def entries(folder: Folder, what: str) -> list[tuple[str | None, str | None, str, str]]:
    lines = (folder / "state/ledger.jsonl").read_text().splitlines()
    found = [json.loads(line)["entry"] for line in lines]
    return [(each["before"], each["after"], each["cause"], each["by"]) for each in found if each["what"] == what]


def test_a_date_alone_refuses_nobody_and_is_overdue_everywhere(sidecar: Sidecar, clock: Clock) -> None:
    clock.set(OVER + A_DAY)
    (said,) = sidecar.said("silo overdue", silo="portal")
    assert "nobody has confirmed the evidence for 2027-03-31" in said["problem"]
    assert status(sidecar) == status(sidecar, "/plain") == 200
    row = rows(sidecar)["portal"]
    assert row["overdue"]
    assert row["ending"].startswith("portal is overdue since 2027-03-31, and answers on: nobody has confirmed")


def test_a_confirmed_date_refuses_from_the_operators_midnight_on_and_each_way_back_is_open(
    sidecar: Sidecar, clock: Clock, legacy: Peer, serve: Callable[..., Sidecar]
) -> None:
    seen = confirmation(sidecar)
    assert order(sidecar, "/api/confirm", **{**seen, "force": False}).status == 422  # routes are left
    assert status(sidecar) == 200
    assert order(sidecar, "/api/confirm", silo="portal", force=True).status == 400, "names nothing that was seen"
    sidecar.changed(sidecar.folder.edit, "silos/portal.yaml", "2027-03-31", "2027-03-30")
    late = order(sidecar, "/api/confirm", **seen)
    assert (late.status, b"its evidence is not what was seen" in late.body) == (422, True)
    sidecar.changed(sidecar.folder.edit, "silos/portal.yaml", "2027-03-30", "2027-03-31")
    told = done(sidecar, "/api/confirm", **confirmation(sidecar))
    assert datetime.datetime.fromisoformat(told["refuses_from"]) == OVER
    assert told["routes"] == ["titles.read: legacy -> gone", "searches: platform -> complete", "plain: legacy -> gone"]
    announced = get(sidecar.port, "/plain").one("Sunset")
    assert announced is not None
    assert parsedate_to_datetime(announced.decode()) == OVER
    clock.set(OVER - A_MINUTE)
    assert status(sidecar) == 200
    clock.set(OVER + A_SECOND)
    eventually(lambda: status(sidecar) == 308, "the silo's routes are gone at midnight, without a reload")
    asked = len(legacy.requests)
    assert problem(get(sidecar.port, "/plain"), 410)["detail"] == "The operation plain was switched off."
    assert get(sidecar.port, "/searches").body == b"platform"
    assert status(sidecar, "/nowhere") == 404
    assert len(legacy.requests) == asked
    why = "portal was switched off on 2027-03-31, confirmed by Ada"
    shown = rows(sidecar)
    assert (shown["plain"]["stage"], shown["plain"]["differs"]) == ("gone", why)
    assert shown["searches"]["stage"] == "complete"
    assert shown["portal"]["ending"] == why
    assert sidecar.document("/api/explain?url=/plain")["reason"] == f"stage gone: {why}"
    assert sidecar.metric('facade_route_stage{route="plain",stage="gone"}') == 1
    assert sidecar.metric('facade_moves_total{cause="switch_off",route="plain"}') == 1
    gone = ("legacy", "gone", "switch_off", "Ada")
    eventually(lambda: entries(sidecar.folder, "plain")[-1] == gone, "the ledger says so")
    assert "portal was switched off" in json.loads(order(sidecar, "/api/back", name="plain").body)["detail"]

    sidecar.close()
    again = serve(sidecar.folder, environment=clock.environment)
    assert status(again, "/plain") == 410
    done(again, "/api/confirm", silo="portal", withdraw=True)
    assert status(again, "/plain") == status(again) == status(again, "/nowhere") == 200
    assert entries(again.folder, "plain")[-1] == ("gone", "legacy", "api", "Ada")
    done(again, "/api/confirm", **confirmation(again))
    assert status(again, "/plain") == 410
    again.changed(again.folder.edit, "silos/portal.yaml", "2027-03-31", "2027-06-30")
    assert status(again, "/plain") == 200
    slip = ("switch_off 2027-03-31, refuse, confirmed by Ada", "switch_off 2027-06-30, refuse", "file", "")
    eventually(lambda: entries(again.folder, "silo portal")[-1] == slip, "the ledger says so")
    clock.set(OVER + 200 * A_DAY)
    again.said("silo overdue", silo="portal")
    assert status(again, "/plain") == 200, "a confirmation holds for the date that it was given for"


def test_only_who_has_the_token_confirms_and_a_damaged_file_confirms_nothing(
    sidecar: Sidecar, clock: Clock, serve: Callable[..., Sidecar]
) -> None:
    clock.set(OVER + A_DAY)
    host = f"127.0.0.1:{sidecar.folder.admin}"
    for path, body in (("/api/confirm", b'{"silo":"portal"}'), ("/api/brownouts", b'{"stop":true}')):
        asked = request("POST", path, "Connection: close", "Content-Type: application/json", body=body, host=host)
        assert ask(sidecar.folder.admin, asked).status == 401
    for wanted in ({}, {"silo": "portal", "by": " "}, {"silo": "portal", "reason": ""}, {"silo": "portal", "x": 1}):
        assert order(sidecar, "/api/confirm", **wanted).status == 400
    for silo in ("prtal", "<script>", "portal\r\nX: y"):
        assert order(sidecar, "/api/confirm", silo=silo, digest="d", force=True).status == 422
    done(sidecar, "/api/confirm", **confirmation(sidecar))
    assert status(sidecar, "/plain") == 410
    sidecar.close()
    kept = sidecar.folder / "state/confirmations.json"
    kept.write_bytes(kept.read_bytes().replace(b"Ada", b"Eve"))
    again = serve(sidecar.folder, environment=clock.environment)
    assert status(again, "/plain") == 200
    assert again.said("confirmations lost")


def test_every_answer_of_a_route_says_when_it_ends_and_no_other_does(sidecar: Sidecar, legacy: Peer) -> None:
    with Client(sidecar.port) as client:
        titles = client.get("/titles/a%3E7")
        deprecated = titles.one("Deprecation")
        assert deprecated == b"@%d" % datetime.datetime(2026, 12, 1, tzinfo=datetime.UTC).timestamp()
        assert titles.one("Sunset") == b"Wed, 30 Jun 2027 11:00:00 GMT"
        assert titles.all("Link") == [
            b"</a>; rel=self",
            b'<https://platform.example/changes>; rel="deprecation"',
            b'</new/titles/a%3E7>; rel="successor-version"',
        ]
        assert client.get("/plain").one("Sunset") == b"Fri, 01 Jan 2027 00:00:00 GMT"  # the silo's own word
        assert client.get("/plain").one("Deprecation") is None
        dead = client.get("/dead")
        assert (dead.status, dead.one("Sunset")) == (502, b"Tue, 29 Jun 2027 23:00:00 GMT")
        old = client.get("/old")
        assert (old.status, old.one("Sunset")) == (410, b"Thu, 01 Jan 2026 00:00:00 GMT")
        assert old.one("Link") == b'</docs/ends>; rel="sunset"'
        wrong = client.ask(request("PUT", "/titles/7", body=b""))
        assert (wrong.status, wrong.one("Sunset")) == (405, None)


def test_a_brownout_refuses_whom_it_names_while_it_lasts_and_all_stop_at_one_order(
    sidecar: Sidecar, clock: Clock, legacy: Peer, serve: Callable[..., Sidecar]
) -> None:
    first = datetime.datetime(2027, 3, 1, 10, tzinfo=datetime.UTC)
    clock.set(first - A_MINUTE)
    assert status(sidecar, "/titles/7", BAILIFFS) == 200
    clock.set(first + A_MINUTE)
    asked = len(legacy.requests)
    refusal = get(sidecar.port, "/titles/7", BAILIFFS)
    document = problem(refusal, 503)
    assert (document["type"], document["title"]) == ("urn:problem:brownout", "Planned brown-out")
    assert "your date is near" in document["detail"]
    assert document["from"] == "2027-03-01T10:00:00+00:00"
    assert document["until"] == "2027-03-01T10:30:00+00:00"
    assert 28 * 60 < int(refusal.one("Retry-After") or b"") <= 29 * 60 + 2
    assert refusal.one("Sunset") == b"Wed, 30 Jun 2027 11:00:00 GMT"
    assert len(legacy.requests) == asked
    assert status(sidecar) == status(sidecar, "/plain", BAILIFFS) == 200
    assert sidecar.metric('facade_brownouts_total{route="titles.read"}') == 1
    assert sidecar.metric('facade_refused_total{reason="brownout"}') == 1

    clock.set(first + A_DAY + A_MINUTE)
    assert status(sidecar) == 503
    where = ("--config", sidecar.folder.path)
    stopped = run("brownouts", "stop", "--by", "Bo", "--reason", "too soon", *where)
    assert stopped.returncode == 0, stopped.stderr + stopped.stdout
    assert "all brown-outs are stopped by Bo" in stopped.stdout
    assert status(sidecar) == 200
    assert entries(sidecar.folder, "all brown-outs")[-1] == ("as planned", "stopped", "command", "Bo")
    sidecar.close()
    again = serve(sidecar.folder, environment=clock.environment)
    assert status(again) == 200
    listed = json.loads(run("brownouts", "--json", *where).stdout)
    assert listed["stopped"]["by"] == "Bo"
    assert [(each["share"], each["state"]) for each in listed["brownouts"]] == [(None, "over"), ("100%", "stopped")]
    resumed = run("brownouts", "resume", "--by", "Bo", "--reason", "now", *where)
    assert resumed.returncode == 0, resumed.stderr + resumed.stdout
    assert status(again) == 503
    clock.set(first + A_DAY + 31 * A_MINUTE)
    assert status(again) == 200


def test_a_damaged_stop_rehearses_nothing(sidecar: Sidecar, clock: Clock, serve: Callable[..., Sidecar]) -> None:
    clock.set(datetime.datetime(2027, 3, 2, 10, 1, tzinfo=datetime.UTC))
    done(sidecar, "/api/brownouts", stop=False)
    assert status(sidecar) == 503
    sidecar.close()
    (sidecar.folder / "state/brownouts.json").write_bytes(b"sha256 0\n{}")
    for _ in range(2):  # what was put aside is not forgotten by one more start
        again = serve(sidecar.folder, environment=clock.environment)
        assert status(again) == 200
        again.close()


def test_a_date_that_slips_stands_in_the_ledger_even_if_nobody_ran_to_see_it(
    sidecar: Sidecar, serve: Callable[..., Sidecar], clock: Clock
) -> None:
    folder = sidecar.folder
    assert entries(folder, "silo portal") == [(None, "switch_off 2027-03-31, refuse", "start", "")]
    sidecar.changed(folder.edit, "silos/portal.yaml", "2027-03-31", "2027-06-30")
    slip = ("switch_off 2027-03-31, refuse", "switch_off 2027-06-30, refuse", "file", "")
    assert eventually(lambda: entries(folder, "silo portal")[1:], "the ledger says so") == [slip]
    sidecar.close()
    folder.edit("routes/all.yaml", "sunset: 2027-06-30 12:00", "sunset: 2027-09-30")
    serve(folder, environment=clock.environment)
    before, after, cause, _ = eventually(lambda: entries(folder, "dates titles.read")[1:], "the ledger says so")[0]
    assert (before or "").startswith("deprecated 2026-12-01, sunset 2027-06-30 12:00+01:00, brown-out ")
    assert (after or "").startswith("deprecated 2026-12-01, sunset 2027-09-30, brown-out ")
    assert cause == "file"
