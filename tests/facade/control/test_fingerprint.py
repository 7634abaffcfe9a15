from __future__ import annotations

import os
from pathlib import Path

from facade.control.fingerprint import fingerprint, identities


def test_a_written_a_new_and_a_removed_file_each_change_the_fingerprint(files):
    seen = [fingerprint(files.folder)]
    files.write("routes/property.yaml", "routes: []\n# longer")
    seen.append(fingerprint(files.folder))
    files.write("routes/new.yaml", "routes: []")
    seen.append(fingerprint(files.folder))
    (files.folder / "facade.yaml").unlink()
    seen.append(fingerprint(files.folder))
    assert len(set(seen)) == 4


def test_keys_beside_the_files_are_looked_at(files):
    seen = {fingerprint(files.folder)}
    for text in ("{}", '{"keys": []}'):
        files.write("login.jwks.json", text)
        seen.add(fingerprint(files.folder))
    files.write("notes.json", "{}")
    seen.add(fingerprint(files.folder))
    assert len(seen) == 3


def test_what_a_link_points_to_is_looked_at(files, tmp_path: Path):
    target = tmp_path / "elsewhere.yaml"
    target.write_text("routes: []")
    (files.folder / "routes/linked.yaml").symlink_to(target)
    before = fingerprint(files.folder)
    target.write_text("routes: [] # changed")
    assert fingerprint(files.folder) != before


def test_a_database_or_a_log_beside_the_files_changes_nothing(files):
    before = fingerprint(files.folder)
    files.write("records.sqlite", "x")
    files.write("state/sidecar.log", "x")
    files.write("routes/.property.yaml.swp", "x")
    assert fingerprint(files.folder) == before


def test_lost_permission_is_seen(files):
    before = fingerprint(files.folder)
    (files.folder / "facade.yaml").chmod(0o000)
    assert fingerprint(files.folder) != before


def test_a_folder_that_does_not_exist_has_an_empty_fingerprint(tmp_path: Path):
    assert fingerprint(tmp_path / "nowhere") == frozenset()


def test_a_folder_that_is_replaced_has_another_identity(files, tmp_path: Path):
    before = identities(files.folder)
    (tmp_path / "new").mkdir()
    os.rename(files.folder / "routes", tmp_path / "old")
    os.rename(tmp_path / "new", files.folder / "routes")
    assert identities(files.folder) != before
