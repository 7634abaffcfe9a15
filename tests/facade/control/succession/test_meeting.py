from __future__ import annotations

from pathlib import Path

from facade.control.succession.meeting import FILE, _short, leave


def test_a_path_that_fits_is_used_as_it_is(tmp_path: Path):
    with _short(Path("/run/facade"), FILE) as path:
        assert path == f"/run/facade/{FILE}"


def test_a_path_too_long_for_an_address_is_reached_through_its_folder(tmp_path: Path):
    deep = tmp_path / ("d" * 100) / ("e" * 100)
    deep.mkdir(parents=True)
    (deep / FILE).write_text("here")
    with _short(deep, FILE) as path:
        assert len(path) < 100
        assert Path(path).read_text() == "here"
    assert not Path(path).exists()


def test_only_our_own_file_is_taken_away(tmp_path: Path):
    place = tmp_path / FILE
    place.write_text("a successor's")
    leave(tmp_path, place.stat().st_ino + 1)
    assert place.exists()
    leave(tmp_path, place.stat().st_ino)
    assert not place.exists()
    leave(tmp_path, 1)
