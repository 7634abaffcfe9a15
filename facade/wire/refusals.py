"""Every problem the wire and the targets answer themselves, by name: one row, one reason, one sentence.

The reasons are the label values of `facade_refused_total`, so this table is also their bound.
"""

from __future__ import annotations

from typing import Final

from facade.problem import Problem

MALFORMED: Final = Problem(
    400, "malformed", "The request is not a valid HTTP/1.1 message (RFC 9112).", "http_request_error"
)
BAD_FRAMING: Final = Problem(
    400,
    "framing",
    "The request's length could be read in more than one way (RFC 9112 section 6).",
    "http_request_error",
)
BAD_HOST: Final = Problem(
    400, "host", "The request needs exactly one valid Host that agrees with its target.", "http_request_error"
)
BAD_TARGET: Final = Problem(
    400,
    "target",
    "The request's path could be read in more than one way; send it in normal form.",
    "http_request_error",
)
BAD_ARGUMENT: Final = Problem(400, "argument", "An argument does not fit.", "http_request_error")
NO_ROUTE: Final = Problem(404, "no_route", "No route covers this path.", "destination_not_found")
METHOD_NOT_ALLOWED: Final = Problem(
    405, "method", "This path is known, but not with this method.", "http_request_error"
)
SLOW_REQUEST: Final = Problem(408, "slow_request", "The request did not arrive in time.", "http_request_error")
GONE: Final = Problem(410, "gone", "This operation was switched off.", "http_request_error")
BODY_TOO_LARGE: Final = Problem(
    413, "body_size", "The request's body is larger than allowed here.", "http_request_error"
)
TARGET_TOO_LONG: Final = Problem(
    414, "target_size", "The request's target is longer than allowed here.", "http_request_error"
)
LOOP: Final = Problem(508, "loop", "This request has passed the facade before.", "proxy_loop_detected")
EXPECTATION: Final = Problem(417, "expectation", "Only `Expect: 100-continue` is understood.", "http_request_error")
HEAD_TOO_LARGE: Final = Problem(
    431, "header_size", "The request's fields are larger or more than allowed here.", "http_request_error"
)
INTERNAL: Final = Problem(500, "internal", "The facade failed on this request.", "proxy_internal_error")
NOT_IMPLEMENTED: Final = Problem(
    501, "not_implemented", "This method or transfer coding is not supported.", "http_request_error"
)
VERSION: Final = Problem(505, "version", "Only HTTP/1.0 and HTTP/1.1 are spoken here.", "http_request_error")

UNREACHABLE: Final = Problem(
    502, "target_unreachable", "The system behind this route cannot be reached.", "destination_unavailable"
)
REFUSED: Final = Problem(
    502, "target_refused", "The system behind this route refused the connection.", "connection_refused"
)
UNTRUSTED: Final = Problem(
    502,
    "target_untrusted",
    "The system behind this route showed a certificate that is not trusted here.",
    "tls_certificate_error",
)
BROKEN: Final = Problem(
    502, "target_broken", "The system behind this route broke off before it answered.", "connection_terminated"
)
NONSENSE: Final = Problem(
    502, "target_nonsense", "The system behind this route gave an answer that cannot be read.", "http_protocol_error"
)
CONNECT_LATE: Final = Problem(
    504, "connect_timeout", "The system behind this route did not accept a connection in time.", "connection_timeout"
)
LATE: Final = Problem(
    504, "target_timeout", "The system behind this route did not answer in time.", "http_response_timeout"
)
FULL: Final = Problem(
    503, "target_full", "The system behind this route has no room for another call.", "connection_limit_reached", 1
)
CLOSED: Final = Problem(503, "target_closed", "The system behind this route is closed.", "destination_unavailable")
OVERLOADED: Final = Problem(
    503, "connections", "The facade has no room for another connection.", "connection_limit_reached", 1
)
NO_MEMORY: Final = Problem(
    503, "memory", "The facade keeps too many unfinished requests to take another.", "http_request_denied", 1
)
NO_DESCRIPTOR: Final = Problem(
    503, "descriptors", "The facade may open no more connections.", "connection_limit_reached", 1
)
BROWNOUT: Final = Problem(
    503,
    "brownout",
    "This operation will be switched off, and its end is rehearsed.",
    "http_request_denied",
    type="urn:problem:brownout",
    summary="Planned brown-out",
)
SILO_SAYS_NO: Final = Problem(502, "silo_says_no", "The silo refused the call.")

OURS: Final = frozenset({OVERLOADED, NO_MEMORY, NO_DESCRIPTOR})
"""What the facade itself lacks: never counted against a target, which was not asked or not to the end."""

ALL: Final = tuple(value for value in tuple(globals().values()) if isinstance(value, Problem))
REASONS: Final = frozenset(problem.reason for problem in ALL)
