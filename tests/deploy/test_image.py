"""The image's recipe keeps its promises, as far as they can be read.

That the installed package runs like that is shown by tests/scenarios/test_read_only_unprivileged.py.
"""

from __future__ import annotations

import ast
import json
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
RECIPE = re.sub(r"\\\n\s*", "", (ROOT / "Dockerfile").read_text())
BUILD, FINAL = re.split(r"^FROM .*$", RECIPE, flags=re.MULTILINE)[1:]


def instruction(name: str) -> str:
    (only,) = re.findall(rf"^{name} (.*)$", FINAL, re.MULTILINE)
    return str(only)


ENVIRONMENT = dict(pair.split("=", 1) for pair in instruction("ENV").split())


def test_the_build_stays_behind() -> None:
    assert "COPY --from=build /opt/facade /opt/facade" in FINAL
    assert "pip" not in FINAL


def test_packages_are_installed_by_hash_and_the_project_without_any_other() -> None:
    installs = re.findall(r"pip [^&\n]*?\b(?:install|wheel) ([^&\n]*)", BUILD)
    assert len(installs) == 4
    assert all(install.startswith(("--require-hashes --only-binary :all:", "--no-deps")) for install in installs)


def test_every_command_in_it_finds_the_folder_that_is_mounted() -> None:
    assert ENVIRONMENT["FACADE_CONFIG"] == "/etc/facade"
    assert "install -d -m 0755 /etc/facade" in FINAL


def test_it_runs_as_a_user_without_privileges_named_by_number() -> None:
    user = instruction("USER")
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", user)
    assert f"-o {user.replace(':', ' -g ')} -m 0700 /var/lib/facade" in FINAL
    assert json.loads(instruction("VOLUME")) == ["/var/lib/facade"]


def test_signals_reach_the_process_because_no_shell_stands_before_it() -> None:
    assert json.loads(instruction("ENTRYPOINT")) == ["facade"]
    assert json.loads(instruction("CMD")) == ["serve"]
    assert instruction("STOPSIGNAL") == "SIGTERM"


def test_callers_and_probes_come_from_outside_and_operators_do_not() -> None:
    assert ENVIRONMENT["FACADE_LISTEN"] == "0.0.0.0:8080"
    assert ENVIRONMENT["FACADE_OBSERVE"] == "0.0.0.0:9902"
    assert "FACADE_ADMIN" not in ENVIRONMENT
    assert instruction("EXPOSE") == "8080 9902"


def test_the_health_check_needs_nothing_but_the_interpreter() -> None:
    command = json.loads(instruction("HEALTHCHECK").partition(" CMD ")[2])
    assert command[:2] == ["python", "-c"]
    ast.parse(command[2])
    assert "http://127.0.0.1:9902/livez" in command[2]


LABELS = ("title", "description", "licenses", "version", "revision", "created", "source", "base.name")


@pytest.mark.parametrize("label", LABELS)
def test_the_image_says_what_it_is(label: str) -> None:
    assert f"org.opencontainers.image.{label}=" in instruction("LABEL")


def test_the_image_has_the_version_of_the_project() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert f"ARG VERSION={version}\n" in FINAL
    assert f"image: strangler-facade:{version}\n" in (ROOT / "deploy/kubernetes/deployment.yaml").read_text()


def test_everything_that_is_copied_is_let_into_the_build() -> None:
    let_in = set(re.findall(r"^!(\S+)$", (ROOT / ".dockerignore").read_text(), re.MULTILINE))
    copied = {name for line in re.findall(r"^COPY (?!--)(.*) \S+$", BUILD, re.MULTILINE) for name in line.split()}
    assert copied == let_in
