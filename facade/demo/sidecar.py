"""The real sidecar as a child process, used only as an operator uses it: by its files, its commands and its HTTP.

Its log goes to a file, so that nobody has to read a pipe. It runs in a session of its own, so that Ctrl-C reaches the
demonstration alone, which then ends it in order: SIGTERM, time to drain, and SIGKILL only after that.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import aiohttp
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

from facade.config.settings import Drain
from facade.demo.addresses import Addresses, origin
from facade.demo.provider import KEY, KEY_NAME
from facade.demo.trouble import Trouble
from facade.demo.waiting import until
from facade.routing.stage import Side

LOG: Final = Path("state", "sidecar.log")
_LINES_SHOWN: Final = 15
_START: Final = 30.0
"""Seconds for the sidecar to be ready; about one on an idle machine."""
_COMMAND: Final = 30.0
"""Seconds for one `facade` command."""
_STOP_SLACK: Final = 5.0
"""Seconds beyond `drain` before a sidecar that does not leave is killed."""
_ANSWER: Final = aiohttp.ClientTimeout(total=5)


@dataclass(frozen=True, slots=True)
class Running:
    """What the sidecar says of a route: its stage, and the platform's share of its calls (None: nobody is asked).

    `verdict` is its guard's, None where nothing is judged; `differs` why it is not where its file says, None if it is.
    """

    stage: str
    share: float | None
    verdict: str | None = None
    differs: str | None = None


@dataclass(frozen=True, slots=True)
class Compared:
    """How many answers of a route both sides have given, and which part of them was alike (None: of none)."""

    number: int
    parity: float | None


class Sidecar:
    """An async context: the sidecar is ready inside it and gone after it."""

    def __init__(self, folder: Path, addresses: Addresses, drain: Drain, environment: Mapping[str, str]) -> None:
        self._folder = folder
        self._addresses = addresses
        self._leave = drain.pause + drain.limit + _STOP_SLACK
        self._environment = environment
        self._process: asyncio.subprocess.Process | None = None
        self._http = aiohttp.ClientSession(timeout=_ANSWER, cookie_jar=aiohttp.DummyCookieJar())

    def __repr__(self) -> str:
        return f"<Sidecar process={self._process.pid if self._process else None} folder={self._folder}>"

    async def __aenter__(self) -> Self:
        try:
            self._process = await self._started()
            await until(self._ready, _START, "the sidecar to be ready")
        except BaseException as error:
            await self._end()
            if isinstance(error, Trouble):
                raise Trouble(str(error), self.last_lines()) from error
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._end()

    async def command(self, *words: str, may_say_no: bool = False) -> str:
        """Run `facade WORDS --config FOLDER` as an operator would; what it said, or `Trouble` where it refused.

        A command that asks a question `may_say_no` by its exit status (1), which is an answer.
        """
        process = await asyncio.create_subprocess_exec(
            *_facade(*words, "--config", str(self._folder)),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env=self._environment,
        )
        try:
            async with asyncio.timeout(_COMMAND):
                said, _ = await process.communicate()
        except TimeoutError:
            raise Trouble(f"facade {' '.join(words)}: not done within {_COMMAND:g} s") from None
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        text = said.decode(errors="replace").strip()
        if process.returncode not in ((0, 1) if may_say_no else (0,)):
            raise Trouble(f"facade {' '.join(words)}: exit {process.returncode}: {text}", self.last_lines())
        return text

    async def routes(self) -> Mapping[str, Running]:
        """The routes that run, by name."""
        rows = json.loads(await self._read(origin(self._addresses.admin) + "/api/routes"))
        return {row["name"]: _running(row) for row in rows["routes"]}

    async def compared(self, route: str) -> Compared:
        """What the shadow has found of `route` since it last changed."""
        found = json.loads(await self._read(f"{origin(self._addresses.admin)}/api/differences?route={route}"))
        return Compared(found["compared"], found["parity"])

    async def counted(self, route: str) -> Mapping[Side, int]:
        """How many calls of `route` each side answered, by the sidecar's own metrics."""
        counts: Counter[Side] = Counter()
        for sample in await self._samples("facade_requests_total", route):
            counts[Side(sample.labels["side"])] += int(sample.value)
        return counts

    async def fallbacks(self, route: str) -> int:
        """How many calls of `route` legacy answered after the platform had failed them."""
        return sum(int(sample.value) for sample in await self._samples("facade_fallbacks_total", route))

    def require_alive(self) -> None:
        """Refuse to go on without a sidecar."""
        if self._process is None or self._process.returncode is not None:
            code = "never started" if self._process is None else f"exit {self._process.returncode}"
            raise Trouble(f"the sidecar: ended by itself ({code}); see why below", self.last_lines())

    def last_lines(self) -> tuple[str, ...]:
        """The last lines of its log."""
        try:
            with (self._folder / LOG).open(encoding="utf-8", errors="replace") as lines:
                return tuple(line.rstrip("\n") for line in deque(lines, _LINES_SHOWN))
        except FileNotFoundError:
            return ()

    async def _samples(self, name: str, route: str) -> list[Sample]:
        text = await self._read(origin(self._addresses.observe) + "/metrics")
        every = (sample for family in text_string_to_metric_families(text) for sample in family.samples)
        return [sample for sample in every if sample.name == name and sample.labels["route"] == route]

    async def _read(self, url: str) -> str:
        try:
            async with self._http.get(url, raise_for_status=True) as response:
                return await response.text()
        except (aiohttp.ClientError, TimeoutError) as error:
            self.require_alive()
            raise Trouble(f"{url}: {type(error).__name__}; see below", self.last_lines()) from error

    async def _started(self) -> asyncio.subprocess.Process:
        log = self._folder / LOG
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("wb") as file:
            return await asyncio.create_subprocess_exec(
                *_facade("serve", "--config", str(self._folder)),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=file,
                stderr=asyncio.subprocess.STDOUT,
                env=self._environment,
                start_new_session=True,
            )

    async def _ready(self) -> bool:
        self.require_alive()
        try:
            async with self._http.get(origin(self._addresses.observe) + "/readyz") as response:
                return response.status == HTTPStatus.OK
        except (aiohttp.ClientError, TimeoutError):
            return False

    async def _end(self) -> None:
        await self._http.close()
        if self._process is None or self._process.returncode is not None:
            return
        self._process.terminate()
        try:
            async with asyncio.timeout(self._leave):
                await self._process.wait()
        except TimeoutError:
            self._process.kill()
            await self._process.wait()


def environment(outside: Mapping[str, str]) -> dict[str, str]:
    """`outside` without FACADE_*, which would beat the files that are being demonstrated, and with the provider's key.

    Output is never buffered.
    """
    kept = {name: value for name, value in outside.items() if not name.startswith("FACADE_")}
    return {**kept, "PYTHONUNBUFFERED": "1", KEY_NAME: KEY}


def _running(row: Mapping[str, Any]) -> Running:
    return Running(row["stage"], row["share"], row["verdict"], row["differs"])


def _facade(*words: str) -> tuple[str, ...]:
    return (sys.executable, "-m", "facade", *words)
