"""`facade preview`: what files would move, in words, and when a pipeline is to refuse them."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from counted import NOON, TODAY, a_sample, calls

from facade.cli.sidecar import Sidecar, Unreachable
from facade.control.preview.definitions import Definitions
from facade.control.preview.shown import shown
from facade.control.preview.view import PreviewView, Told
from facade.control.usage.tally import tally

ROUTES = "routes/property.yaml"
FIRST = "stage: legacy\n    canary"


@pytest.fixture
def answers(monkeypatch):
    """What the sidecar answers, by path; asked for another one there is no sidecar."""
    documents: dict[str, Any] = {}

    def ask(sidecar: Sidecar, path: str) -> Any:
        if path not in documents:
            raise Unreachable(f"{sidecar}: no sidecar answers there; start it")
        return documents[path]

    monkeypatch.setattr(Sidecar, "ask", ask)
    return documents


@pytest.fixture
def running(files, answers):
    """A sidecar that runs the files as they are now, and has had calls of one route."""

    def runs(frozen: str | None = None, number: int = 200) -> str:
        configuration = files.configuration()
        routes = {route.name: route for route in configuration.routes}
        day = tally([a_sample(*calls(routes["titles.read"], number), calls=10 * number)])
        view = PreviewView(
            (Told(configuration.revision, NOON, frozen, TODAY if number else None, True, day.calls, day.sampled),),
            tuple(shown(route, Definitions(configuration)) for route in routes.values()),
            (),
            day.bases,
            day.bands,
        )
        answers["/api/preview"] = msgspec.json.decode(msgspec.json.encode(view))
        return configuration.revision

    return runs


@pytest.fixture
def preview(facade, files):
    return lambda *words: facade("preview", str(files.folder), "--admin", "127.0.0.1:9901", *words)


def test_files_that_run_already_move_nothing(preview, running, files):
    revision = running()
    said = preview()
    assert said.status == 0
    assert said.lines == [
        f"http://127.0.0.1:9901 runs {revision}; {files.folder} is {revision}",
        "by the 2,000 calls of 2026-11-23, of which a sample of 200 was kept",
        "no route would move or be served otherwise",
    ]


def test_a_route_that_moves_is_told_with_its_calls_and_keys(preview, running, files):
    files.change(ROUTES, FIRST, "stage: shadow\n    canary")
    running()
    files.change(ROUTES, "stage: shadow", "stage: canary")
    said = preview()
    assert said.status == 0
    assert said.lines[2] == "titles.read: shadow -> canary 10%"
    assert said.lines[3].startswith("  of 2,000 calls: ")
    assert said.lines[3].endswith(" to the platform")
    assert said.lines[4].startswith("  of 100 keys in the sample: ")
    document = preview("--json").document
    (route,) = document["routes"]
    moved = route["calls"]["to"]["platform"]
    assert 0 < moved < 2000
    assert said.lines[5] == f"in all {moved:,} of 2,000 calls would have been answered by another side"
    assert (document["refused"], document["running"]["sampled"]) == ([], 200)


def test_a_skipped_stage_is_refused(preview, running, files):
    running()
    files.change(ROUTES, FIRST, "stage: canary\n    canary")
    said = preview()
    assert said.status == 1
    assert said.lines[-1] == ("refused: titles.read: legacy -> canary 10% skips a stage; move it one stage at a time")


def test_a_step_forward_is_refused_in_a_freeze(preview, running, files):
    running("the freeze Fri 15:00 to Mon 09:00 is in force until Mon 09:00")
    files.change(ROUTES, FIRST, "stage: shadow\n    canary")
    said = preview("--json")
    assert said.status == 1
    assert "is forward, and the freeze Fri 15:00 to Mon 09:00" in said.document["refused"][0]


def test_lost_routes_are_refused_unless_it_is_said_and_told_with_who_answers_instead(preview, running, files):
    running()
    (files.folder / "routes/journey.yaml").unlink()
    said = preview()
    assert said.status == 1
    assert "refused: routes: 2 of 5 are missing, more than a fifth; " in said.out
    assert " would be answered by legacy, portal: the silo that takes what no route covers" in said.out
    assert preview("--allow-loss").status == 0


def test_a_new_route_is_told_with_who_answers_its_calls_now(preview, running, files, answers):
    running(number=0)
    files.write("routes/more.yaml", "routes: [{name: new, match: 'GET /new/{x}', legacy: portal, stage: legacy}]\n")
    answers["/api/explain?method=GET&url=%2Fnew%2F0"] = {"answered_by": "the facade: 404"}
    said = preview()
    assert said.status == 0
    assert said.lines[1:] == [
        "no calls were kept yet, so how many would change side is not known",
        "new: added",
        "  GET /new/0 is answered by the facade: 404 now",
    ]


def test_mistaken_files_are_refused_with_their_mistakes(preview, running, files):
    running()
    files.change(ROUTES, FIRST, "stage: lgeacy\n    canary")
    said = preview()
    assert said.status == 1
    assert said.lines[0].startswith(f"{ROUTES}:6: ")


def test_without_a_sidecar_there_is_nothing_to_compare_with(preview, answers):
    said = preview()
    assert (said.status, said.lines) == (1, ["http://127.0.0.1:9901: no sidecar answers there; start it"])


@pytest.mark.parametrize("answer", [{}, {"told": []}, {"told": [{}], "routes": []}])
def test_an_answer_of_another_kind_is_told_without_a_traceback(preview, answers, answer):
    answers["/api/preview"] = answer
    said = preview()
    assert said.status == 1
    assert said.lines[0].endswith("use the facade command of the version that runs")


def test_a_path_that_no_request_can_carry_is_told_without_a_traceback(preview, running, answers):
    running()
    document = answers["/api/preview"]
    document["routes"].append({**document["routes"][0], "name": "foreign", "path": "/a\r\nb"})
    said = preview()
    assert said.status == 1
    assert said.lines[0].startswith("the sidecar's route foreign ")
