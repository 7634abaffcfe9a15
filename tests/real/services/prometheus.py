"""A Prometheus of its own, with what the project ships, that scrapes and judges every second."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import urlopen

from harness.patience import PATIENCE, eventually
from harness.ports import free_port
from services.programs import program

SHIPPED = Path(__file__).resolve().parents[3] / "deploy/prometheus"


class Prometheus:
    """Prometheus with what is shipped over one sidecar. Only the times in it are others: nobody waits an hour."""

    def __init__(self, folder: Path, observe: int) -> None:
        self.port = free_port()
        text = (SHIPPED / "prometheus.yml").read_text()
        for shipped, here in (("127.0.0.1:9902", f"127.0.0.1:{observe}"), ("_interval: 15s", "_interval: 1s")):
            assert shipped in text
            text = text.replace(shipped, here)
        (folder / "prometheus.yml").write_text(text)
        shutil.copy(SHIPPED / "recording.yaml", folder)
        alerts = (SHIPPED / "alerts.yaml").read_text()
        (folder / "alerts.yaml").write_text(re.sub(r"for: \d+[mh]", "for: 2s", alerts))
        self._log = (folder / "log").open("wb")
        self._process = subprocess.Popen(
            [
                program("prometheus", "prometheus"),
                f"--config.file={folder / 'prometheus.yml'}",
                f"--storage.tsdb.path={folder / 'series'}",
                f"--web.listen-address=127.0.0.1:{self.port}",
            ],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=subprocess.STDOUT,
        )
        eventually(self._is_ready_or_dead, "Prometheus is ready")
        assert self._process.poll() is None, (folder / "log").read_text()[-2000:]

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(PATIENCE)
        self._log.close()

    def query(self, expression: str) -> list[dict[str, Any]]:
        """The series of an expression now. An expression that it cannot read or work out fails the test."""
        try:
            found = self._ask("query", query=expression)["result"]
        except HTTPError as error:
            raise AssertionError(f"{expression}: {error.read().decode()}") from error
        return found if isinstance(found, list) else [found]

    def names(self) -> set[str]:
        """Every name of a series it has."""
        return set(self._ask("label/__name__/values"))

    def values(self, label: str, of: str) -> list[str]:
        """The values of a label of some series: what a dashboard's variable offers."""
        return list(self._ask(f"label/{label}/values", **{"match[]": of}))

    def rules(self) -> list[dict[str, Any]]:
        return [rule for group in self._ask("rules")["groups"] for rule in group["rules"]]

    def firing(self) -> dict[tuple[str, str], dict[str, Any]]:
        """The alerts that fire, by name and by what they are about."""
        alerts = [alert for alert in self._ask("alerts")["alerts"] if alert["state"] == "firing"]
        return {(alert["labels"]["alertname"], _about(alert["labels"])): alert["annotations"] for alert in alerts}

    def _ask(self, what: str, **given: str) -> Any:
        with urlopen(f"http://127.0.0.1:{self.port}/api/v1/{what}?{urlencode(given)}", timeout=PATIENCE) as answer:
            return json.load(answer)["data"]

    def _is_ready_or_dead(self) -> bool:
        if self._process.poll() is not None:
            return True
        try:
            with urlopen(f"http://127.0.0.1:{self.port}/-/ready", timeout=PATIENCE):
                return True
        except OSError:
            return False


def promtool(*arguments: str | Path, within: Path = SHIPPED) -> tuple[int, str]:
    """What promtool says, and its exit status."""
    command: Sequence[str | Path] = [program("promtool", "prometheus"), *arguments]
    done = subprocess.run(command, cwd=within, capture_output=True, text=True, timeout=PATIENCE, check=False)
    return done.returncode, done.stdout + done.stderr


def _about(labels: dict[str, str]) -> str:
    return next((labels[name] for name in ("target", "route", "silo") if name in labels), labels.get("instance", ""))
