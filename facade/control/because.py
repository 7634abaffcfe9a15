"""Why something that runs is changed: what the log, the ledger and the metrics say of it beside the change itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final


@dataclass(frozen=True, slots=True)
class Because:
    """`cause` is one of `facade_moves_total`; `why` and `by` are a person's reason and name, or the guard's sentence.

    `evidence` is what the verdict of a route said, by the route's name; `forced` says that it was made against one, or
    against a freeze or the order of the stages.
    """

    cause: str
    why: str = ""
    by: str = ""
    evidence: Mapping[str, str] = field(default_factory=dict)
    forced: bool = False


THE_FILE: Final = Because("file")
"""The file is the truth: whoever wrote the stage, a route moves because its file says so."""
