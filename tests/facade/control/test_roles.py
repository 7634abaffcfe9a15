from __future__ import annotations

import datetime

from facade.config.mistake import Mistake
from facade.control.roles import Outcome, ReloadResult, began, began_from_state, follow
from facade.control.view import RejectedView, RevisionView
from facade.routing.route import Place

NINE, TEN, ELEVEN = (datetime.datetime(2026, 11, 23, hour, tzinfo=datetime.UTC) for hour in (9, 10, 11))
MISTAKE = Mistake(Place("routes/a.yaml", 3), "has no stage", "add one")
ACCEPTED = ReloadResult(Outcome.ACCEPTED, "aaa")
REJECTED = ReloadResult(Outcome.REJECTED, "bbb", (MISTAKE,))


def test_a_good_start_has_every_role_at_once():
    view = began(ACCEPTED, NINE)
    assert view.file == view.accepted == view.running == RevisionView("aaa", NINE)
    assert view.rejected is None


def test_a_rejected_file_is_shown_with_its_reasons_beside_what_runs():
    view = follow(began(ACCEPTED, NINE), REJECTED, TEN)
    assert view.running == RevisionView("aaa", NINE)
    assert view.file == RevisionView("bbb", TEN)
    assert view.rejected == RejectedView("bbb", TEN, ("routes/a.yaml:3: has no stage; add one",))


def test_a_file_that_stays_mistaken_shows_since_when_it_is():
    view = follow(follow(began(ACCEPTED, NINE), REJECTED, TEN), REJECTED, ELEVEN)
    assert view.rejected is not None
    assert view.rejected.at == TEN


def test_a_file_that_is_mistaken_in_another_way_is_rejected_anew():
    other = ReloadResult(Outcome.REJECTED, "ccc", (MISTAKE,))
    view = follow(follow(began(ACCEPTED, NINE), REJECTED, TEN), other, ELEVEN)
    assert view.rejected is not None
    assert view.rejected.at == ELEVEN


def test_an_accepted_file_takes_every_role_and_nothing_is_rejected():
    view = follow(follow(began(ACCEPTED, NINE), REJECTED, TEN), ReloadResult(Outcome.ACCEPTED, "ccc"), ELEVEN)
    assert view == began(ReloadResult(Outcome.ACCEPTED, "ccc"), ELEVEN)


def test_a_file_that_is_mended_to_what_runs_ends_the_rejection_and_keeps_the_times_of_what_runs():
    view = follow(follow(began(ACCEPTED, NINE), REJECTED, TEN), ReloadResult(Outcome.UNCHANGED, "aaa"), ELEVEN)
    assert view.rejected is None
    assert view.running == RevisionView("aaa", NINE)
    assert view.file == RevisionView("aaa", ELEVEN)


def test_what_goes_back_in_rejected_files_is_what_runs_and_was_last_found_good():
    back = ReloadResult(Outcome.REJECTED, "bbb", (MISTAKE,), running="aab")
    view = follow(began(ACCEPTED, NINE), back, TEN)
    assert view.running == view.accepted == RevisionView("aab", TEN)
    assert view.file == RevisionView("bbb", TEN)
    assert view.rejected is not None
    assert follow(began_from_state(RevisionView("aaa", NINE), REJECTED, TEN), back, ELEVEN).from_state


def test_a_start_from_state_is_shown_until_the_files_are_good():
    kept = RevisionView("aaa", NINE)
    view = began_from_state(kept, REJECTED, TEN)
    assert view.from_state
    assert view.accepted == kept
    assert view.running == RevisionView("aaa", TEN)
    assert view.rejected is not None
    assert follow(view, REJECTED, ELEVEN).from_state
    assert not follow(view, ReloadResult(Outcome.UNCHANGED, "aaa"), ELEVEN).from_state
    assert not follow(view, ReloadResult(Outcome.ACCEPTED, "ccc"), ELEVEN).from_state
