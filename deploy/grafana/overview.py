"""The migration as a whole. Above, what its owner asks: how far each silo has sunk, and whether its date holds. Below,
what the person on call asks: what fails, what is slow, and how the sidecars themselves are.
"""

from __future__ import annotations

from typing import Final

from panels import BREAKER_COLOURS, annotation, bars, dashboard, figure, lines, states, table

FIRING: Final = 'sum by (alertname, severity) (ALERTS{alertname=~"Facade.*",alertstate="firing"})'
BY_SIDE: Final = "sum by (side) (route_side:facade_requests:rate5m)"
ANSWERED: Final = 'sum(route_side:facade_requests:rate5m{side=~"legacy|platform"})'
"""By a side: what the facade refused itself is no part of the migration."""
FAILED: Final = 'sum by (side) (rate(facade_requests_total{code="5xx"}[$__rate_interval]))'
EVERY: Final = "sum by (side) (rate(facade_requests_total[$__rate_interval]))"
QUANTILE: Final = "histogram_quantile({}, sum by (le, side) (side:facade_request_seconds_bucket:rate5m))"
DAY: Final = 86400
LAST_CALL: Final = "max by (silo) (max_over_time(facade_silo_last_call_timestamp_seconds[7d]))"
"""Looked back for: after a restart the gauge is not there until the next call."""
MISTAKEN: Final = "max by (instance) (facade_config_rejected) == 1"

WATERLINE: Final = bars(
    "Waterline",
    "The part of all calls that each silo still answers: how far it reaches up to the platform. A silo at 0 may be "
    "empty; whether it may be switched off says `facade evidence SILO`.",
    "{{silo}}",
    "sort_desc(silo:facade_requests_legacy:share5m)",
    unit="percentunit",
    orientation="vertical",
    max=1,
    color={"mode": "fixed", "fixedColor": "orange"},
)
PLATFORM: Final = figure(
    "Answered by the platform",
    "The platform's part of all calls that a side answered.",
    f'sum(route_side:facade_requests:rate5m{{side="platform"}}) / {ANSWERED}',
    "percentunit",
)
DIFFER: Final = figure(
    "Routes not where their file says",
    "Gone back by their guard, or moved on one sidecar alone.",
    "sum(max by (route) (facade_route_differs_from_file))",
    "short",
    ("green", None),
    ("orange", 1),
)
REJECTED: Final = figure(
    "Sidecars with mistaken files",
    "What was good before serves on there, and nobody's change runs.",
    "sum(facade_config_rejected)",
    "short",
    ("green", None),
    ("red", 1),
)
STAGES: Final = bars(
    "Routes with traffic by stage",
    "How many routes stand at each stage, of those that were called since their sidecar started.",
    "{{stage}}",
    "sum by (stage) (max by (route, stage) (facade_route_stage))",
    unit="short",
    orientation="horizontal",
)
DATES: Final = table(
    "Silos by date",
    "Days are negative where a silo is overdue: it answers on until a person has confirmed its end.",
    "silo",
    (
        ("Days left", "d", f"(min by (silo) (facade_silo_switch_off_timestamp_seconds) - time()) / {DAY}"),
        ("Switch-off", "dateTimeAsIso", "min by (silo) (facade_silo_switch_off_timestamp_seconds) * 1000"),
        ("Last call", "dateTimeFromNow", f"{LAST_CALL} * 1000"),
        ("Of all calls", "percentunit", "silo:facade_requests_legacy:share5m"),
        ("Routes", "short", 'count by (silo) (count by (silo, route) (facade_route_info{silo!=""}))'),
    ),
)
SINKING: Final = lines(
    "Waterline over time",
    "The same share of each silo: a migration that goes on sinks from left to right.",
    {"{{silo}}": "silo:facade_requests_legacy:share5m"},
    "percentunit",
    stacked=True,
    max=1,
)
ANSWERING: Final = lines(
    "Calls by who answers",
    "When a route moves, the band of legacy gives way to that of the platform and the sum stays.",
    {"{{side}}": BY_SIDE},
    "reqps",
    stacked=True,
)
ALERTS: Final = bars(
    "Firing alerts",
    "What each means and what to do stands in its runbook, docs/runbooks.",
    "{{alertname}} ({{severity}})",
    FIRING,
    unit="short",
    orientation="horizontal",
    color={"mode": "fixed", "fixedColor": "red"},
)
ERRORS: Final = lines(
    "Failed calls by side",
    "The part of its calls that each side answered with 5xx.",
    {"{{side}}": f"{FAILED} / {EVERY}"},
    "percentunit",
)
LATENCY: Final = lines(
    "Latency by side",
    "Median and 99th percentile of whole calls, as their callers see them.",
    {"{{side}} p50": QUANTILE.format(0.5), "{{side}} p99": QUANTILE.format(0.99)},
    "s",
)
REFUSED: Final = lines(
    "Refused by the facade itself",
    "By reason, and what no route covers: `facade orphans` says what that was.",
    {
        "{{reason}}": "sum by (reason) (rate(facade_refused_total[$__rate_interval])) > 0",
        "no route": "sum(rate(facade_unmatched_total[$__rate_interval]))",
        "brown-out of {{route}}": "sum by (route) (rate(facade_brownouts_total[$__rate_interval])) > 0",
    },
    "reqps",
)
SHADOWS: Final = lines(
    "Comparisons that came to nothing",
    "The part of all copies that was dropped, came late or failed: the evidence grows slower by it.",
    {
        "{{result}}": 'sum by (result) (rate(facade_shadow_total{result=~"dropped|late|error"}[$__rate_interval])) '
        "/ on () group_left () sum(rate(facade_shadow_total[$__rate_interval]))"
    },
    "percentunit",
)
BREAKERS: Final = states(
    "Breakers",
    "A band for each state that a target's breaker was in. While it is open nobody's call is sent there.",
    "max by (target, state) (facade_breaker_state) == 1",
    "{{target}} {{state}}",
    BREAKER_COLOURS,
)
WAITING: Final = lines(
    "Calls at and before targets",
    "In flight, and waiting for a slot at a silo that takes only so many at once.",
    {
        "{{target}} in flight": "sum by (target) (facade_in_flight)",
        "{{target}} waiting": "sum by (target) (facade_waiting) > 0",
    },
    "short",
)
LAG: Final = lines(
    "Loop lag",
    "The longest that a sidecar's event loop was late; more than 50 ms held every call of that moment.",
    {"{{instance}}": "max by (instance) (facade_loop_lag_seconds)"},
    "s",
)
RELOADS: Final = lines(
    "Reloads and what could not be kept",
    "Readings of the files by how they ended, and failures to write to `state`.",
    {
        "{{result}}": "sum by (result) (increase(facade_config_reloads_total[$__rate_interval]))",
        "{{what}} not kept": "sum by (what) (increase(facade_state_failures_total[$__rate_interval])) > 0",
    },
    "short",
)
MEMORY: Final = lines(
    "Memory of each sidecar",
    "Resident. It grows to its bound with traffic and stays there.",
    {"{{instance}}": "max by (instance) (process_resident_memory_bytes and on (job, instance) facade_build_info)"},
    "bytes",
)

DASHBOARD: Final = dashboard(
    "facade-overview",
    "Facade: the migration",
    "How far each silo has sunk, whether its date holds, and how the sidecars are.",
    since="now-24h",
    variables=[],
    annotations=[
        annotation("Moves", "purple", "route_cause:facade_moves:increase5m > 0", "{{route}} moved", "by {{cause}}"),
        annotation("Mistaken files", "red", MISTAKEN, "Files rejected", "{{instance}}"),
    ],
    rows=(
        (10, ((12, WATERLINE), (6, STAGES), (6, ALERTS))),
        (4, ((8, PLATFORM), (8, DIFFER), (8, REJECTED))),
        (9, ((24, DATES),)),
        (9, ((12, SINKING), (12, ANSWERING))),
        (8, ((8, ERRORS), (8, LATENCY), (8, REFUSED))),
        (8, ((8, SHADOWS), (8, BREAKERS), (8, WAITING))),
        (8, ((8, LAG), (8, RELOADS), (8, MEMORY))),
    ),
)
