"""RFC 9457 problem details: the one shape of every error that the facade itself answers.

Pure values. `status` is the HTTP status; `error` the Proxy-Status error name (RFC 9209 section 2.3) where one fits;
`reason` the label of `facade_refused_total`. `title` and `detail` never hold a caller's or a silo's bytes.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

MEDIA_TYPE: Final = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Problem:
    """What went wrong, as the caller is told.

    A `type` of its own (RFC 9457 section 3.1.1) has a `summary` in place of the status's phrase, and `members` beside
    those that every problem has (section 3.2).
    """

    status: int
    reason: str
    detail: str
    error: str | None = None
    retry_after: int | None = None
    allow: tuple[str, ...] = ()
    type: str = "about:blank"
    summary: str = ""
    members: tuple[tuple[str, str], ...] = ()

    @property
    def title(self) -> str:
        """What is wrong with every call that this type is told of; of no type of its own, the status's phrase."""
        return self.summary or self.phrase

    @property
    def phrase(self) -> str:
        """The status's phrase; a status that has none is read as the first of its class (RFC 9110 section 15)."""
        try:
            return HTTPStatus(self.status).phrase
        except ValueError:
            return HTTPStatus(self.status // 100 * 100).phrase

    def document(self, request_id: str) -> bytes:
        """The problem as JSON; `instance` is the request's id where it has one, never its path."""
        members = {"type": self.type, "title": self.title, "status": self.status, "detail": self.detail}
        members |= dict(self.members)
        if request_id:
            members["instance"] = f"urn:request:{request_id}"
        return json.dumps(members).encode()

    @property
    def proxy_status(self) -> str:
        """The Proxy-Status field (RFC 9209) for this problem."""
        return "facade" if self.error is None else f"facade; error={self.error}"


class Refusal(Exception):  # noqa: N818 - it says no; it is raised on purpose and is no defect
    """A request or an answer that goes no further. The problem says what the caller is told."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.reason)
        self.problem = problem
