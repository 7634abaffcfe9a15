"""A person's word on a running sidecar: what it needs, what it does at once and at midnight, and what is said of it."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, replace

import pytest
import structlog
from house import House

from facade.control.because import Because
from facade.control.ending.confirming import Confirming
from facade.control.ending.due import Due
from facade.control.ledger.book import Book
from facade.control.ledger.entry import Entry
from facade.control.subject import Refused

ADA = Because("api", "agreed", "Ada")
FORCED = replace(ADA, forced=True)
SEEN = "d" * 64


@dataclass(frozen=True)
class Reason:
    holds: bool
    text: str


@dataclass(frozen=True)
class Evidence:
    may: bool
    reasons: tuple[Reason, ...] = ()
    digest: str = SEEN


AGAINST = Evidence(may=False, reasons=(Reason(True, "nobody calls"), Reason(False, "3 routes are left")))

NOON = datetime.datetime(2027, 4, 1, 12, tzinfo=datetime.UTC)


@dataclass
class Desk:
    """A house with a portal that is to be switched off, and where it is confirmed."""

    house: House
    now: datetime.datetime = NOON
    evidence: Evidence = AGAINST

    def __post_init__(self) -> None:
        async def look(_: str) -> Evidence:
            return self.evidence

        self.reloader = self.house.reloader
        self.reloader.endings._clock = lambda: self.now
        self.confirming = Confirming(self.reloader, look, lambda: self.now)
        self.due = Due(self.reloader, lambda: self.now)

    def entries(self, what: str) -> list[Entry]:
        book = Book(self.house.files.folder / "state")
        return [entry for entry, _ in book.entries() if entry.what == what]


@pytest.fixture
async def desk(house: House, files) -> Desk:
    files.change("silos/old.yaml", "switch_off: 2027-03-31", "switch_off: 2027-03-31\nafter_switch_off: refuse")
    assert (await house.reloader.reload("file")).mistakes == ()
    return Desk(house)


async def test_evidence_that_speaks_against_it_is_overruled_by_force_alone(desk: Desk):
    with pytest.raises(Refused, match=r"portal: the evidence speaks against it: 3 routes are left; wait for it, or"):
        await desk.confirming.confirm("portal", SEEN, ADA)
    assert desk.reloader.endings.confirmations == {}
    told = await desk.confirming.confirm("portal", SEEN, FORCED)
    assert told.sentence == "portal was switched off on 2027-03-31, confirmed by Ada"
    assert told.routes == (
        "searches.read: canary -> gone",
        "charges.read: canary -> gone",
        "claims.write: legacy -> gone",
    )
    assert desk.house.stage("claims.write") == "gone"
    entry = desk.entries("silo portal")[-1]
    assert (entry.by, entry.forced, entry.evidence) == (
        "Ada",
        True,
        f"sha256 {SEEN}: the evidence speaks against it: 3 routes are left",
    )


@pytest.mark.parametrize("because", [ADA, FORCED])
async def test_evidence_that_changed_since_it_was_seen_is_not_confirmed_even_by_force(desk: Desk, because: Because):
    desk.evidence = Evidence(may=True, digest="e" * 64)
    with pytest.raises(Refused, match=r"portal: its evidence is not what was seen: .*; look at facade evidence portal"):
        await desk.confirming.confirm("portal", SEEN, because)
    assert desk.reloader.endings.confirmations == {}
    assert not desk.entries("silo portal")[-1].by


async def test_good_evidence_needs_no_force_and_stands_with_the_word(desk: Desk):
    desk.evidence = Evidence(may=True)
    await desk.confirming.confirm("portal", SEEN, ADA)
    word = desk.reloader.endings.confirmations["portal"]
    assert (word.by, word.why, word.at, word.forced) == ("Ada", "agreed", NOON, False)
    assert word.evidence == SEEN
    assert word.verdict == "the evidence says that it may be switched off"


@pytest.mark.parametrize(
    ("silo", "why"),
    [("prtal", "no silo has this name"), ("registry", "has no switch_off")],
)
async def test_only_what_has_a_date_is_confirmed(desk: Desk, silo: str, why: str):
    with pytest.raises(Refused, match=why):
        await desk.confirming.confirm(silo, SEEN, FORCED)


async def test_what_cannot_be_kept_does_not_hold(desk: Desk, monkeypatch):
    def full(_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(desk.reloader.endings._confirmed, "save", full)
    with pytest.raises(Refused, match="No space left"):
        await desk.confirming.confirm("portal", SEEN, FORCED)
    assert desk.house.stage("claims.write") == "legacy"
    assert desk.house.figure("facade_state_failures_total", what="confirmations") == 1


async def test_a_word_that_cannot_be_forgotten_holds_no_more_and_that_is_told(desk: Desk, monkeypatch):
    await desk.confirming.confirm("portal", SEEN, FORCED)

    def full(_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(desk.reloader.endings._confirmed, "save", full)
    told = await desk.confirming.withdraw("portal", ADA)
    assert desk.house.stage("claims.write") == "legacy"
    assert "a restart would bring the confirmation back" in told.problems[0]


async def test_nothing_is_withdrawn_that_nobody_gave(desk: Desk):
    with pytest.raises(Refused, match="nobody has confirmed"):
        await desk.confirming.withdraw("portal", ADA)


async def test_a_day_that_ends_takes_effect_by_itself_and_one_that_comes_again_is_taken_back(desk: Desk):
    desk.now = NOON - datetime.timedelta(days=1)
    told = await desk.confirming.confirm("portal", SEEN, FORCED)
    assert told.refuses_from == datetime.datetime(2027, 4, 1, tzinfo=datetime.UTC)
    await desk.due.look()
    served = desk.house.snapshots.current.served["claims.write"]
    assert (served.route.stage, served.route.notice.sunset is not None) == ("legacy", True)
    desk.now = NOON
    await desk.due.look()
    assert desk.house.stage("claims.write") == "gone"
    moved = desk.entries("claims.write")[-1]
    assert (moved.cause, moved.by) == ("switch_off", "Ada")
    assert "portal was switched off on 2027-03-31, confirmed by Ada" in moved.why
    desk.now = NOON - datetime.timedelta(days=1)  # somebody set the clock back
    await desk.due.look()
    assert desk.house.stage("claims.write") == "legacy"


async def test_what_a_passed_date_lacks_is_said_once_a_day(desk: Desk):
    with structlog.testing.capture_logs() as lines:
        for hours in (0, 1, 24):
            desk.now = NOON + datetime.timedelta(hours=hours)
            await desk.due.look()
    said = [line["problem"] for line in lines if line["event"] == "silo overdue"]
    assert len(said) == 2
    assert said[0].startswith(
        "portal is overdue since 2027-03-31, and answers on: nobody has confirmed the evidence for 2027-03-31; look"
    )


async def test_files_that_change_while_it_is_off_leave_it_off(desk: Desk, files):
    await desk.confirming.confirm("portal", SEEN, FORCED)
    desk.house.move("shadow")
    assert (await desk.reloader.reload("file")).mistakes == ()
    assert desk.house.stage("titles.read") == "shadow"
    assert desk.house.stage("claims.write") == "gone"
    assert desk.reloader.ordered.settings.unmatched == "portal"
