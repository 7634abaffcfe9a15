"""What the scenarios share: peers that end with their test, configurations, and sidecars that are always killed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from harness.folder import Folder
from harness.house import House, furnish
from harness.peer import Peer
from harness.sidecar import Sidecar


@pytest.fixture
def legacy() -> Iterator[Peer]:
    with Peer("legacy") as peer:
        yield peer


@pytest.fixture
def platform() -> Iterator[Peer]:
    with Peer("platform") as peer:
        yield peer


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """A configuration with nothing in it but its listeners."""
    empty = Folder(tmp_path / "config")
    empty.facade()
    return empty


@pytest.fixture
def serve() -> Iterator[Callable[..., Sidecar]]:
    """Starts sidecars and waits until they are ready."""
    with ExitStack() as running:
        yield lambda folder, *arguments, **more: running.enter_context(Sidecar(folder, *arguments, **more)).ready()


@pytest.fixture(scope="session")
def another(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A second one."""
    yield from _house(tmp_path_factory.mktemp("doubted") / "config")


@pytest.fixture
def doubted(another: House) -> Iterator[House]:
    """A house whose silo says more than its answers: for minutes none of its connections is used again."""
    yield another
    another.legacy.fresh()
    another.platform.fresh()


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The house, once for all tests of this process."""
    yield from _house(tmp_path_factory.mktemp("house") / "config")


def _house(path: Path) -> Iterator[House]:
    folder = Folder(path)
    folder.facade()
    with Peer("legacy") as legacy, Peer("platform") as platform:
        furnish(folder, legacy, platform)
        with Sidecar(folder).ready() as sidecar:
            yield House(sidecar, legacy, platform)


@pytest.fixture
def house(built: House) -> Iterator[House]:
    """The house with peers that know nothing yet; a mistake of one of their scripts fails this test."""
    yield built
    for peer in (built.legacy, built.platform):
        peer.fresh()
