"""A command as an operator types it, and a running sidecar that is none: what it is asked is answered from here."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from facade.__main__ import main
from facade.cli import changing, following, status
from facade.cli.sidecar import Sidecar, Unreachable
from facade.control.done import Done
from facade.control.order import Order


@dataclass(frozen=True)
class Said:
    """A command's exit status and what it said."""

    status: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()

    @property
    def document(self) -> Any:
        return json.loads(self.out)


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("FACADE_")]:
        monkeypatch.delenv(name)


@pytest.fixture
def facade(capsys: pytest.CaptureFixture[str]) -> Callable[..., Said]:
    def typed(*words: str) -> Said:
        try:
            status = main(words)
        except SystemExit as left:
            status = int(left.code or 0)
        told = capsys.readouterr()
        return Said(status, told.out, told.err)

    return typed


@dataclass
class Answering:
    """A sidecar's answers by path; asking for another one finds no sidecar.

    `carries_out` is what becomes of an order that is given with a token: what is answered, or raised.
    """

    documents: dict[str, Any] = field(default_factory=dict)
    carries_out: Done | Exception | None = None
    orders: list[tuple[Order, str, float]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    slept: list[float] = field(default_factory=list)

    def runs(self, revision: str, rejected: dict[str, Any] | None = None) -> None:
        role = {"revision": revision, "at": "2026-11-23T09:00:00Z"}
        self.documents["/api/config"] = {
            "file": role,
            "accepted": role,
            "running": role,
            "rejected": rejected,
            "from_state": False,
        }


@pytest.fixture
def sidecar(monkeypatch: pytest.MonkeyPatch) -> Answering:
    answering = Answering()
    now = 0.0

    def ask(self: Sidecar, path: str) -> Any:
        answering.asked.append(f"{self.origin}{path}")
        if path not in answering.documents:
            raise Unreachable(f"{self.origin}: no sidecar answers there; start it")
        answer = answering.documents[path]
        return answer() if callable(answer) else answer

    def order(self: Sidecar, order: Order, token: str, seconds: float) -> Done:
        answering.orders.append((order, token, seconds))
        if isinstance(answering.carries_out, Done):
            return answering.carries_out
        raise answering.carries_out or Unreachable(f"{self.origin}: no sidecar answers there; start it")

    def sleep(seconds: float) -> None:
        nonlocal now
        now += seconds
        answering.slept.append(seconds)

    monkeypatch.setattr(Sidecar, "ask", ask)
    monkeypatch.setattr(Sidecar, "order", order)
    monkeypatch.setattr(changing, "sleep", sleep)
    monkeypatch.setattr(following, "sleep", sleep)
    monkeypatch.setattr(following, "monotonic", lambda: now)
    monkeypatch.setattr(status, "sleep", sleep)
    return answering
