"""One route: what it stands at, what each side makes of its calls, and what its guard and its comparisons say."""

from __future__ import annotations

from typing import Final

from panels import STAGE_COLOURS, VERDICT_COLOURS, annotation, dashboard, figure, lines, states, variable

OF: Final = 'route="$route"'
CALLS: Final = f"sum by (side) (rate(facade_requests_total{{{OF}}}[$__rate_interval]))"
ENDED: Final = f'sum by (side) (rate(facade_requests_total{{{{{OF},code="{{}}"}}}}[$__rate_interval]))'
MOVES: Final = f"route_cause:facade_moves:increase5m{{{OF}}} > 0"
SECONDS: Final = (
    f"histogram_quantile({{}}, sum by (le, side) (rate(facade_request_seconds_bucket{{{{{OF}}}}}[$__rate_interval])))"
)

STAGE: Final = states(
    "Stage",
    "A band for each stage that it stood at.",
    f"max by (stage) (facade_route_stage{{{OF}}}) == 1",
    "{{stage}}",
    STAGE_COLOURS,
)
VERDICT: Final = states(
    "Verdict of its guard",
    "A band for each verdict. `not_enough` is no fault: too little is known yet. After `fail` legacy has every caller.",
    f"max by (verdict) (facade_guard_verdict{{{OF}}}) == 1",
    "{{verdict}}",
    VERDICT_COLOURS,
)
SHARE: Final = figure(
    "Share",
    "The platform's configured part of its calls.",
    f"max(facade_route_share{{{OF}}})",
    "percentunit",
)
COMPARED: Final = figure(
    "Compared since its last change",
    "What its parity rests on.",
    f"sum(facade_compared_calls{{{OF}}})",
    "short",
)
DIFFERS: Final = figure(
    "Sidecars that have it elsewhere than its file",
    "More than 0 after a rollback: the file says what it said, until somebody changes it.",
    f"sum(facade_route_differs_from_file{{{OF}}})",
    "short",
    ("green", None),
    ("orange", 1),
)
SHARES: Final = lines(
    "Platform's share, configured and measured",
    "The two lie on each other within chance; where they do not, keys are uneven or a side is failing.",
    {
        "configured": f"max(facade_route_share{{{OF}}})",
        "measured": f'sum(rate(facade_requests_total{{{OF},side="platform"}}[$__rate_interval])) '
        f'/ sum(rate(facade_requests_total{{{OF},side=~"legacy|platform"}}[$__rate_interval]))',
    },
    "percentunit",
    max=1,
)
ANSWERED: Final = lines(
    "Calls by who answers",
    "`own` is the facade: refusals, brown-outs and what is gone.",
    {"{{side}}": CALLS},
    "reqps",
    stacked=True,
)
FAILED: Final = lines(
    "Failed calls by side",
    "The part of its calls that each side answered with 5xx, and that never became whole: a caller left, "
    "or a side broke off.",
    {
        f"{{{{side}}}} {word}": f"{ENDED.format(code)} / {CALLS}"
        for word, code in (("failed", "5xx"), ("never whole", "aborted"))
    },
    "percentunit",
)
LATENCY: Final = lines(
    "Latency by side",
    "Median and 99th percentile of whole calls.",
    {"{{side}} p50": SECONDS.format(0.5), "{{side}} p99": SECONDS.format(0.99)},
    "s",
)
MEASURED: Final = lines(
    "What its guard measures, against its limits",
    "By how much the platform is worse than legacy, as a part of 1 or in seconds; parity is what it surely is. A check "
    "beyond its limit, surely, sends the route back.",
    {
        "{{check}}": f"max by (check) (facade_guard_measured{{{OF}}})",
        "{{check}} limit": f"min by (check) (facade_guard_limit{{{OF}}})",
    },
    "none",
    min=None,
)
PARITY: Final = lines(
    "Parity",
    "The part of comparisons in which both sides answered the same, noise aside: of all since its last change, and of "
    "the last hour.",
    {
        "since its last change": f"min(facade_parity_ratio{{{OF}}})",
        "last hour": f"route:facade_shadow_parity:ratio1h{{{OF}}}",
    },
    "percentunit",
    min=None,
    max=1,
)
RESULTS: Final = lines(
    "Comparisons by result",
    "`noise` differed only as legacy differs from itself. `dropped` had no room, `late` no answer in time.",
    {"{{result}}": f"sum by (result) (rate(facade_shadow_total{{{OF}}}[$__rate_interval]))"},
    "reqps",
    stacked=True,
)
RESCUED: Final = lines(
    "Fallbacks and brown-outs",
    "Calls that the platform failed and legacy answered; calls that a planned brown-out refused.",
    {
        "fallbacks": f"sum(rate(facade_fallbacks_total{{{OF}}}[$__rate_interval]))",
        "brown-outs": f"sum(rate(facade_brownouts_total{{{OF}}}[$__rate_interval]))",
    },
    "reqps",
)
TUNNELS: Final = lines(
    "Tunnels that ended",
    "WebSockets and the like, by why; `moved` had to end because the route did.",
    {"{{why}}": f"sum by (why) (rate(facade_tunnels_ended_total{{{OF}}}[$__rate_interval]))"},
    "reqps",
)

DASHBOARD: Final = dashboard(
    "facade-route",
    "Facade: a route",
    "What a route stands at, how both sides do, and what its guard and its comparisons say.",
    since="now-6h",
    variables=[variable("route", "label_values(facade_route_info, route)")],
    annotations=[annotation("Moves", "purple", MOVES, "{{route}} moved", "by {{cause}}")],
    rows=(
        (5, ((8, STAGE), (8, VERDICT), (2, SHARE), (3, COMPARED), (3, DIFFERS))),
        (9, ((12, ANSWERED), (12, SHARES))),
        (9, ((12, FAILED), (12, LATENCY))),
        (9, ((8, MEASURED), (8, PARITY), (8, RESULTS))),
        (8, ((12, RESCUED), (12, TUNNELS))),
    ),
)
