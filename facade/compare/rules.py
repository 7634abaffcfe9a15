"""What an operator leaves out of a comparison, frozen.

    shadow: {ignore: [generated_at], unordered: [charges], tolerance: {price: 0.01}, rename: {"charges[].bank": lender}}

A rule names a field by its path from the top of the platform's body (`paths`); one of `rename` by its path in legacy's,
and gives the platform's name for it in the same object.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from facade.compare.paths import names_of


@dataclass(frozen=True, slots=True)
class CompareRules:
    """The rules of one route.

    `ignore` names fields with all they hold, `:status` or `header:NAME`; `unordered` arrays whose order says nothing;
    `tolerance` numbers, also such as stand in text, with the difference that is none; `headers` the fields of the
    answers that are compared beside their media type, in lower case.
    """

    ignore: frozenset[str] = frozenset()
    unordered: frozenset[str] = frozenset()
    tolerance: Mapping[str, Decimal] = field(default_factory=dict)
    rename: Mapping[str, str] = field(default_factory=dict)
    headers: tuple[str, ...] = ()
    names: frozenset[str] = field(init=False)
    """Names that an operator wrote: they are no secret, whatever they look like."""

    def __post_init__(self) -> None:
        paths = [*self.ignore, *self.unordered, *self.tolerance, *self.rename, *self.rename.values()]
        object.__setattr__(self, "names", frozenset(name for path in paths for name in names_of(path)))

    @property
    def are_about_values(self) -> bool:
        """Whether two values may be equal that are not written the same."""
        return bool(self.names)
