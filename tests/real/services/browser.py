"""Chromium, told what to do: `page/browser.js`, run by Node, drives it and looks for barriers with axe-core.

Its npm packages are where `make real-services` puts them, and Chromium is the machine's.
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from services.programs import program

FOLDER = Path(__file__).parent / "page"
PACKAGES = Path(__file__).resolve().parents[3] / ".venv-real" / "page" / "node_modules"
_PATIENCE = 10


class BrowserError(AssertionError):
    """The browser could not do what it was told."""


class Browser:
    """The running browser, with one page at a time."""

    def __init__(self) -> None:
        node, chromium = program("node", "nodejs"), program("chromium", "chromium")
        if not (PACKAGES / "playwright-core").is_dir():
            tell = pytest.fail if os.environ.get("CI") else pytest.skip
            tell("the npm package playwright-core is missing; install it: make real-services")
        self._process = subprocess.Popen(
            [node, FOLDER / "browser.js", chromium],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), "NODE_PATH": str(PACKAGES)},
        )
        self.version: str = self._answer()

    def tell(self, order: str, **given: object) -> Any:
        """Have it do something, and return what came of it."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"order": order, **given}) + "\n")
        self._process.stdin.flush()
        return self._answer()

    def open(self, url: str, **given: object) -> int:
        """Open a page anew, as somebody who was never there; returns its status."""
        status: int = self.tell("open", url=url, **given)
        return status

    def text(self, selector: str) -> str:
        text: str = self.tell("text", selector=selector)
        return text

    def count(self, selector: str) -> int:
        count: int = self.tell("count", selector=selector)
        return count

    def barriers(self) -> list[Any]:
        """What axe-core finds. It has looked: something passed."""
        *found, looked = self.tell("axe")
        assert looked["passes"] > 10
        return list(found)

    def press(self, *keys: str) -> None:
        self.tell("press", keys=keys)

    def stop(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        try:
            self._process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(_PATIENCE)
        self._process.stdout.close()

    def _answer(self) -> Any:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise BrowserError("it has ended")
        answer = json.loads(line)
        if "problem" in answer:
            raise BrowserError(answer["problem"])
        return answer["answer"]
