"""What is counted, what is stated, and what goes when its owner goes."""

from __future__ import annotations

import asyncio
import datetime

import pytest
from prometheus_client import generate_latest
from prometheus_client.core import Metric
from prometheus_client.parser import text_string_to_metric_families

from facade.routing.stage import Side, Stage
from facade.telemetry import families
from facade.telemetry.exposition import SLICE_CHARACTERS
from facade.telemetry.information import ProtectionInfo, RouteInfo, SiloInfo
from facade.telemetry.metrics import Metrics
from facade.wire import refusals

TITLES = RouteInfo("titles.read", "land-registry", "conveyancing", "canary", 0.25)
FAX = RouteInfo("fax.send", None, None, "gone", None)
LAND = SiloInfo("land-registry", datetime.date(2027, 3, 31))
PORTAL = SiloInfo("portal", None)

Read = dict[tuple[str, ...], float]


@pytest.fixture
def metrics() -> Metrics:
    made = Metrics("1.2.3", refusals.REASONS)
    made.configured("4f0c2a9b1d3e", [TITLES, FAX], [LAND, PORTAL], ["land-registry", "portal"])
    return made


async def pause() -> None:
    await asyncio.sleep(0)


async def text(metrics: Metrics) -> str:
    return b"".join([piece async for piece in metrics.render(pause)]).decode()


async def read(metrics: Metrics, name: str) -> Read:
    """The samples of one name, by their label values in order."""
    found = [sample for family in text_string_to_metric_families(await text(metrics)) for sample in family.samples]
    return {tuple(sample.labels.values()): sample.value for sample in found if sample.name == name}


def facts(family: Metric) -> set[tuple[object, ...]]:
    return {(sample.name, *sorted(sample.labels.items()), sample.value) for sample in family.samples}


async def test_a_finished_call_is_counted_by_route_stage_side_and_code(metrics: Metrics) -> None:
    metrics.request("titles.read", Stage.CANARY, Side.PLATFORM, "2xx", 0.01)
    metrics.request("titles.read", "canary", "platform", "2xx", 0.02)
    assert await read(metrics, "facade_requests_total") == {("titles.read", "canary", "platform", "2xx"): 2}
    assert await read(metrics, "facade_request_seconds_count") == {("titles.read", "platform"): 2}
    assert await read(metrics, "facade_request_seconds_sum") == {("titles.read", "platform"): pytest.approx(0.03)}


async def test_a_route_without_traffic_has_no_series_of_calls(metrics: Metrics) -> None:
    assert await read(metrics, "facade_requests_total") == {}
    assert await read(metrics, "facade_request_seconds_count") == {}


async def test_counts_and_errors_of_a_route_are_told_by_side(metrics: Metrics) -> None:
    for stage, side, code in (
        ("canary", "legacy", "2xx"),
        ("canary", "platform", "5xx"),
        ("platform", "platform", "5xx"),
        ("platform", "platform", "aborted"),
    ):
        metrics.request("titles.read", stage, side, code, 0.01)
    assert metrics.counts("titles.read") == {"legacy": 1, "platform": 3, "own": 0}
    assert metrics.errors("titles.read") == {"legacy": 0, "platform": 2, "own": 0}
    assert metrics.counts("fax.send") == {"legacy": 0, "platform": 0, "own": 0}


async def test_asking_for_counts_opens_no_series(metrics: Metrics) -> None:
    metrics.counts("fax.send")
    metrics.errors("fax.send")
    assert await read(metrics, "facade_requests_total") == {}


async def test_a_target_has_its_own_latency_and_calls_in_flight(metrics: Metrics) -> None:
    gauge = metrics.in_flight("portal")
    gauge.value += 1
    metrics.target("portal", 0.2)
    assert metrics.in_flight("portal") is gauge
    assert await read(metrics, "facade_in_flight") == {("portal",): 1}
    assert await read(metrics, "facade_target_seconds_count") == {("portal",): 1}


async def test_what_stands_before_the_targets_is_asked_at_each_scrape(metrics: Metrics) -> None:
    assert await read(metrics, "facade_breaker_state") == {}
    standing = [ProtectionInfo("portal", 2, "half_open"), ProtectionInfo("land-registry", None, None)]
    metrics.protected_by(lambda: standing)
    assert await read(metrics, "facade_waiting") == {("portal",): 2}
    assert await read(metrics, "facade_breaker_state") == {
        ("portal", "closed"): 0,
        ("portal", "open"): 0,
        ("portal", "half_open"): 1,
    }
    standing.clear()
    assert await read(metrics, "facade_waiting") == {}


async def test_calls_in_flight_are_told_by_target(metrics: Metrics) -> None:
    metrics.in_flight("portal").value += 2
    assert metrics.answering() == {"portal": 2}


async def test_every_reason_of_a_refusal_is_there_from_the_start(metrics: Metrics) -> None:
    metrics.refused(refusals.LATE.reason)
    counted = await read(metrics, "facade_refused_total")
    assert counted.keys() == {(reason,) for reason in (*refusals.REASONS, "other")}
    assert {reason: count for reason, count in counted.items() if count} == {(refusals.LATE.reason,): 1}


async def test_an_unknown_reason_opens_no_series_of_its_own(metrics: Metrics) -> None:
    metrics.refused("GET /secret")
    counted = await read(metrics, "facade_refused_total")
    assert ("GET /secret",) not in counted
    assert counted["other",] == 1


async def test_a_call_that_no_route_covers_has_no_label(metrics: Metrics) -> None:
    metrics.unmatched()
    assert await read(metrics, "facade_unmatched_total") == {(): 1}


async def test_rewritten_fields_and_leaked_addresses_are_counted(metrics: Metrics) -> None:
    metrics.rewritten("portal", "location")
    metrics.rewritten("portal", "location")
    metrics.leaked_urls("land-registry")
    metrics.leaked_urls("portal").value += 3
    assert await read(metrics, "facade_rewritten_total") == {("portal", "location"): 2}
    assert await read(metrics, "facade_leaked_urls_total") == {("land-registry",): 0, ("portal",): 3}


async def test_calls_sent_once_more_are_counted_from_nought(metrics: Metrics) -> None:
    metrics.retries("land-registry")
    metrics.retries("portal").value += 1
    assert await read(metrics, "facade_retries_total") == {("land-registry",): 0, ("portal",): 1}


def seen(metrics: Metrics) -> None:
    """Each route has seen a call."""
    metrics.request("titles.read", "canary", "legacy", "2xx", 0.01)
    metrics.request("fax.send", "gone", "own", "4xx", 0.01)


async def test_what_is_configured_is_stated_of_routes_that_saw_traffic(metrics: Metrics) -> None:
    assert await read(metrics, "facade_route_info") == {}
    seen(metrics)
    assert await read(metrics, "facade_route_info") == {
        ("titles.read", "land-registry", "conveyancing"): 1,
        ("fax.send", "", ""): 1,
    }
    assert await read(metrics, "facade_route_share") == {("titles.read",): 0.25}
    assert await read(metrics, "facade_config_revision_info") == {("4f0c2a9b1d3e",): 1}
    assert await read(metrics, "facade_build_info") == {("1.2.3",): 1}


async def test_a_route_is_in_exactly_one_stage(metrics: Metrics) -> None:
    seen(metrics)
    stages = await read(metrics, "facade_route_stage")
    assert {labels for labels, value in stages.items() if value} == {("titles.read", "canary"), ("fax.send", "gone")}
    assert len(stages) == 2 * len(Stage)


async def test_a_route_that_is_not_where_its_file_says_is_stated_before_any_traffic(metrics: Metrics) -> None:
    back = RouteInfo("titles.read", "land-registry", "conveyancing", "legacy", 0, differs_from_file=True)
    metrics.configured("b", [back, FAX], [], [])
    assert await read(metrics, "facade_route_differs_from_file") == {("titles.read",): 1}
    assert await read(metrics, "facade_route_share") == {("titles.read",): 0}


async def test_a_silo_tells_its_last_call_and_its_last_day(metrics: Metrics) -> None:
    metrics.silo_called("portal", 1_790_000_000.5)
    day = datetime.datetime(2027, 3, 31, tzinfo=datetime.UTC).timestamp()
    assert await read(metrics, "facade_silo_switch_off_timestamp_seconds") == {("land-registry",): day}
    assert await read(metrics, "facade_silo_last_call_timestamp_seconds") == {("portal",): 1_790_000_000.5}


async def test_the_control_plane_counts_moves_reloads_and_fallbacks(metrics: Metrics) -> None:
    metrics.moved("titles.read", "command")
    metrics.reloaded("rejected")
    metrics.fallback("titles.read")
    metrics.loop_lag(0.125)
    assert await read(metrics, "facade_moves_total") == {("titles.read", "command"): 1}
    assert await read(metrics, "facade_config_reloads_total") == {("accepted",): 0, ("unchanged",): 0, ("rejected",): 1}
    assert await read(metrics, "facade_fallbacks_total") == {("titles.read",): 1}
    assert await read(metrics, "facade_loop_lag_seconds") == {(): 0.125}


async def test_files_are_rejected_until_a_reload_ends_otherwise(metrics: Metrics) -> None:
    for result, rejected in (("accepted", 0), ("rejected", 1), ("rejected", 1), ("unchanged", 0)):
        metrics.reloaded(result)
        assert await read(metrics, "facade_config_rejected") == {(): rejected}


def test_a_cause_or_a_result_outside_the_fixed_set_is_a_mistake_in_the_code(metrics: Metrics) -> None:
    with pytest.raises(ValueError, match="unknown cause 'whim'"):
        metrics.moved("titles.read", "whim")
    with pytest.raises(ValueError, match="unknown result 'maybe'"):
        metrics.reloaded("maybe")


async def test_series_go_with_the_route_the_silo_and_the_target_they_belong_to(metrics: Metrics) -> None:
    metrics.request("titles.read", "canary", "legacy", "2xx", 0.01)
    metrics.request("fax.send", "gone", "own", "4xx", 0.01)
    metrics.moved("titles.read", "file")
    metrics.silo_called("land-registry", 1.0)
    metrics.target("land-registry", 0.01)
    metrics.in_flight("land-registry")
    metrics.rewritten("land-registry", "link")
    metrics.leaked_urls("land-registry")
    metrics.retries("land-registry")
    metrics.configured("b", [FAX], [PORTAL], ["portal"])
    assert "titles.read" not in (after := await text(metrics))
    assert "land-registry" not in after
    assert metrics.counts("fax.send") == {"legacy": 0, "platform": 0, "own": 1}


async def test_two_hundred_reloads_with_new_names_leave_the_series_of_one(metrics: Metrics) -> None:
    for number in range(200):
        route = RouteInfo(f"route{number}", "portal", None, "legacy", 0.0)
        metrics.configured(str(number), [route], [PORTAL], [f"target{number}"])
        metrics.request(route.name, "legacy", "legacy", "2xx", 0.01)
        metrics.target(f"target{number}", 0.01)
        metrics.in_flight(f"target{number}")
        metrics.moved(route.name, "file")
    for name in ("facade_requests_total", "facade_target_seconds_count", "facade_in_flight", "facade_moves_total"):
        assert len(await read(metrics, name)) == 1


async def test_a_target_that_is_still_answering_keeps_its_gauge_until_it_is_done(metrics: Metrics) -> None:
    gauge = metrics.in_flight("land-registry")
    gauge.value += 1
    metrics.configured("b", [], [], [])
    assert await read(metrics, "facade_in_flight") == {("land-registry",): 1}
    gauge.value -= 1
    metrics.configured("c", [], [], [])
    assert await read(metrics, "facade_in_flight") == {}


async def test_the_text_says_what_prometheus_client_says_of_the_same_registry(metrics: Metrics) -> None:
    metrics.request("titles.read", "canary", "legacy", "2xx", 0.01)
    metrics.target("portal", 3.0)
    metrics.silo_called("portal", 5.5)
    ours = {family.name: family for family in text_string_to_metric_families(await text(metrics))}
    theirs = {
        family.name: family for family in text_string_to_metric_families(generate_latest(metrics.registry).decode())
    }
    assert theirs.keys() <= ours.keys()
    for name, family in theirs.items():
        assert (ours[name].type, ours[name].documentation) == (family.type, family.documentation)
        assert facts(ours[name]) == facts(family)


async def test_every_family_is_exposed_once_with_its_name_and_kind(metrics: Metrics) -> None:
    whole = await text(metrics)
    for family in families.FAMILIES:
        assert whole.count(f"# HELP {family.name} {family.documentation}\n") == 1
        assert whole.count(f"# TYPE {family.name} {family.kind}\n") == 1
    assert whole.count("# TYPE facade_") == len(families.FAMILIES)


async def test_the_process_and_its_garbage_collector_are_told_too(metrics: Metrics) -> None:
    assert await read(metrics, "process_resident_memory_bytes") != {}
    assert await read(metrics, "python_gc_collections_total") != {}


async def test_a_scrape_pauses_after_every_slice_and_no_slice_is_large(metrics: Metrics) -> None:
    for number in range(300):
        for code in ("2xx", "5xx"):
            metrics.request(f"route{number}", "legacy", "legacy", code, 0.01)
    pauses = 0

    async def counted() -> None:
        nonlocal pauses
        pauses += 1

    sizes = [len(piece) async for piece in metrics.render(counted)]
    assert len(sizes) > 10
    assert pauses == len(sizes) - 1
    assert max(sizes) < 2 * SLICE_CHARACTERS


async def test_a_reload_in_the_middle_of_a_scrape_leaves_it_whole(metrics: Metrics) -> None:
    names = [f"route{number}" for number in range(300)]
    for name in names:
        metrics.request(name, "legacy", "legacy", "2xx", 0.01)
    pieces = []
    async for piece in metrics.render(pause):
        pieces.append(piece)
        metrics.configured("new", [], [], [])
        metrics.request(f"late{len(pieces)}", "legacy", "legacy", "2xx", 0.01)
    lines = b"".join(pieces).decode().splitlines()
    assert len(lines) == len(set(lines))
    counted = [line for line in lines if line.startswith("facade_requests_total")]
    assert len(counted) == len(names)


def test_the_fixed_sets_are_those_of_the_product() -> None:
    assert tuple(Stage) == families.STAGES
    assert tuple(Side) == families.SIDES


def test_every_counter_ends_in_total_and_no_name_comes_twice() -> None:
    names = [family.name for family in families.FAMILIES]
    assert len(set(names)) == len(names)
    for family in families.FAMILIES:
        assert family.name.startswith("facade_")
        assert family.name.endswith("_total") == (family.kind == "counter")
