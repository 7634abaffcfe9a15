"""What goes into an adapter and what comes out: `Call` and `Answer`, plain frozen values.

Neither shows what a caller or a silo said when it is printed: a `repr` ends in logs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a silo's operation.

    `path` holds the route's template parameters, percent-decoded once. `query` and `headers` keep every value in
    order; header names are lower case. `body` is the request's, `document` the JSON object in it: a mapping that may
    read the body only when it is first asked, and then raises ValueError where the body holds none. `deadline` is a
    moment of `Services.clock`, in seconds: an answer later than that is of no use to anybody. What is asked
    `once` is sent once, whatever becomes of it, even if it only reads: somebody outside sees it, and may charge for it.
    """

    operation: str
    method: str
    deadline: float
    path: Mapping[str, str] = field(default_factory=dict, repr=False)
    query: Mapping[str, tuple[str, ...]] = field(default_factory=dict, repr=False)
    headers: Mapping[str, tuple[str, ...]] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)
    document: Mapping[str, object] = field(default_factory=dict, repr=False)
    request_id: str = ""
    traceparent: str = ""
    once: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What the silo said, in the platform's shape. `body` is complete; its length becomes Content-Length."""

    status: int
    body: bytes = field(default=b"", repr=False)
    headers: tuple[tuple[str, str], ...] = ()
