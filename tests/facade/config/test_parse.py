from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facade.config.compose import MAX_FILE_BYTES
from facade.config.kinds import Kinds
from facade.config.mistake import MAX_MISTAKES
from facade.config.parse import parse, revision_of
from facade.config.settings import Settings

SECRET = "hunter2-s3cret"


def test_good_files_make_a_configuration(read):
    loaded = read()
    assert loaded.mistakes == loaded.warnings == ()
    assert loaded.configuration.revision == loaded.revision
    assert set(loaded.configuration.silos) == {"portal", "register"}
    assert [route.name for route in loaded.configuration.routes] == ["titles.read"]


def test_mistakes_of_every_file_are_told_in_one_pass_in_order(told):
    assert [
        each.split(":")[:2]
        for each in told(
            {
                "facade.yaml": "version: 1\nlog: loud\nunmatched: nobody\n",
                "silos/portal.yaml": "silo: portal\nadapter: passthrough\nsettings: {url: a}\nowner: []\n",
                "silos/register.yaml": "silo: [",
                "routes/a.yaml": "routes:\n- {name: a, match: b, legacy: portal, stage: c}\n",
                "routes/b.yaml": "routes:\n- {name: a, match: /b, legacy: portal.x, stage: legacy}\n",
            }
        )
    ] == [
        ["facade.yaml", "2"],
        ["silos/portal.yaml", "3"],
        ["silos/portal.yaml", "4"],
        ["silos/register.yaml", "1"],
        ["routes/a.yaml", "2"],
        ["routes/a.yaml", "2"],
        ["routes/b.yaml", "2"],
        ["routes/b.yaml", "2"],
    ]


def test_a_mistaken_configuration_is_none(read):
    assert read({"facade.yaml": "version: 2\n"}).configuration is None


def test_without_facade_yaml_there_is_no_configuration(good, tmp_path: Path):
    del good["facade.yaml"]
    files = {name: str(text).encode() for name, text in good.items() if name != "silos/register.yaml"}
    loaded = parse(files, tmp_path, Kinds(()), {}, serving=True)
    assert [str(each) for each in loaded.mistakes] == [
        "facade.yaml:1: does not exist; create it, beside the folders silos and routes"
    ]


@pytest.mark.parametrize("file", ["facade.yaml", "silos/portal.yaml", "routes/a.yaml"])
@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", "is empty; "),
        (b"a: [1\n", "is not YAML: "),
        (b"\x80\x81", "is not UTF-8 text; "),
        (b"[" * (MAX_FILE_BYTES + 1), "is longer than 4194304 bytes; "),
        (b"a: !!python/object/apply:os.system [x]\n", 'the tag "!!python/object/apply:os.system" is not read; '),
        (b"a: &a [x]\nb: [*a]\n", "*a is an alias; "),
        (b"[" * 100_000, "is more than 32 levels deep; "),
        (b"a: 1\na: 2\n", '"a" stands twice, here and in line 1; '),
        (b"- 1\n", "is not a block of keys; "),
    ],
)
def test_a_file_that_cannot_be_read_is_told(told, file: str, content: bytes, what: str):
    mistakes = told({file: content})
    assert any(each.startswith(f"{file}:") and what in each for each in mistakes), mistakes


def test_mistakes_are_bounded(read):
    loaded = read({"routes/a.yaml": "routes:\n" + "".join(f"- {{name: r{n}}}\n" for n in range(10_000))})
    assert len(loaded.mistakes) == MAX_MISTAKES + 1
    assert "more mistakes from here on; mend those above first" in str(loaded.mistakes[-1])


def test_the_revision_is_the_hash_of_every_name_and_byte():
    files = {"facade.yaml": b"version: 1\n", "routes/a.yaml": b"routes: []\n"}
    revision = revision_of(files)
    assert len(revision) == 12
    assert int(revision, 16) >= 0
    assert revision_of(dict(reversed(files.items()))) == revision
    assert revision_of({**files, "routes/a.yaml": b"routes: []"}) != revision
    assert revision_of({"facade.yaml": b"version: 1\n", "routes/b.yaml": b"routes: []\n"}) != revision
    assert revision_of({"a": b"bc"}) != revision_of({"ab": b"c"})


def test_the_same_files_have_the_same_revision_wherever_they_lie(good, tmp_path: Path):
    files = {name: str(text).encode() for name, text in good.items()}
    here = parse(files, tmp_path / "a", Kinds(()), {}, serving=True)
    there = parse(files, tmp_path / "b", Kinds(()), {}, serving=False)
    assert here.revision == there.revision


@pytest.mark.parametrize(
    ("text", "environment", "state"),
    [
        ("state: kept\n", {}, "kept"),
        ("state: kept\nlisten: nonsense\n", {}, "kept"),
        ("state: kept\n", {"FACADE_STATE": "elsewhere"}, "elsewhere"),
        ("state: /var/x\nversion: 9\n", {}, "/var/x"),
    ],
)
def test_the_state_folder_is_told_even_of_a_mistaken_file(read, tmp_path: Path, text, environment, state: str):
    assert read({"facade.yaml": text}, environment=environment).state == tmp_path / state


@pytest.mark.parametrize("text", ["state: [\n", "version: 1\n", "state: []\n"])
def test_the_state_folder_has_a_default(read, text: str):
    assert read({"facade.yaml": text}).state == Settings().state


def test_a_relative_folder_is_told_as_a_whole_one(good, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.chdir(tmp_path)
    files = {name: str(text).encode() for name, text in good.items() if name != "silos/register.yaml"}
    files["facade.yaml"] = b"state: kept\n"
    loaded = parse(files, Path(), Kinds(()), {}, serving=True)
    assert loaded.configuration is not None
    assert loaded.configuration.settings.state == tmp_path / "kept"


# Secrets


def test_an_address_that_came_from_a_substitution_is_not_shown(read):
    silo = "silo: portal\nadapter: passthrough\nsettings: {url: '${env:URL}'}\n"
    loaded = read({"silos/portal.yaml": silo}, environment={"URL": "http://hidden.example"})
    assert loaded.configuration is not None
    assert loaded.configuration.silos["portal"].reach.url == "http://hidden.example"
    assert "hidden" not in repr(loaded)


def with_secrets() -> dict[str, str | bytes]:
    return {
        "facade.yaml": 'admin: {address: 127.0.0.1:1, token: "${env:TOKEN}"}\n',
        "silos/register.yaml": (
            'silo: register\nadapter: drawer\nsettings: {cabinet: "${env:CABINET}"}\noperations: {find: {}}\n'
        ),
    }


def test_no_secret_is_in_what_is_shown(read):
    loaded = read(with_secrets(), environment={"TOKEN": SECRET, "CABINET": SECRET})
    assert loaded.configuration is not None
    assert loaded.configuration.settings.admin_token == SECRET
    assert loaded.configuration.silos["register"].reach.settings.cabinet == SECRET
    assert SECRET not in repr(loaded)
    assert SECRET not in repr(loaded.configuration)
    assert all(SECRET.encode() not in content for content in loaded.files.values())


def test_a_missing_secret_is_a_mistake_in_serving(read):
    assert [str(each) for each in read(with_secrets()).mistakes] == [
        "facade.yaml:1: ${env:TOKEN} is not set; set TOKEN in the environment of the facade",
        "silos/register.yaml:3: ${env:CABINET} is not set; set CABINET in the environment of the facade",
    ]


def test_a_missing_secret_is_a_warning_in_checking_and_the_rest_is_judged(read):
    loaded = read(with_secrets(), serving=False)
    assert [str(each) for each in loaded.warnings] == [
        "facade.yaml:1: ${env:TOKEN} is not set; set TOKEN in the environment of the facade",
        "silos/register.yaml:3: ${env:CABINET} is not set; set CABINET in the environment of the facade",
    ]
    assert loaded.configuration is not None
    assert loaded.configuration.settings.admin_token is None


def test_a_missing_secret_hides_no_other_mistake(read):
    silo = "silo: portal\nadapter: passthrough\nsettings: {url: '${env:URL}', host: me}\nowner: []\n"
    loaded = read({"silos/portal.yaml": silo}, serving=False)
    assert [each.place.line for each in loaded.mistakes] == [3, 4]
    assert len(loaded.warnings) == 1


def test_a_missing_address_of_a_silo_leaves_a_configuration_that_can_be_explained(read):
    silo = "silo: portal\nadapter: passthrough\nsettings: {url: '${env:URL}'}\n"
    loaded = read({"silos/portal.yaml": silo}, serving=False)
    assert loaded.configuration is not None
    assert loaded.configuration.silos["portal"].reach.url == "${env:URL}"


# Whatever is in a file


WORDS = st.sampled_from(
    "version listen admin token address tls routes groups name match legacy platform stage canary share by silo "
    "adapter settings url operations passthrough drawer sql portal GET /a/{b} 25% 10s http://a:1 cookie ${env:A} "
    "${file:/x} freeze from to log drain limits trust unmatched headers path method host successor owner switch_off "
    "2027-01-01 true 1 x".split()
) | st.text(max_size=6)  # fmt: skip
TREES = st.recursive(
    WORDS | st.none(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS, inner, max_size=5),
    max_leaves=25,
)


def flow(tree: object) -> str:
    """A tree as YAML in flow style, every text in double quotes or as it is."""
    if isinstance(tree, dict):
        return "{" + ", ".join(f"{flow(key)}: {flow(value)}" for key, value in tree.items()) + "}"
    if isinstance(tree, list):
        return "[" + ", ".join(map(flow, tree)) + "]"
    if tree is None:
        return ""
    return '"' + "".join(each if each.isalnum() else f"\\U{ord(each):08x}" for each in str(tree)) + '"'


@settings(max_examples=150)
@given(st.sampled_from(["facade.yaml", "silos/a.yaml", "routes/a.yaml"]), TREES, st.booleans())
def test_no_tree_is_too_odd_to_be_told_about(file: str, tree: object, serving: bool):
    files = {"facade.yaml": b"version: 1\n", file: flow(tree).encode("utf-8", "replace")}
    loaded = parse(files, Path("/nowhere"), Kinds.discover(), {"A": "b"}, serving=serving)
    assert loaded.mistakes
    assert all("\n" not in str(each) for each in loaded.mistakes)


SHIPPED = Path(__file__).resolve().parents[3] / "config"


@settings(max_examples=150)
@given(
    st.sampled_from(["facade.yaml", "silos/benefits-db.yaml", "silos/portal.yaml", "routes/benefits.yaml"]),
    st.integers(0, 1000),
    st.integers(0, 12),
    WORDS | TREES.map(flow),
)
def test_no_slip_in_a_good_file_is_too_odd_to_be_told_about(file: str, at: int, cut: int, instead: object):
    text = (SHIPPED / file).read_text()
    at = at * len(text) // 1000
    changed = text[:at] + str(instead) + text[at + cut :]
    names = ("facade.yaml", "silos/benefits-db.yaml", "silos/portal.yaml", "routes/benefits.yaml")
    files = {name: (SHIPPED / name).read_bytes() for name in names} | {file: changed.encode("utf-8", "replace")}
    loaded = parse(files, SHIPPED, Kinds.discover(), {}, serving=True)
    assert (loaded.configuration is None) == bool(loaded.mistakes)
    assert all("\n" not in str(each) and "; " in str(each) for each in (*loaded.mistakes, *loaded.warnings))


@settings(max_examples=150)
@given(st.sampled_from(["facade.yaml", "silos/a.yaml", "routes/a.yaml"]), st.binary(max_size=120))
def test_no_bytes_are_too_odd_to_be_told_about(file: str, content: bytes):
    loaded = parse({file: content}, Path("/nowhere"), Kinds(()), {}, serving=True)
    assert loaded.configuration is None
    assert loaded.mistakes
