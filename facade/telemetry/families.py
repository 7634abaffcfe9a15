"""Every metric of the facade: its name, its kind, what it says, its labels. Nothing is exposed that is not named here.

The law of this file: a label's values come from the configuration or from a fixed set, never from a request. So the
number of series is bounded by what the operator wrote, whatever callers send.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

STAGES: Final = ("legacy", "shadow", "canary", "platform", "complete", "gone")
"""The stages of a route, in order: each is a series of `facade_route_stage`."""

SIDES: Final = ("legacy", "platform", "own")
"""Who can have answered a call."""

CAUSES: Final = frozenset({"file", "command", "page", "api", "plan", "guard", "switch_off"})
"""What can move a route."""

RELOAD_RESULTS: Final = ("accepted", "unchanged", "rejected")
KEPT: Final = ("accepted", "ledger", "overrides", "confirmations", "brownouts", "counts")
"""How a reload can end."""

REWRITTEN: Final = ("location", "content-location", "refresh", "link", "set-cookie", "alt-svc")
"""Fields of an answer in which a target's own address is mapped back to the platform's."""

VERDICTS: Final = ("pass", "fail", "not_enough", "error")
"""What a guard can say: each is a series of `facade_guard_verdict`."""

BREAKER_STATES: Final = ("closed", "open", "half_open")
"""The states of a breaker: each is a series of `facade_breaker_state`."""

OTHER: Final = "other"
"""Counts a refusal whose reason is not among those the facade was made with."""

BOUNDS: Final = (0.005, 0.025, 0.1, 0.25, 0.5, 2.0, 10.0)
"""Upper bounds of the latency buckets, seconds; the eighth is +Inf. From a local service's answer to the default limit
of a whole call. Eight and no more: at 1,000 routes each bucket is 2,000 series to a scraper."""


@dataclass(frozen=True, slots=True)
class Family:
    """One metric: all series of one name. The first label is what a series belongs to, and goes with."""

    name: str
    kind: Literal["counter", "gauge", "histogram"]
    documentation: str
    labels: tuple[str, ...] = ()


REQUESTS: Final = Family(
    "facade_requests_total",
    "counter",
    "Finished calls by route, its stage at the time, the side that answered, and status class or aborted.",
    ("route", "stage", "side", "code"),
)
REQUEST_SECONDS: Final = Family(
    "facade_request_seconds",
    "histogram",
    "Seconds from a call's first byte to the last byte of its answer, by route and the side that answered.",
    ("route", "side"),
)
TARGET_SECONDS: Final = Family(
    "facade_target_seconds",
    "histogram",
    "Seconds a target (a silo or a platform service) took, without the facade's own part.",
    ("target",),
)
IN_FLIGHT: Final = Family("facade_in_flight", "gauge", "Calls a target is answering now.", ("target",))
WAITING: Final = Family("facade_waiting", "gauge", "Calls that wait for a slot at a target now.", ("target",))
BREAKER_STATE: Final = Family(
    "facade_breaker_state",
    "gauge",
    "1 for the state a target's breaker is in, 0 for each other state.",
    ("target", "state"),
)
TUNNELS: Final = Family(
    "facade_tunnels_ended_total", "counter", "Tunnels (WebSocket and the like) that ended, by why.", ("route", "why")
)
TUNNEL_BYTES: Final = Family(
    "facade_tunnel_bytes_total",
    "counter",
    "Bytes that went through tunnels that have ended, by way: sent by clients or received by them.",
    ("route", "way"),
)
FALLBACKS: Final = Family(
    "facade_fallbacks_total",
    "counter",
    "Calls that the platform failed and legacy answered.",
    ("route",),
)
SHADOW: Final = Family(
    "facade_shadow_total",
    "counter",
    "Calls asked of the other side too, by what came of it.",
    ("route", "result"),
)
PARITY: Final = Family(
    "facade_parity_ratio",
    "gauge",
    "The part of a route's comparisons since its last change in which both sides answered the same, noise aside.",
    ("route",),
)
COMPARED: Final = Family(
    "facade_compared_calls", "gauge", "Comparisons of a route's two sides since its last change.", ("route",)
)
GUARD_VERDICT: Final = Family(
    "facade_guard_verdict",
    "gauge",
    "1 for what a route's guard says of it, 0 for each other verdict.",
    ("route", "verdict"),
)
GUARD_MEASURED: Final = Family(
    "facade_guard_measured",
    "gauge",
    "How much worse than legacy the platform was measured, by check; of parity, what it surely is.",
    ("route", "check"),
)
GUARD_LIMIT: Final = Family("facade_guard_limit", "gauge", "The limit of a guard's check.", ("route", "check"))
DIFFERS_FROM_FILE: Final = Family(
    "facade_route_differs_from_file",
    "gauge",
    "1 for a route that stands elsewhere on this sidecar than its file says, 0 for each other route.",
    ("route",),
)
REFUSED: Final = Family(
    "facade_refused_total", "counter", "Errors that the facade itself answered, by reason.", ("reason",)
)
BROWNOUTS: Final = Family(
    "facade_brownouts_total", "counter", "Calls that a planned brown-out refused, by route.", ("route",)
)
RETRIES: Final = Family(
    "facade_retries_total",
    "counter",
    "Calls sent once more, because the connection they were first sent over died before a byte of an answer.",
    ("target",),
)
UNMATCHED: Final = Family("facade_unmatched_total", "counter", "Calls that no route covers.")
REWRITES: Final = Family(
    "facade_rewritten_total",
    "counter",
    "Fields of answers in which the target's own address was mapped back to the platform's.",
    ("target", "field"),
)
LEAKED_URLS: Final = Family(
    "facade_leaked_urls_total",
    "counter",
    "Addresses of a silo found in the bodies of its answers, of which 1 % are looked at and none is changed.",
    ("silo",),
)
ROUTE_INFO: Final = Family(
    "facade_route_info",
    "gauge",
    "Always 1: the legacy silo and the group of each configured route, empty where it has none.",
    ("route", "silo", "group"),
)
ROUTE_STAGE: Final = Family(
    "facade_route_stage", "gauge", "1 for the stage a route is in, 0 for each other stage.", ("route", "stage")
)
ROUTE_SHARE: Final = Family(
    "facade_route_share",
    "gauge",
    "The platform's configured part of a route's calls, 0 to 1.",
    ("route",),
)
MOVES: Final = Family(
    "facade_moves_total",
    "counter",
    "Changes of a route's stage or share that took effect, by what caused them.",
    ("route", "cause"),
)
SILO_LAST_CALL: Final = Family(
    "facade_silo_last_call_timestamp_seconds",
    "gauge",
    "When a silo was last called, Unix time.",
    ("silo",),
)
SILO_SWITCH_OFF: Final = Family(
    "facade_silo_switch_off_timestamp_seconds",
    "gauge",
    "When a silo is to be switched off: the start of that day in UTC, Unix time.",
    ("silo",),
)
REVISION: Final = Family(
    "facade_config_revision_info", "gauge", "Always 1: the revision of the configuration that serves.", ("revision",)
)
RELOADS: Final = Family(
    "facade_config_reloads_total", "counter", "Times the configuration was read, by how that ended.", ("result",)
)
REJECTED: Final = Family(
    "facade_config_rejected",
    "gauge",
    "1 while the configuration's files are mistaken and what was good before them serves on, else 0.",
)
UNKEPT: Final = Family(
    "facade_state_failures_total", "counter", "Times that something could not be written in `state`.", ("what",)
)
LOOP_LAG: Final = Family(
    "facade_loop_lag_seconds", "gauge", "The longest that the event loop was late in the last 15 to 30 seconds."
)
BUILD: Final = Family("facade_build_info", "gauge", "Always 1: the version of the facade.", ("version",))

FAMILIES: Final = (
    REQUESTS,
    REQUEST_SECONDS,
    TARGET_SECONDS,
    IN_FLIGHT,
    WAITING,
    BREAKER_STATE,
    TUNNELS,
    TUNNEL_BYTES,
    FALLBACKS,
    SHADOW,
    PARITY,
    COMPARED,
    GUARD_VERDICT,
    GUARD_MEASURED,
    GUARD_LIMIT,
    DIFFERS_FROM_FILE,
    REFUSED,
    BROWNOUTS,
    RETRIES,
    UNMATCHED,
    REWRITES,
    LEAKED_URLS,
    ROUTE_INFO,
    ROUTE_STAGE,
    ROUTE_SHARE,
    MOVES,
    SILO_LAST_CALL,
    SILO_SWITCH_OFF,
    REVISION,
    RELOADS,
    REJECTED,
    UNKEPT,
    LOOP_LAG,
    BUILD,
)
