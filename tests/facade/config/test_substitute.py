import os
from pathlib import Path

import pytest

from facade.config.compose import compose_text
from facade.config.nodes import locate, plain
from facade.config.substitute import MAX_SECRET_BYTES, Secrets, misplaced


def filled(text: str, environment: dict[str, str] | None = None, *, serving: bool = True) -> tuple[object, Secrets]:
    secrets = Secrets(environment or {}, serving=serving)
    (document,) = compose_text("silos/a.yaml", text).documents
    return plain(secrets.fill(document)), secrets


def test_a_variable_stands_for_its_value():
    value, secrets = filled("url: '${env:URL}'", {"URL": "http://a"})
    assert value == {"url": "http://a"}
    assert secrets.variables == {"URL"}


def test_a_file_stands_for_its_text_without_its_last_line_end(tmp_path: Path):
    (tmp_path / "password").write_text("s3cret\n")
    (tmp_path / "dos").write_bytes(b"s3cret\r\n")
    (tmp_path / "two").write_text("a\nb\n\n")
    value, _ = filled(f"[ '${{file:{tmp_path}/password}}', '${{file:{tmp_path}/dos}}', '${{file:{tmp_path}/two}}' ]")
    assert value == ["s3cret", "s3cret", "a\nb\n"]


def test_a_substitution_may_be_a_part_of_a_text_and_deep_in_a_block():
    value, _ = filled("a: [{b: 'x://${env:U}:${env:P}@h'}]", {"U": "me", "P": "pw"})
    assert value == {"a": [{"b": "x://me:pw@h"}]}


def test_a_doubled_dollar_is_a_literal_one():
    assert filled("a: '$${env:U} $5 ${env:U}'", {"U": "me"})[0] == {"a": "${env:U} $5 me"}


def test_what_was_put_in_is_not_substituted_again():
    assert filled("a: '${env:U}'", {"U": "${env:V}", "V": "no"})[0] == {"a": "${env:V}"}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("${env:NONE}", "${env:NONE} is not set; set NONE in the environment of the facade"),
        ("${env:EMPTY}", "${env:EMPTY} is not set; set EMPTY in the environment of the facade"),
        (
            "${file:/nowhere/x}",
            "the secret ${file:/nowhere/x} does not exist; create it, or mend what points to it",
        ),
    ],
)
def test_a_missing_secret_is_a_mistake_in_serving_and_else_a_warning(text: str, sentence: str):
    _, serving = filled(f"\na: '{text}'", {"EMPTY": ""})
    assert [str(each) for each in serving.mistakes] == [f"silos/a.yaml:2: {sentence}"]
    assert serving.warnings == []
    value, checking = filled(f"\na: '{text}'", {"EMPTY": ""}, serving=False)
    assert [str(each) for each in checking.warnings] == [f"silos/a.yaml:2: {sentence}"]
    assert checking.mistakes == []
    assert value == {"a": text}


def test_an_empty_secret_is_a_missing_one(tmp_path: Path):
    (tmp_path / "empty").write_text("\n")
    _, secrets = filled(f"a: '${{file:{tmp_path}/empty}}'")
    (mistake,) = secrets.mistakes
    assert (mistake.what, mistake.mend) == (
        f"the secret ${{file:{tmp_path}/empty}} is empty",
        "write the secret into it",
    )


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("${HOME}", "${HOME} is no substitution; write ${env:NAME} or ${file:/path}, and $${ for ${"),
        ("${exec:ls}", "${exec:ls} is no substitution; write ${env:NAME} or ${file:/path}, and $${ for ${"),
        ("${env:A", "${env:A is no substitution; write ${env:NAME} or ${file:/path}, and $${ for ${"),
        ("${}", "${} is no substitution; write ${env:NAME} or ${file:/path}, and $${ for ${"),
        ("${env:}", "${env:} names no variable; write letters, digits and _"),
        ("${env:A-B}", "${env:A-B} names no variable; write letters, digits and _"),
        ("${file:secret}", "${file:secret} is not a whole path; begin it with /"),
    ],
)
@pytest.mark.parametrize("serving", [True, False])
def test_what_is_no_substitution_is_a_mistake(text: str, sentence: str, *, serving: bool):
    _, secrets = filled(f"a: '{text}'", serving=serving)
    assert [str(each) for each in secrets.mistakes] == [f"silos/a.yaml:1: {sentence}"]


def test_a_secret_is_text_of_bounded_length(tmp_path: Path):
    (tmp_path / "long").write_bytes(b"x" * (MAX_SECRET_BYTES + 1))
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    _, secrets = filled(f"['${{file:{tmp_path}/long}}', '${{file:{tmp_path}/binary}}']")
    assert [each.what.rpartition("} ")[2] for each in secrets.mistakes] == [
        f"is longer than {MAX_SECRET_BYTES} bytes",
        "is not UTF-8 text",
    ]


def test_nobody_waits_for_a_secret_in_a_named_pipe(tmp_path: Path):
    os.mkfifo(tmp_path / "pipe")
    _, secrets = filled(f"a: '${{file:{tmp_path}/pipe}}'")
    assert [each.what.rpartition("} ")[2] for each in secrets.mistakes] == ["is not a file"]


def test_no_value_that_was_filled_in_may_be_shown():
    secrets = Secrets({"P": "s3cret"}, serving=True)
    (document,) = compose_text("a.yaml", "a: 'x${env:P}'\nb: plain\n").documents
    whole = secrets.fill(document)
    first, second = locate(whole, ("a",)).node, locate(whole, ("b",)).node
    assert (first.shown, second.shown) == ("${env:P}", None)
    assert "s3cret" not in repr(secrets)
    assert secrets.are_told_in("there is no s3cret here")
    assert not secrets.are_told_in("there is no secret here")


def test_a_substitution_elsewhere_is_a_mistake():
    (document,) = compose_text("a.yaml", "a: '${env:X}'\nb: {c: '${file:/x}'}\nd: '$${env:X} ${x}'\n").documents
    only = "write the value itself: only settings, admin.token and api_key take a substitution"
    assert [str(each) for each in misplaced(document, ("b",))] == [f"a.yaml:1: a holds a substitution; {only}"]
    assert len(misplaced(document, ())) == 2
