"""Waiting for a sidecar to run what was changed in its files: what runs is what its answers say, keys included."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from facade.cli.following import follow
from facade.cli.sidecar import Sidecar, Unreachable
from facade.config.standing import Standing
from facade.control.change import Changed
from facade.control.move import Plan
from facade.control.subject import Subject
from facade.routing.route import Keys
from facade.routing.stage import Stage

HERE = Sidecar("http://127.0.0.1:9901")
QUARTER = Standing(Stage.CANARY, Fraction(1, 4))
ROW: dict[str, Any] = {"name": "charges.read", "stage": "canary", "share": 0.25, "keys": None}


@pytest.fixture
def rejecting(sidecar):
    """A sidecar that rejects the files for a mistake elsewhere, as it would after the change of the test."""
    sidecar.runs("old", {"revision": "new", "reasons": ["silos/half.yaml:1: no; mend"]})
    return sidecar


def changed(files, to: Standing) -> Changed:
    plan = Plan(Subject("charges.read", ("charges.read",), QUARTER, whole=False), to)
    return Changed((plan,), files.source().load(), ("routes/journey.yaml:14: changed",))


@pytest.mark.parametrize(
    ("to", "row", "runs"),
    [
        (Standing(Stage.LEGACY), {"stage": "legacy", "share": 0.0}, True),
        (Standing(Stage.LEGACY), {}, False),
        (Standing(Stage.CANARY, Fraction(1, 20)), {"share": 0.05}, True),
        (Standing(Stage.CANARY, Fraction(1, 20)), {"share": 0.05, "keys": "hold"}, False),
        (Standing(Stage.CANARY, Fraction(1, 4), Keys.HOLD), {"keys": "hold"}, True),
        (Standing(Stage.CANARY, Fraction(1, 4), Keys.HOLD), {}, False),
        (Standing(Stage.CANARY, Fraction(1, 4), Keys.HOLD), {"keys": "hold", "share": 0.3}, False),
        (Standing(Stage.CANARY, Fraction(1, 4), Keys.EVICT), {"keys": "evict", "share": 0.0}, True),
        (Standing(Stage.CANARY, Fraction(1, 4), Keys.EVICT), {"keys": "hold"}, False),
    ],
)
def test_beside_mistakes_only_what_the_sidecar_shows_is_done(files, rejecting, to: Standing, row, runs: bool):
    rejecting.documents["/api/routes"] = {"routes": [ROW | row]}
    change = changed(files, to)
    rejecting.documents["/api/config"]["rejected"]["revision"] = change.revision
    followed = follow(HERE, change, files.source(), 5.0)
    assert followed.runs is runs
    assert followed.said.splitlines()[-1] == "  silos/half.yaml:1: no; mend"
    assert followed.said.startswith("running on" if runs else "rejected by")


def test_a_route_that_the_sidecar_does_not_have_stands_nowhere(files, rejecting):
    rejecting.documents["/api/routes"] = {"routes": []}
    change = changed(files, Standing(Stage.LEGACY))
    rejecting.documents["/api/config"]["rejected"]["revision"] = change.revision
    assert not follow(HERE, change, files.source(), 5.0).runs


def test_a_rejection_of_older_files_is_waited_out(files, sidecar):
    change = changed(files, Standing(Stage.LEGACY))
    sidecar.runs("old", {"revision": "older", "reasons": []})
    sidecar.documents["/api/routes"] = {"routes": [ROW]}
    before = sidecar.documents["/api/config"]
    sidecar.runs(change.revision)
    answers = iter([before, before])
    after = sidecar.documents["/api/config"]
    sidecar.documents["/api/config"] = lambda: next(answers, after)
    followed = follow(HERE, change, files.source(), 5.0)
    assert (followed.runs, len(sidecar.slept)) == (True, 2)


def test_nobody_is_asked_by_whoever_does_not_wait(files, sidecar):
    assert not follow(HERE, changed(files, Standing(Stage.LEGACY)), files.source(), 0.0).runs
    assert sidecar.asked == []


def test_where_no_sidecar_is_known_that_is_said_with_what_to_do(files):
    unknown = Unreachable("config: admin takes a free port; say where it is with --admin HOST:PORT")
    followed = follow(unknown, changed(files, Standing(Stage.LEGACY)), files.source(), 5.0)
    assert (followed.runs, followed.said) == (False, f"the file is changed and no sidecar was reached: {unknown}")
