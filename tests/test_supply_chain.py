"""What the image is made of: a bill of its parts, each with a licence it may have, and a wheel built twice alike."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent


def _module(name: str) -> Any:
    spec = importlib.util.spec_from_file_location(name, ROOT / f"requirements/{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


sbom = _module("sbom")

LOCK = """\
# Made by `make lock`
jinja2==3.1.6 \\
    --hash=sha256:00
cffi==2.1.1 ; platform_python_implementation != 'PyPy' \\
    --hash=sha256:01
"""
PINNED = {"jinja2": "3.1.6", "cffi": "2.1.1"}


def component(name: str, version: str, *licences: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "version": version, "licenses": list(licences)}


def under(licence: str) -> dict[str, Any]:
    return {"license": {"id": licence}}


JINJA = component("Jinja2", "3.1.6", {"license": {"name": "License :: OSI Approved :: BSD License"}})
CFFI = component("cffi", "2.1.1", under("MIT-0"))


def wrong(*components: dict[str, Any], pinned: dict[str, str] = PINNED) -> list[str]:
    return list(sbom.mistakes({"components": components}, pinned))


def test_a_lock_pins_packages_with_and_without_a_condition() -> None:
    assert sbom.pins(LOCK) == PINNED


def test_every_pin_of_the_image_is_read() -> None:
    lock = sbom.PINS.read_text()
    assert len(sbom.pins(lock)) == lock.count("==") - lock.count(" == ") > 40


def test_a_bill_of_all_pins_and_no_more_is_right() -> None:
    assert wrong(JINJA, CFFI) == []


def test_a_pin_that_is_missing_a_package_too_many_and_another_version_are_told() -> None:
    assert wrong(JINJA, component("pip", "23.2", under("MIT"))) == [
        "requirements/runtime.txt: cffi is pinned and not in the bill; install the pins and make it again",
        "requirements/runtime.txt: pip is in the bill and not pinned; remove what installed it, or make lock",
    ]
    assert wrong(JINJA, component("cffi", "2.0.0", under("MIT"))) == [
        "requirements/runtime.txt: cffi is pinned to 2.1.1 and is 2.0.0; install the pins"
    ]


@pytest.mark.parametrize(
    "licence", ["GPL-3.0-only", "AGPL-3.0-or-later", "MIT AND LGPL-3.0-only", "(MIT OR Apache-2.0) AND GPL-2.0-only"]
)
def test_a_licence_that_asks_for_more_is_told(licence: str) -> None:
    said = component("cffi", "2.1.1", {"expression": licence})
    assert wrong(JINJA, said) == [
        f"requirements/sbom.py: cffi is under {licence}; do without it, or say in EXCEPTIONS why it may stay"
    ]


def test_a_package_without_a_licence_is_told() -> None:
    assert wrong(JINJA, component("cffi", "2.1.1")) == [
        "requirements/sbom.py: cffi names no licence; find out which it has, and name it in EXCEPTIONS"
    ]


def test_a_licence_to_choose_from_is_chosen_and_of_several_each_counts() -> None:
    assert wrong(JINJA, component("cffi", "2.1.1", {"expression": "GPL-2.0-only OR Apache-2.0 AND MIT"})) == []
    assert len(wrong(JINJA, component("cffi", "2.1.1", under("MIT"), under("GPL-2.0-only")))) == 1


def test_an_exception_is_for_its_package_and_its_licence_alone() -> None:
    mozilla = "License :: OSI Approved :: Mozilla Public License 2.0 (MPL 2.0)"
    said = [under("MPL-2.0"), {"license": {"name": mozilla}}]
    assert wrong(component("certifi", "1", *said), pinned={"certifi": "1"}) == []
    assert len(wrong(component("certifi", "1", under("EPL-2.0")), pinned={"certifi": "1"})) == 1
    assert len(wrong(component("cffi", "1", *said), pinned={"cffi": "1"})) == 2


def test_every_exception_is_of_a_package_that_is_pinned_and_has_its_reason() -> None:
    assert sbom.EXCEPTIONS.keys() <= sbom.pins(sbom.PINS.read_text()).keys()
    assert all(reason for _, reason in sbom.EXCEPTIONS.values())


def test_two_builds_of_the_wheel_are_equal_byte_for_byte(tmp_path: Path) -> None:
    """Of copies in other folders, with other times and modes: who builds it, where and when shows in nothing."""
    wheels = [_build(tmp_path / "first", mask=0o022), _build(tmp_path / "then/second", mask=0o077)]
    assert wheels[0].name == wheels[1].name
    assert wheels[0].read_bytes() == wheels[1].read_bytes()


def _build(folder: Path, *, mask: int) -> Path:
    left = shutil.ignore_patterns("__pycache__", "state", "records")
    for name in ("facade", "adapters", "config"):
        shutil.copytree(ROOT / name, folder / name, ignore=left)
    for name in ("pyproject.toml", "README.md", "LICENCE"):
        shutil.copyfile(ROOT / name, folder / name)
    for path in folder.rglob("*"):
        os.utime(path, (mask, mask))
        path.chmod((0o777 if path.is_dir() else 0o666) & ~mask)
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder / "dist")]
    environment = os.environ | {"SOURCE_DATE_EPOCH": "1700000000"}
    subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True)
    (wheel,) = (folder / "dist").glob("*.whl")
    return wheel
