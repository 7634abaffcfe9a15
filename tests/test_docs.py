"""The documents keep their promises: links lead somewhere, diagrams are fresh, examples load, all is documented."""

from __future__ import annotations

import json
import re
import runpy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tokens import key_set

from facade.cli.commands import COMMANDS, run
from facade.config.kinds import Kinds
from facade.config.load import load
from facade.telemetry.families import FAMILIES
from facade.wire import refusals

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted(page for place in ("*", "docs/**/*", "deploy/**/*", "adapters/*/*") for page in ROOT.glob(f"{place}.md"))
CONFIGURATION = (ROOT / "docs/configuration.md").read_text()


SECRETS = {
    "ADDRESS_KEY": "t",
    "ADMIN_TOKEN": "t",
    "BAILIFFS_KEY": "the-key-of-the-bailiffs",
    "BENEFITS_DB_URL": "sqlite:///benefits.sqlite",
    "PAY_KEY": "t",
    "PORTAL_PASSWORD": "t",
    "PORTAL_USER": "t",
}
KEYS = {"login.jwks.json": key_set().decode()}
"""What the examples name and no page shows."""


def name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def anchors(page: Path) -> set[str]:
    """The fragments of a page's headings, as code hosts make them."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def examples(text: str) -> dict[str, str]:
    """The YAML blocks that say in their first line which file of a configuration they are."""
    return dict(re.findall(r"```yaml\n# ([\w/.-]+\.yaml)\n(.*?)```", text, re.DOTALL))


def beside(text: str) -> dict[str, str]:
    """The blocks of other languages that say in a comment of their first line which file beside a silo's they are."""
    return dict(re.findall(r"```(?:cobol|xml)\n\W*(silos/[\w/.-]*\w)\W*\n(.*?)```", text, re.DOTALL))


def write(files: dict[str, str], folder: Path) -> Path:
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    return folder


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_link_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\((?!https?:)([^)]+)\)", page.read_text()):
        path, _, fragment = target.partition("#")
        led = (page.parent / path).resolve() if path else page
        assert led.exists(), target
        assert not fragment or fragment in anchors(led), target


def test_the_stage_diagrams_are_those_of_the_tables() -> None:
    page = (ROOT / "docs/stages.md").read_text()
    draw = runpy.run_path(str(ROOT / "docs/draw_stages.py"))
    assert draw["drawn"](page) == page, "stale; run python docs/draw_stages.py"
    assert page.count("stateDiagram-v2") == len(draw["TABLES"])


def test_the_configuration_examples_are_one_good_configuration(tmp_path: Path) -> None:
    files = examples(CONFIGURATION)
    assert {"facade.yaml", "silos/portal.yaml", "routes/benefits.yaml"} <= files.keys()
    loaded = load(write(files | KEYS, tmp_path), Kinds.discover(), SECRETS, serving=True)
    assert [str(mistake) for mistake in loaded.mistakes] == []
    assert [str(warning) for warning in loaded.warnings] == []


# The page on writing an adapter makes a kind of its own: tests/docs/ builds it.
FITTING = [page for page in PAGES if examples(page.read_text()) and page.name != "writing-an-adapter.md"]


@pytest.mark.parametrize("page", FITTING, ids=name)
def test_the_examples_of_every_page_fit_into_it(page: Path, tmp_path: Path) -> None:
    files = examples(CONFIGURATION) | examples(page.read_text()) | beside(page.read_text())
    loaded = load(write(files | KEYS, tmp_path), Kinds.discover(), SECRETS, serving=True)
    assert [str(mistake) for mistake in loaded.mistakes] == []


def test_no_yaml_example_escapes_the_tests() -> None:
    for page in PAGES:
        text = page.read_text()
        assert text.count("```yaml\n") == len(examples(text)), f"{page}: an example without its file's name"


def keys(schema: Any) -> Iterator[str]:
    """Every property name of a JSON Schema."""
    if isinstance(schema, dict):
        properties = schema.get("properties")
        if isinstance(properties, dict):
            yield from properties
        for value in schema.values():
            yield from keys(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from keys(value)


@pytest.mark.parametrize("schema", sorted((ROOT / "config/schema").glob("*.json")), ids=lambda path: path.name)
def test_every_key_is_documented(schema: Path) -> None:
    said = {word for span in re.findall(r"`([^`\n]+)`", CONFIGURATION) for word in re.findall(r"\w+", span)}
    assert sorted(set(keys(json.loads(schema.read_text()))) - said) == []


OPERATING = (ROOT / "docs/operating.md").read_text()


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_every_metric_is_documented_with_its_labels(family: Any) -> None:
    labels = ", ".join(f"`{label}`" for label in family.labels)
    assert re.search(rf"^\| `{family.name}` \| {labels} ?\|", OPERATING, re.MULTILINE)


@pytest.mark.parametrize("problem", refusals.ALL, ids=lambda problem: problem.reason)
def test_every_error_of_the_facades_own_is_documented(problem: Any) -> None:
    assert f"| {problem.status} | `{problem.reason}` |" in OPERATING


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_documented_with_its_options(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        run([command, "--help"])
    offered = set(re.findall(r"--[a-z][a-z-]*", capsys.readouterr().out)) - {"--help"}
    (row,) = re.findall(rf"^\| `facade {command}\b.*$", OPERATING, re.MULTILINE)
    everywhere = {"--json", "--config", "--admin"}
    assert offered - everywhere <= set(re.findall(r"--[a-z][a-z-]*", row))


def test_the_threat_model_says_what_each_limit_protects() -> None:
    model = (ROOT / "docs/threat-model.md").read_text().partition("## What each limit protects")[2]
    keys = re.findall(
        r"^\| `(\w+)` \|", CONFIGURATION.partition("| `limits` | default |")[2].partition("\n\n")[0], re.MULTILINE
    )
    assert len(keys) > 10
    assert [key for key in keys if not re.search(rf"`(limits\.)?{key}`", model)] == []


def test_what_the_threat_model_names_as_proof_is_there() -> None:
    """Tests are named from the top, or by their file in tests/scenarios alone."""
    model = (ROOT / "docs/threat-model.md").read_text()
    named = re.findall(r"`((?:tests/)?[\w/]*test_\w+\.py|tests/[\w/]+)`", model)
    assert len(named) > 20
    at = {each: ROOT / (each if each.startswith("tests/") else f"tests/scenarios/{each}") for each in named}
    assert [each for each, path in at.items() if not path.exists()] == []


def test_each_promise_of_security_leads_to_its_place_in_the_threat_model() -> None:
    promises = (ROOT / "SECURITY.md").read_text().partition("## What the sidecar promises")[2].partition("\n## ")[0]
    items = re.findall(r"^- (.*?)(?=^- |^\n|\Z)", promises, re.DOTALL | re.MULTILINE)
    assert len(items) == promises.count("\n- ") > 7
    assert [item for item in items if "](docs/threat-model.md#" not in item] == []
