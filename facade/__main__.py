"""`facade`, and `python -m facade`: hands the words of the command line to the command they name."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from facade.cli.commands import run


def main(words: Sequence[str] | None = None) -> int:
    """Run a command; returns its exit status: 0 done, 1 refused or mistaken, 2 usage."""
    return run(sys.argv[1:] if words is None else words)


if __name__ == "__main__":
    sys.exit(main())
