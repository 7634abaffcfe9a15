"""One silo on its way out: how far it has sunk, who still needs it by route, its date, and how it bears its calls."""

from __future__ import annotations

from typing import Final

from panels import BREAKER_COLOURS, annotation, bars, dashboard, figure, lines, states, variable

OF: Final = 'silo="$silo"'
TARGET: Final = 'target="$silo"'
ITS: Final = f"on (job, instance, route) group_left () facade_route_info{{{OF}}}"
"""Keeps the series of its routes."""
CALLS: Final = f'sum by (route) (rate(facade_requests_total{{side="legacy"}}[$__rate_interval]) * {ITS})'
FAILURES: Final = CALLS.replace('side="legacy"', 'side="legacy",code=~"5xx|aborted"')
MOVES: Final = (
    "sum by (route, cause) (route_cause:facade_moves:increase5m "
    f"* on (route) group_left () max by (route) (facade_route_info{{{OF}}})) > 0"
)
SECONDS: Final = (
    f"histogram_quantile({{}}, sum by (le) (rate(facade_target_seconds_bucket{{{{{TARGET}}}}}[$__rate_interval])))"
)
DAY: Final = 86400

LEFT: Final = figure(
    "Days left",
    "Until its switch-off; negative is overdue. A date alone cuts nobody off.",
    f"(min(facade_silo_switch_off_timestamp_seconds{{{OF}}}) - time()) / {DAY}",
    "d",
    ("red", None),
    ("orange", 0),
    ("green", 90),
)
CALLED: Final = figure(
    "Last call",
    "Within the last seven days, restarts of sidecars included.",
    f"max(max_over_time(facade_silo_last_call_timestamp_seconds{{{OF}}}[7d])) * 1000",
    "dateTimeFromNow",
)
SHARE: Final = figure(
    "Of all calls",
    "What it still answers of all that passes.",
    f"silo:facade_requests_legacy:share5m{{{OF}}}",
    "percentunit",
)
STAGES: Final = bars(
    "Its routes by stage",
    "It may go once all are complete or gone. Routes that nobody called since their sidecar started are "
    "not counted here; `facade evidence` knows them.",
    "{{stage}}",
    f"sum by (stage) (max by (route, stage) (facade_route_stage * {ITS}))",
    unit="short",
    orientation="horizontal",
)
SINKING: Final = lines(
    "Of all calls, over time",
    "The part of all calls that it still answers: what has to reach 0 before its date.",
    {"{{silo}}": f"silo:facade_requests_legacy:share5m{{{OF}}}"},
    "percentunit",
)
ROUTES: Final = lines(
    "Calls it answers, by route",
    "What keeps it alive. Calls that no route covers are not in it.",
    {"{{route}}": f"{CALLS} > 0"},
    "reqps",
    stacked=True,
)
FAILED: Final = lines(
    "Failed calls, by route",
    "The part of the calls that it was to answer and that ended with 5xx or never became whole.",
    {"{{route}}": f"{FAILURES} / {CALLS}"},
    "percentunit",
)
LATENCY: Final = lines(
    "Its own latency",
    "Without the facade's part.",
    {"p50": SECONDS.format(0.5), "p99": SECONDS.format(0.99)},
    "s",
)
WAITING: Final = lines(
    "In flight and waiting",
    "In flight stands at `protect.concurrency` while others wait.",
    {"in flight": f"sum(facade_in_flight{{{TARGET}}})", "waiting": f"sum(facade_waiting{{{TARGET}}})"},
    "short",
)
BREAKER: Final = states(
    "Its breaker",
    "A band for each state. While it is open no call is sent.",
    f"max by (state) (facade_breaker_state{{{TARGET}}}) == 1",
    "{{state}}",
    BREAKER_COLOURS,
)
ADDRESSES: Final = lines(
    "Its own address in its answers",
    "Fields that were mapped back to the platform, and addresses in bodies, which are not changed; of those 1 % "
    "are looked at.",
    {
        "{{field}}": f"sum by (field) (rate(facade_rewritten_total{{{TARGET}}}[$__rate_interval]))",
        "in bodies (sample)": f"sum(rate(facade_leaked_urls_total{{{OF}}}[$__rate_interval]))",
    },
    "reqps",
)
RETRIES: Final = lines(
    "Calls sent once more",
    "Because an idle connection died: more than a few an hour say that it closes them sooner than it should.",
    {"retries": f"sum(increase(facade_retries_total{{{TARGET}}}[1h]))"},
    "short",
)

DASHBOARD: Final = dashboard(
    "facade-silo",
    "Facade: a silo",
    "How far a silo has sunk, what keeps it alive, whether its date holds, and how it bears its calls.",
    since="now-7d",
    variables=[variable("silo", "label_values(facade_route_info, silo)", regex="/.+/")],
    annotations=[annotation("Moves", "purple", MOVES, "{{route}} moved", "by {{cause}}")],
    rows=(
        (6, ((6, LEFT), (6, CALLED), (4, SHARE), (8, STAGES))),
        (9, ((12, SINKING), (12, ROUTES))),
        (9, ((12, FAILED), (12, LATENCY))),
        (8, ((6, WAITING), (6, BREAKER), (6, ADDRESSES), (6, RETRIES))),
    ),
)
