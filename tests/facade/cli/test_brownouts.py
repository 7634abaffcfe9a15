"""`facade brownouts`: what is planned, in plain words, and who may stop it."""

from __future__ import annotations

from typing import Any

import pytest

from facade.cli.brownouts import lines
from facade.cli.sidecar import Sidecar
from facade.control.subject import Refused

ROW: dict[str, Any] = {
    "route": "titles.read",
    "start": "2027-03-01T10:00:00+01:00",
    "end": "2027-03-01T10:30:00Z",
    "share": None,
    "callers": ["bailiffs"],
    "why": "near",
    "state": "ahead",
}
FOUND: dict[str, Any] = {"stopped": None, "brownouts": [ROW], "more": 2, "problems": []}
ADMIN = ("--admin", "127.0.0.1:9901")


def test_each_is_told_with_whom_it_refuses_and_when() -> None:
    assert list(lines(FOUND)) == [
        "ROUTE        FROM                    TO                    REFUSES          STATE  WHY",
        "titles.read  2027-03-01 10:00+01:00  2027-03-01 10:30 UTC  caller bailiffs  ahead  near",
        "and 2 more",
    ]
    assert list(lines({**FOUND, "brownouts": [], "more": 0})) == ["no brown-outs are planned"]


def test_it_asks_the_sidecar(facade, sidecar) -> None:
    sidecar.documents["/api/brownouts"] = FOUND
    said = facade("brownouts", "--json", *ADMIN)
    assert (said.status, said.document) == (0, FOUND)


@pytest.mark.parametrize(("verb", "stop"), [("stop", True), ("resume", False)])
def test_an_order_says_who_and_why_and_fails_where_it_could_not_be_kept(
    facade, monkeypatch: pytest.MonkeyPatch, verb: str, stop: bool
) -> None:
    given = []

    def tell(self: Sidecar, path: str, document: dict[str, Any], token: str) -> dict[str, Any]:
        given.append((path, document, token))
        stopped = {"by": "Bo", "why": "late", "at": "2027-03-01T10:04:05Z"} if stop else None
        return {**FOUND, "stopped": stopped, "problems": ["state: full"]}

    monkeypatch.setattr(Sidecar, "tell", tell)
    monkeypatch.setenv("FACADE_ADMIN_TOKEN", "secret")
    said = facade("brownouts", verb, "--reason", "late", "--by", "Bo", *ADMIN)
    assert given == [("/api/brownouts", {"stop": stop, "reason": "late", "by": "Bo", "cause": "command"}, "secret")]
    assert (said.status, said.lines[-1]) == (1, "state: full")
    assert said.lines[0].startswith("all brown-outs are stopped by Bo, since 2027-03-01 10:04 UTC: late") is stop


def test_a_reason_a_token_and_the_sidecars_consent_are_needed(
    facade, monkeypatch: pytest.MonkeyPatch, tmp_path
) -> None:
    assert facade("brownouts", "stop", *ADMIN).status == 2
    said = facade("brownouts", "stop", "--reason", "late", "--config", str(tmp_path), *ADMIN)
    assert (said.status, "with its token only" in said.out) == (1, True)

    def refuse(*_: object) -> None:
        raise Refused("state: full; mend it")

    monkeypatch.setattr(Sidecar, "tell", refuse)
    monkeypatch.setenv("FACADE_ADMIN_TOKEN", "secret")
    assert facade("brownouts", "resume", "--reason", "late", *ADMIN).lines == ["state: full; mend it"]
