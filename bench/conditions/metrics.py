"""The facade's own metrics, asked for by HTTP."""

from __future__ import annotations

import urllib.request


def scraped(port: int) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=30) as answer:
        text: bytes = answer.read()
    return text.decode()


def total(text: str, name: str) -> float:
    """All series of one metric together."""
    lines = [line for line in text.splitlines() if line.startswith((f"{name}{{", f"{name} "))]
    return sum(float(line.rpartition(" ")[2]) for line in lines)
