"""What a run showed: a line a law, with what was seen and whether it held."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Result:
    """`rows` are what was looked at, what was seen, and whether that is right (None where it is only told)."""

    name: str
    extent: str
    rows: list[tuple[str, str, bool | None]] = field(default_factory=list)
    details: list[str] = field(default_factory=list)

    def add(self, what: str, seen: str, holds: bool | None = None) -> None:
        self.rows.append((what, seen, holds))

    @property
    def holds(self) -> bool:
        return all(holds is not False for _, _, holds in self.rows)
