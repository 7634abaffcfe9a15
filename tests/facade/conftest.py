"""A small good configuration in a folder, and what tests read and change of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from facade.config.kinds import Kinds
from facade.config.settings import Configuration
from facade.control.source import Source

FACADE = """\
version: 1
listen: 127.0.0.1:0
observe: 127.0.0.1:0
admin: 127.0.0.1:0
state: state
unmatched: portal
"""
PORTAL = """\
silo: portal
adapter: passthrough
owner: Licensing
switch_off: 2027-03-31
settings: {url: "http://127.0.0.1:7000"}
---
silo: registry
adapter: passthrough
settings: {url: "http://127.0.0.1:7001"}
"""
PROPERTY = """\
routes:
  - name: titles.read
    match: GET /titles/{number}     # the first to move
    legacy: registry
    platform: http://127.0.0.1:7101
    stage: legacy
    canary: {share: 10%, by: cookie session}

  - name: claims.write
    match: /claims/{reference...}
    legacy: portal
    platform: http://127.0.0.1:7102
    stage: legacy

  - name: old.search
    match: GET /search
    stage: gone
    successor: /find
"""
JOURNEY = """\
routes:
  - name: searches.read
    match: GET /searches/{id}
    legacy: portal
    platform: http://127.0.0.1:7103
  - name: charges.read
    match: GET /charges/{id}
    legacy: portal
    platform: http://127.0.0.1:7103
groups:
  - name: conveyancing
    routes: [searches.read, charges.read]
    stage: canary
    canary: {share: 25%, by: cookie session}
"""


@dataclass(frozen=True)
class Files:
    """A configuration's folder."""

    folder: Path

    def write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def change(self, name: str, old: str, new: str) -> None:
        text = (self.folder / name).read_text()
        assert old in text
        self.write(name, text.replace(old, new))

    def source(self, *, serving: bool = True, **environment: str) -> Source:
        return Source(self.folder, Kinds.discover(), environment, serving=serving)

    def configuration(self) -> Configuration:
        loaded = self.source().load()
        assert loaded.configuration is not None, [str(mistake) for mistake in loaded.mistakes]
        return loaded.configuration


@pytest.fixture
def files(tmp_path: Path) -> Files:
    files = Files(tmp_path / "config")
    files.write("facade.yaml", FACADE)
    files.write("silos/old.yaml", PORTAL)
    files.write("routes/property.yaml", PROPERTY)
    files.write("routes/journey.yaml", JOURNEY)
    return files
