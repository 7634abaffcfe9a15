"""What the figures were taken on, told so that another machine's reader can judge them."""

from __future__ import annotations

import os
import platform
import re
import subprocess
from pathlib import Path

_BUILD = """\
import platform, sysconfig
options = sysconfig.get_config_var("CONFIG_ARGS") or ""
built = "PGO" if "--enable-optimizations" in options else "without --enable-optimizations"
print(f"{platform.python_implementation()} {platform.python_version()} ({built})")
"""


def describe() -> str:
    """Processor, cores and kernel; no host's name."""
    model = re.search(r"^model name\s*: (.*)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    kernel = re.match(r"[\d.]+", platform.release())
    cores = os.cpu_count()
    return f"{model[1] if model else platform.machine()}, {cores} cores, Linux {kernel[0] if kernel else 'unknown'}"


def build(python: str) -> str:
    """The interpreter and how it was built: an optimised build is about a fifth cheaper."""
    return subprocess.run([python, "-c", _BUILD], capture_output=True, text=True, check=True).stdout.strip()
