"""`python -m soak.scale [RUN...]`: every run, or those named; the figures as they come, and 1 where one missed."""

from __future__ import annotations

import sys

from soak.scale.every import EVERY


def main(names: list[str]) -> int:
    """Run them."""
    holds = True
    for name in names or EVERY:
        result = EVERY[name]()
        print(f"\n{result.name}: {result.extent}")
        for what, seen, right in result.rows:
            print(f"  {'MISSED  ' if right is False else '        '}{what}: {seen}", flush=True)
        for detail in result.details:
            print(f"          {detail}")
        holds = holds and result.holds
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
