"""What every test gets: randomness that can be repeated, and time enough on a shared machine.

asyncio's debug mode and warnings as errors are set in pyproject.toml. Nothing here opens a socket.
"""

from __future__ import annotations

import os

from hypothesis import settings

# No deadline on an example: tests say what is right, and the benchmark what is fast. In CI the same examples are
# drawn every time, so that a change is judged by what it changed; at a desk they are new ones, and failures are kept.
settings.register_profile("desk", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "desk")
