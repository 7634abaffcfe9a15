"""What is said of an order that was carried out: to machines in its parts, to people in words."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

import msgspec

from facade.config.mistake import Mistake
from facade.config.standing import Standing
from facade.control.because import Because
from facade.control.change import Changed
from facade.control.done import Done, Scope, done, words
from facade.control.move import Plan
from facade.control.subject import Subject
from facade.routing.route import Keys, Place
from facade.routing.stage import Stage

TITLES = Subject("titles.read", ("titles.read",), Standing(Stage.SHADOW), False)
GROUP = Subject("land", ("a", "b"), Standing(Stage.CANARY, Fraction(1, 4)), False, is_group=True)
MOVED = Plan(TITLES, Standing(Stage.CANARY, Fraction(1, 10)), notes=("careful",))
HELD = Plan(GROUP, Standing(Stage.CANARY, Fraction(1, 4), Keys.HOLD))
ADA = Because("api", "numbers are good", "Ada")
LINE = "routes/a.yaml:3: stage: canary"
LOADED: Any = SimpleNamespace(revision="abc")
CHANGED = Changed((MOVED,), LOADED, (LINE,), (Mistake(Place("routes/b.yaml", 1), "is not YAML", "mend it"),))


def finished(**changed: object) -> Done:
    return replace(done([MOVED], CHANGED, ADA, scope=Scope.FILES, revision="abc", running=True), **changed)


def test_a_change_of_files_is_told_move_by_move_with_its_reason_and_its_lines():
    told = finished(forced=("titles.read: shadow -> platform skips canary",))
    assert list(words(told)) == [
        "titles.read: shadow -> canary 10%",
        "  note: careful",
        "  forced: titles.read: shadow -> platform skips canary",
        "  reason: numbers are good, by Ada",
        f"  {LINE}",
        "the shared file was changed: every sidecar that reads it follows",
        "not looked through: routes/b.yaml:1: is not YAML; mend it",
    ]


def test_an_overlay_says_that_it_is_this_one_sidecar_and_how_it_ends():
    told = done([HELD], None, ADA, scope=Scope.SIDECAR, revision="abc", running=True, problems=["a.yaml: read-only"])
    assert list(words(told)) == [
        "group land (a, b): canary 25% -> canary 25%, keys on hold",
        "  reason: numbers are good, by Ada",
        "this one sidecar was changed and no file: it follows its file again once that says something else of it",
    ]
    lifted = replace(told, problems=())
    assert list(words(lifted))[-1] == "no file had to be changed: this one sidecar does again what its file says"


def test_what_stays_changes_nothing_and_nobody_is_named():
    stays = done([Plan(TITLES, TITLES.now)], None, Because("api"), scope=None, revision="abc", running=True)
    assert list(words(stays)) == ["titles.read: stays at shadow", "nothing was changed, revision abc"]


def test_without_a_name_or_a_reason_that_is_said():
    told = list(words(replace(finished(), by="", reason="")))
    assert "  by nobody named" in told


def test_machines_get_it_in_its_parts_and_read_it_again():
    told = done([HELD], None, ADA, scope=Scope.SIDECAR, revision="abc", running=True)
    document = msgspec.json.encode(told)
    (move,) = msgspec.json.decode(document)["moves"]
    assert move == {
        "name": "land",
        "group": True,
        "routes": ["a", "b"],
        "from": {"stage": "canary", "share": 0.25, "keys": "open"},
        "to": {"stage": "canary", "share": 0.25, "keys": "hold"},
        "said": "group land (a, b): canary 25% -> canary 25%, keys on hold",
        "notes": [],
    }
    assert msgspec.json.decode(document, type=Done) == told
