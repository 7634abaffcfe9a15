"""What is remembered of files of routes: never anything but what reading them again would find."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facade.config import remembered as module
from facade.config.kinds import Kinds
from facade.config.parse import Loaded, parse
from facade.config.remembered import Remembered

KINDS = Kinds.discover()
FACADE = b"version: 1\ntimezone: Europe/London\n"
SILO = b"silo: portal\nadapter: passthrough\nsettings: {url: 'http://127.0.0.1:7000'}\n"
A = "routes:\n  - {name: a.read, match: GET /a, legacy: portal, platform: 'http://127.0.0.1:7101', stage: %s}\n"
B = "routes:\n  - {name: b.read, match: GET /b, legacy: portal, platform: 'http://127.0.0.1:7101'%s}\n"
GROUP = "groups:\n  - {name: both, routes: [b.read], stage: %s}\n"


def files(**routes: str) -> dict[str, bytes]:
    written = {f"routes/{name}.yaml": text.encode() for name, text in routes.items()}
    return {"facade.yaml": FACADE, "silos/portal.yaml": SILO, **written}


def load(given_files: Mapping[str, bytes], remembered: Remembered | None = None) -> Loaded:
    return parse(given_files, Path("/nowhere"), KINDS, {}, serving=True, remembered=remembered)


def same(one: Loaded, other: Loaded) -> bool:
    told = (one.mistakes, one.warnings, one.revision) == (other.mistakes, other.warnings, other.revision)
    return told and repr(one.configuration) == repr(other.configuration)


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files that are really read."""
    names: list[str] = []
    real = module.read_routes

    def reading(file: str, data: bytes, folder: Path, *, serving: bool) -> module.RoutesRead:
        names.append(file)
        return real(file, data, folder, serving=serving)

    monkeypatch.setattr(module, "read_routes", reading)
    return names


def test_a_file_that_has_not_changed_is_not_read_again(reads: list[str]) -> None:
    remembered = Remembered()
    first = load(files(a=A % "legacy", b=B % ", stage: legacy"), remembered)
    assert reads == ["routes/a.yaml", "routes/b.yaml"]
    second = load(files(a=A % "shadow", b=B % ", stage: legacy"), remembered)
    assert reads == ["routes/a.yaml", "routes/b.yaml", "routes/a.yaml"]
    assert first.configuration is not None
    assert second.configuration is not None
    assert [route.stage.value for route in second.configuration.routes] == ["shadow", "legacy"]


def test_a_route_whose_group_alone_has_changed_moves_with_it(reads: list[str]) -> None:
    remembered = Remembered()
    load(files(b=B % "", g=GROUP % "legacy"), remembered)
    moved = load(files(b=B % "", g=GROUP % "shadow"), remembered)
    assert reads == ["routes/b.yaml", "routes/g.yaml", "routes/g.yaml"]
    assert moved.configuration is not None
    assert [route.stage.value for route in moved.configuration.routes] == ["shadow"]
    assert same(moved, load(files(b=B % "", g=GROUP % "shadow")))


def test_a_mistake_in_a_file_that_has_not_changed_is_told_again() -> None:
    remembered = Remembered()
    mistaken = files(a=A % "sideways", b=B % ", stage: legacy")
    first, second = load(mistaken, remembered), load(mistaken, remembered)
    assert first.mistakes
    assert first.mistakes == second.mistakes


def test_a_file_that_names_certificates_is_read_each_time(reads: list[str]) -> None:
    platform = "{url: 'https://h', tls: {ca: a.pem}}"
    text = f"routes:\n  - {{name: a.read, match: GET /a, legacy: portal, stage: legacy, platform: {platform}}}\n"
    remembered = Remembered()
    for _ in range(2):
        load(files(a=text), remembered)
    assert reads == ["routes/a.yaml", "routes/a.yaml"]


def test_a_file_that_is_gone_is_forgotten(reads: list[str]) -> None:
    remembered = Remembered()
    both = files(a=A % "legacy", b=B % ", stage: legacy")
    load(both, remembered)
    load(files(b=B % ", stage: legacy"), remembered)
    load(both, remembered)
    assert reads == ["routes/a.yaml", "routes/b.yaml", "routes/a.yaml"]


def test_for_a_command_files_are_read_apart_from_what_serves(reads: list[str]) -> None:
    remembered, written = Remembered(), files(a=A % "legacy")
    load(written, remembered)
    parse(written, Path("/nowhere"), KINDS, {}, serving=False, remembered=remembered)
    parse(written, Path("/elsewhere"), KINDS, {}, serving=False, remembered=remembered)
    assert len(reads) == 3


STAGES = st.sampled_from(["legacy", "shadow", "sideways", ""])
GENERATIONS = st.lists(
    st.fixed_dictionaries(
        {},
        optional={
            "a": STAGES.map(lambda stage: A % stage),
            "b": st.sampled_from([B % "", B % ", stage: legacy", "routes: [", ""]),
            "g": STAGES.map(lambda stage: GROUP % stage),
        },
    ),
    min_size=2,
    max_size=6,
)


@given(GENERATIONS)
def test_whatever_follows_whatever_the_same_is_found_as_by_reading_all(generations: list[dict[str, str]]) -> None:
    remembered = Remembered()
    for generation in generations:
        assert same(load(files(**generation), remembered), load(files(**generation)))
