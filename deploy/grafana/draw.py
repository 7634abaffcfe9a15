"""Draws the dashboards as the JSON that Grafana imports, from the module of each: python deploy/grafana/draw.py.

With --check it says which of them are stale, as a test does. Bring what was changed in Grafana back to the module by
hand, so that nothing is in a panel without its reason.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, Final

import overview
import route
import silo

FOLDER: Final = Path(__file__).parent
DASHBOARDS: Final = {each.__name__: each.DASHBOARD for each in (overview, route, silo)}


LINE: Final = 120
"""Columns into which a value has to fit to stand on one line."""


def text(value: Any, indent: str = "", before: int = 0) -> str:
    """JSON with sorted keys and one line for whatever fits on one, so that a panel is a block that can be read."""
    short = json.dumps(value, sort_keys=True)
    if not isinstance(value, dict | list) or len(indent) + before + len(short) < LINE:
        return short
    deeper = indent + "  "
    if isinstance(value, list):
        opening, closing, items = "[", "]", [text(each, deeper) for each in value]
    else:
        keys = [(f"{json.dumps(key)}: ", value[key]) for key in sorted(value)]
        opening, closing, items = "{", "}", [key + text(each, deeper, len(key)) for key, each in keys]
    return opening + ",".join(f"\n{deeper}{item}" for item in items) + f"\n{indent}{closing}"


def main(*, check: bool) -> int:
    stale = 0
    for name, dashboard in DASHBOARDS.items():
        file, drawn = FOLDER / f"{name}.json", text(dashboard) + "\n"
        if check and (not file.exists() or file.read_text() != drawn):
            print(f"{file.name}: stale; run python deploy/grafana/draw.py")
            stale += 1
        elif not check:
            file.write_text(drawn)
    return int(stale > 0)


if __name__ == "__main__":
    sys.exit(main(check="--check" in sys.argv[1:]))
