"""What runs because of a person's word, what survives a restart, and what is damaged."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import structlog

from facade.config.settings import Configuration
from facade.control.ending.confirmed import FILE as CONFIRMED
from facade.control.ending.endings import Endings
from facade.control.ending.stopped import FILE as STOPPED
from facade.control.ending.stopped import Stop
from facade.ending.refusing import Confirmation
from facade.routing.stage import Stage

DATE = datetime.date(2027, 3, 31)
LAST_DAY = datetime.datetime(2027, 3, 31, 23, 59, 59, tzinfo=datetime.UTC)
NEXT_DAY = LAST_DAY + datetime.timedelta(seconds=1)
WORD = Confirmation("portal", DATE, "Ada", "agreed", LAST_DAY, "0" * 64, "no route is left")
STOP = Stop("Bo", "too soon", LAST_DAY)


@dataclass
class Run:
    """Endings by a clock that can be set; `unkept` is what they could not keep."""

    state: Path

    def __post_init__(self) -> None:
        self.now = NEXT_DAY
        self.unkept: list[str] = []
        self.endings = self.again()

    def again(self) -> Endings:
        made = Endings(self.state, lambda: self.now, self.unkept.append)
        made.load()
        return made


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return Run(tmp_path / "state")


@pytest.fixture
def refusing(files) -> Configuration:
    files.change("silos/old.yaml", "switch_off: 2027-03-31", "switch_off: 2027-03-31\nafter_switch_off: refuse")
    files.change(
        "routes/property.yaml",
        "stage: legacy\n\n  - name: old",
        "stage: legacy\n    sunset: 2027-12-31\n"
        "    brownouts: [{from: 2027-06-01 10:00, to: 2027-06-01 11:00, share: 5%, why: near}]\n\n  - name: old",
    )
    return files.configuration()


def stages(configuration: Configuration) -> dict[str, Stage]:
    return {route.name: route.stage for route in configuration.routes}


def test_without_a_persons_word_a_passed_date_changes_nothing(run: Run, refusing: Configuration):
    assert run.endings.over(refusing) == (refusing, frozenset())
    assert not run.endings.is_due(refusing)


def test_with_it_the_silos_routes_are_gone_and_what_no_route_covers_is_nobodys(run: Run, refusing: Configuration):
    run.endings.confirm(WORD)
    assert run.endings.is_due(refusing)
    runs, off = run.endings.over(refusing)
    assert off == {"portal"}
    assert runs.settings.unmatched is None
    before = stages(refusing)
    assert stages(runs) == before | dict.fromkeys(("claims.write", "searches.read", "charges.read"), Stage.GONE)
    assert run.again().over(refusing)[0] == runs, "over a restart too"
    run.now = LAST_DAY
    assert run.endings.over(refusing)[1] == frozenset()
    assert stages(run.endings.over(refusing)[0]) == before


def test_another_date_needs_another_word(run: Run, refusing: Configuration, files):
    run.endings.confirm(WORD)
    for date in ("2027-03-30", "2027-04-30"):
        files.change("silos/old.yaml", "2027-03-31", date)
        assert run.endings.over(files.configuration())[1] == frozenset()
        files.change("silos/old.yaml", date, "2027-03-31")
    assert run.endings.over(files.configuration())[1] == {"portal"}


def test_a_word_that_is_withdrawn_holds_no_more(run: Run, refusing: Configuration):
    run.endings.confirm(WORD)
    run.endings.withdraw("portal")
    assert run.endings.over(refusing) == (refusing, frozenset())
    assert run.again().confirmations == {}


def test_stopped_brownouts_are_left_out_until_they_are_resumed(run: Run, refusing: Configuration):
    run.endings.stop_brownouts(STOP)
    for endings in (run.endings, run.again()):
        assert not any(route.notice.brownouts for route in endings.over(refusing)[0].routes)
    run.endings.resume_brownouts()
    for endings in (run.endings, run.again()):
        assert endings.over(refusing)[0] == refusing


def test_what_cannot_be_read_refuses_nobody(run: Run, refusing: Configuration):
    run.endings.confirm(WORD)
    run.endings.resume_brownouts()
    for name in (CONFIRMED, STOPPED):
        (run.state / name).write_bytes(b"sha256 0\n{}")
    with structlog.testing.capture_logs() as lines:
        again = run.again()
    assert [line["event"] for line in lines] == ["confirmations lost", "stop of brown-outs lost"]
    assert again.confirmations == {}
    assert again.stop is not None
    assert again.over(refusing)[1] == frozenset()


def test_what_refuses_more_is_kept_first_and_what_refuses_less_runs_first(run: Run):
    run.endings.confirm(WORD)
    run.endings.stop_brownouts(STOP)
    for path in run.state.iterdir():
        path.unlink()
    run.state.rmdir()
    run.state.write_text("no folder")
    another = replace(WORD, silo="registry")
    for refuses_more in (lambda: run.endings.confirm(another), run.endings.resume_brownouts):
        with pytest.raises(FileExistsError):
            refuses_more()
    assert run.endings.stop == STOP
    assert run.endings.confirmations == {"portal": WORD}
    with pytest.raises(FileExistsError):
        run.endings.withdraw("portal")
    assert run.endings.confirmations == {}
    assert run.unkept == ["confirmations", "brownouts", "confirmations"]
