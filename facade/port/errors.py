"""The one family of errors an adapter raises, each with the status the caller is answered.

An adapter lets no foreign exception out: it translates at its border. `detail` is shown to the caller, so it names
operation and field (whoever reports it adds the silo), and never a value, a query or an address.
"""

# ruff: noqa: N818 - the names say what happened, as an operator would say it; the family's name says that it is an error

from __future__ import annotations


class BadArgument(Exception):
    """The caller's mistake, found before the silo was called: 400. `field` is the platform's name, `{body.amount}`."""

    status = 400

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"{field}: {problem}")
        self.field = field
        self.problem = problem


class SiloError(Exception):
    """The silo gave no usable answer. `status` is what the caller gets, `error` the Proxy-Status name (RFC 9209)."""

    status = 502
    error = "proxy_internal_error"

    def __init__(self, detail: str, *, retry_after: int | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.retry_after = retry_after


class SiloUnreachable(SiloError):
    """No connection, or it broke before an answer."""

    status, error = 502, "destination_unavailable"


class SiloLate(SiloError):
    """No answer within the call's deadline."""

    status, error = 504, "http_response_timeout"


class SiloFull(SiloError):
    """The silo's budget of concurrent calls and its queue are used up."""

    status, error = 503, "connection_limit_reached"


class SiloClosed(SiloError):
    """Outside the silo's opening hours, or its breaker is open."""

    status, error = 503, "destination_unavailable"


class SiloNonsense(SiloError):
    """An answer that cannot be read. Nothing of it is shown."""

    status, error = 502, "http_protocol_error"


class SiloSaysNo(SiloError):
    """The silo's own fault, mapped to a status by the operator's `faults` or the kind's default."""

    error = ""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status = status
