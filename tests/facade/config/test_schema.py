import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from facade.config.compose import compose_text
from facade.config.nodes import plain
from facade.config.schema import FOLDER, main, schemas

ROOT = Path(__file__).resolve().parents[3]
EXAMPLES = {
    "callers.json": [],  # there are none to ship: what callers show is each operator's own
    "external.json": [],
    "facade.json": ["facade.yaml"],
    "silo.json": [
        "silos/land-registry.yaml",
        "silos/benefits-db.yaml",
        "silos/planning-register.yaml",
        "silos/vehicle-register.yaml",
    ],
    "routes.json": ["routes/property.yaml", "routes/benefits.yaml"],
}


def document(text: str) -> object:
    tree = plain(compose_text("a.yaml", text).documents[0])
    if isinstance(tree, dict) and "version" in tree:
        # An editor reads a plain number as a number.
        tree["version"] = int(tree["version"])
        for key in tree.get("limits", {}).keys() & {"headers", "connections"}:
            tree["limits"][key] = int(tree["limits"][key])
    for route in tree.get("routes", []) if isinstance(tree, dict) else []:
        for key in route.get("guard", {}).keys() & {"calls", "compared"}:
            route["guard"][key] = int(route["guard"][key])
    return tree


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_the_shipped_schema_is_fresh(name: str):
    assert (ROOT / FOLDER / name).read_text() == schemas()[name], "stale; run python -m facade.config.schema"


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_a_schema_is_one(name: str):
    Draft202012Validator.check_schema(json.loads(schemas()[name]))


@pytest.mark.parametrize(("name", "file"), [(name, file) for name, files in EXAMPLES.items() for file in files])
def test_the_shipped_files_fit_their_schema(name: str, file: str):
    validator = Draft202012Validator(json.loads(schemas()[name]))
    assert [error.message for error in validator.iter_errors(document((ROOT / "config" / file).read_text()))] == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("callers.json", "callers: [{header: X-A=a}]"),
        ("callers.json", "callers: [{name: a, api_key: written-out}]"),
        ("callers.json", "callers: [{name: a, san: a}]"),
        ("callers.json", "tokens: [{issuer: a, keys: https://a/jwks.json, audience: a}]"),
        ("callers.json", "tokens: [{issuer: a, keys: a.jwks.json, audience: a, algorithms: HS256}]"),
        ("facade.json", "listn: a"),
        ("facade.json", "drain: {pause: 5}"),
        ("facade.json", "version: 2"),
        ("facade.json", "limits: {body: 1GB}"),
        ("silo.json", "silo: a"),
        ("silo.json", "{silo: a, adapter: passthrough, settings: {url: ftp://a}}"),
        ("silo.json", "{silo: a, adapter: passthrough, settings: {url: http://a}, protect: {hours: x}}"),
        ("routes.json", "routes: [{name: a}]"),
        ("routes.json", "routes: [{name: a, match: /a, stage: live}]"),
        ("routes.json", "routes: [{name: a, match: /a, stage: canary, canary: {share: 25}}]"),
        ("routes.json", "routes: [{name: a, match: /a, stage: legacy, shadow: {samples: 10%}}]"),
    ],
)
def test_an_editor_marks_a_mistake(name: str, text: str):
    assert list(Draft202012Validator(json.loads(schemas()[name])).iter_errors(document(text)))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (
            "callers.json",
            "{tokens: [{issuer: a, keys: a.jwks.json, audience: [a, b], algorithms: ES256, leeway: 1m}], "
            "callers: [{name: a, api_key: '${env:K}', certificate: CN=a, san: [DNS:a], claim: a=b, header: A=b}]}",
        ),
        ("facade.json", "{listen: '127.0.0.1:1', admin: {address: '127.0.0.1:1', token: '${env:T}'}}"),
        ("silo.json", "{silo: a, adapter: passthrough, settings: {url: '${env:URL}'}}"),
        ("silo.json", "{silo: a, adapter: any, settings: {x: {y: z}}, operations: {b: {c: d}}}"),
        (
            "routes.json",
            "routes: [{name: a, match: {path: /a, headers: {X: y}}, stage: legacy, platform: {url: http://a}}]",
        ),
        ("routes.json", "routes: [{name: a, match: /a, stage: canary, canary: {share: 25%, by: [address, path x]}}]"),
    ],
)
def test_an_editor_accepts_what_is_good(name: str, text: str):
    assert list(Draft202012Validator(json.loads(schemas()[name])).iter_errors(document(text))) == []


def test_every_schema_is_looked_at():
    assert EXAMPLES.keys() == schemas().keys()


def test_schemas_are_written_into_a_folder(tmp_path: Path):
    main(tmp_path / "new")
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == sorted(schemas())
