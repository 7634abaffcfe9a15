"""A small good configuration, and one way to read it with a file changed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

import pytest
from pydantic import BaseModel, ConfigDict, Field, field_validator

from facade.config.kinds import KindError, Kinds
from facade.config.parse import Loaded, parse
from facade.port import Adapter, AdapterKind, Services

FACADE = "version: 1\n"
PORTAL = """\
silo: portal
adapter: passthrough
settings: {url: "http://127.0.0.1:7000"}
"""
DATABASE = """\
silo: register
adapter: drawer
settings: {cabinet: north}
operations:
  get-title:
    arguments: {NUMBER: "{path.number}"}
  add-title:
    writes: true
"""
ROUTES = """\
routes:
  - name: titles.read
    match: GET /titles/{number}
    legacy: portal
    platform: http://127.0.0.1:7101
    stage: legacy
    canary: {share: 25%, by: cookie session}
"""


class DrawerSettings(BaseModel):
    model_config = ConfigDict(extra="forbid")

    cabinet: str
    height: int = 1
    locked: bool = False
    weight: float = 0.0

    @field_validator("cabinet")
    @classmethod
    def _stands_somewhere(cls, cabinet: str) -> str:
        if cabinet.startswith("nowhere"):
            raise ValueError(f"there is no cabinet {cabinet}; name one that is there")
        return cabinet


class DrawerOperation(BaseModel):
    model_config = ConfigDict(extra="forbid")

    arguments: dict[str, str] = Field(default_factory=dict)
    writes: bool = False
    status: int = Field(default=200, ge=200, le=299)


class DrawerKind(AdapterKind[DrawerSettings, DrawerOperation]):
    """A kind of adapter for the tests: it judges its templates' path parameters and opens nothing."""

    name = "drawer"
    settings = DrawerSettings
    operation = DrawerOperation

    def mistakes(self, operation: DrawerOperation, parameters: frozenset[str]) -> tuple[tuple[str, str], ...]:
        named = {key: text.removeprefix("{path.").removesuffix("}") for key, text in operation.arguments.items()}
        return tuple(
            (f"arguments.{key}", f"{{path.{name}}} is no parameter of the path; write one that is")
            for key, name in named.items()
            if operation.arguments[key].startswith("{path.") and name not in parameters
        )

    async def open(
        self, settings: DrawerSettings, operations: Mapping[str, DrawerOperation], services: Services
    ) -> Adapter:
        raise NotImplementedError


class SomeKinds(Kinds):
    """`drawer`, and `lost`, whose extra is not installed."""

    def __init__(self) -> None:
        super().__init__(())

    def names(self) -> tuple[str, ...]:
        return ("drawer", "lost")

    def get(self, name: str) -> AdapterKind[Any, Any] | None:
        if name == "lost":
            raise KindError("its library is not installed", "install strangler-facade[lost]")
        return DrawerKind() if name == "drawer" else None


class Read(Protocol):
    def __call__(
        self,
        files: Mapping[str, str | bytes] | None = None,
        *,
        environment: Mapping[str, str] | None = None,
        serving: bool = True,
    ) -> Loaded: ...


@pytest.fixture
def good() -> dict[str, str | bytes]:
    """The files of a good configuration."""
    return {
        "facade.yaml": FACADE,
        "silos/portal.yaml": PORTAL,
        "silos/register.yaml": DATABASE,
        "routes/a.yaml": ROUTES,
    }


@pytest.fixture
def read(good: dict[str, str | bytes], tmp_path: Path) -> Read:
    """Reads the good configuration with some of its files replaced, or added."""

    def read(
        files: Mapping[str, str | bytes] | None = None,
        *,
        environment: Mapping[str, str] | None = None,
        serving: bool = True,
    ) -> Loaded:
        texts = {**good, **(files or {})}
        contents = {name: text.encode() if isinstance(text, str) else text for name, text in texts.items()}
        return parse(contents, tmp_path, SomeKinds(), environment or {}, serving=serving)

    return read


class Told(Protocol):
    def __call__(
        self, files: Mapping[str, str | bytes], *, environment: Mapping[str, str] | None = None
    ) -> list[str]: ...


@pytest.fixture
def told(read: Read) -> Told:
    """The mistakes of the good configuration with some of its files replaced, as an operator reads them."""

    def told(files: Mapping[str, str | bytes], *, environment: Mapping[str, str] | None = None) -> list[str]:
        loaded = read(files, environment=environment)
        assert (loaded.configuration is None) == bool(loaded.mistakes)
        return [str(mistake) for mistake in loaded.mistakes]

    return told


@pytest.fixture
def facade_told(told: Told):
    """The mistakes of one facade.yaml, without its name: `line: what; mend`."""
    return lambda text: _without("facade.yaml", told({"facade.yaml": text}))


@pytest.fixture
def silo_told(told: Told):
    """The mistakes of silos/a.yaml, without its name."""
    return lambda text: _without("silos/a.yaml", told({"silos/a.yaml": text}))


@pytest.fixture
def routes_told(told: Told):
    """The mistakes of routes/a.yaml, without its name."""
    return lambda text: _without("routes/a.yaml", told({"routes/a.yaml": text}))


@pytest.fixture
def routes_warned(read: Read):
    """The warnings of routes/a.yaml, without its name."""
    return lambda text: _without("routes/a.yaml", [str(each) for each in read({"routes/a.yaml": text}).warnings])


def _without(name: str, mistakes: list[str]) -> list[str]:
    return [mistake.removeprefix(f"{name}:") for mistake in mistakes]
