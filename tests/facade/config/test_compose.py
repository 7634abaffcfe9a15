import pytest
from hypothesis import given
from hypothesis import strategies as st

from facade.config.compose import MAX_DEPTH, MAX_FILE_BYTES, MAX_NODES, compose, compose_text
from facade.config.nodes import plain


def values(text: str) -> list[object]:
    composed = compose_text("a.yaml", text)
    assert composed.mistakes == ()
    return [plain(document) for document in composed.documents]


def mistakes(text: str | bytes) -> list[str]:
    return [str(each) for each in compose("a.yaml", text.encode() if isinstance(text, str) else text).mistakes]


def test_every_scalar_is_the_text_that_was_written():
    guessed = "{a: off, b: 12:30, c: 0123, d: 1.10, e: null, f: ~, g: 2026-01-01, h: 0x1F, on: yes, i: ''}"
    assert values(guessed) == [
        {
            "a": "off",
            "b": "12:30",
            "c": "0123",
            "d": "1.10",
            "e": "null",
            "f": "~",
            "g": "2026-01-01",
            "h": "0x1F",
            "on": "yes",
            "i": "",
        }
    ]


def test_a_file_may_hold_several_documents():
    assert values("a: 1\n---\nb: 2\n") == [{"a": "1"}, {"b": "2"}]


def test_a_document_that_holds_nothing_is_passed_over():
    assert values("---\na: 1\n---\n# no more\n") == [{"a": "1"}]


@pytest.mark.parametrize("empty", ["", "# nothing\n", "---\n", "\n\n"])
def test_an_empty_file_is_a_mistake(empty: str):
    assert mistakes(empty) == ["a.yaml:1: is empty; write its keys, or delete the file"]


def test_a_key_that_stands_twice_names_both_lines():
    assert mistakes("stage: legacy\nname: x\nstage: canary\n") == [
        'a.yaml:3: "stage" stands twice, here and in line 1; keep one of the two'
    ]


def test_of_a_key_that_stands_twice_the_first_is_read():
    assert plain(compose_text("a.yaml", "a: 1\na: 2\n").documents[0]) == {"a": "1"}


def test_a_key_without_a_value_is_a_mistake():
    assert mistakes("a:\nb: [x, ]\nc:\n  - \n") == [
        'a.yaml:1: "a" has no value; write one, or remove it',
        'a.yaml:4: "-" has no value; write one, or remove it',
    ]


def test_braces_that_were_meant_for_a_template_are_told_as_such():
    assert mistakes("reference: {path.reference}\n") == [
        'a.yaml:1: "path.reference" has no value; write one, or put the braces in quotes if they belong to a template'
    ]


@pytest.mark.parametrize(
    ("text", "line", "what", "mend"),
    [
        ("a: [1, 2\n", 1, "these brackets do not close", "close them, or put the value in quotes"),
        ("a: 1\nb: {c: GET /x/{n}}", 2, "these braces do not close", "put a value that holds braces in quotes"),
        (
            "a:\n\t- b",
            2,
            "a tab, or a character that YAML keeps for itself, begins a value",
            "indent with spaces, or put the value in quotes",
        ),
        ("a: b: c", 1, "a colon stands where no key can be", "mend the indentation, or put the value in quotes"),
        ("a: 1\n b: 2", 2, "a colon stands where no key can be", "mend the indentation, or put the value in quotes"),
        ('a: "b\n', 1, "a quote is never closed", "close it"),
        ("a: 'b'\n- c", 2, "a key was expected", "mend the indentation of this line or of the one above"),
        ("- a\nb: 1", 2, "did not find expected '-' indicator", "mend the line, or put the value in quotes"),
        ("a: \x07", 1, "it holds a control character", "remove it, or save the file as text"),
        ("a: 1\nb: \x00", 2, "it holds a control character", "remove it, or save the file as text"),
    ],
)
def test_what_is_not_yaml_has_one_mistake_at_its_line(text: str, line: int, what: str, mend: str):
    assert mistakes(text) == [f"a.yaml:{line}: is not YAML: {what}; {mend}"]


@pytest.mark.parametrize("data", [b"a: 1\nb: \xff\n", "a: 1\nb: é".encode("latin-1"), b"\x00\x01\n\x80"])
def test_what_is_not_utf8_is_a_mistake_at_its_line(data: bytes):
    assert mistakes(data) == ["a.yaml:2: is not UTF-8 text; save it as UTF-8"]


def test_a_byte_order_mark_is_passed_over():
    assert plain(compose("a.yaml", "\ufeffname: é\n".encode()).documents[0]) == {"name": "é"}


@pytest.mark.parametrize("tag", ["!!python/object/apply:os.system", "!!str", "!secret", "!!binary"])
def test_a_tag_is_refused(tag: str):
    assert mistakes(f"a: {tag} [x]\n") == [
        f'a.yaml:1: the tag "{tag}" is not read; remove it: a value is read as its key wants'
    ]


def test_an_alias_is_refused():
    assert mistakes("a: &x {b: 1}\nc: *x\n") == [
        "a.yaml:2: *x is an alias; write the value out: each value stands where it is used"
    ]


def test_an_alias_to_what_holds_it_is_refused():
    assert mistakes("&a [*a]") == ["a.yaml:1: *a is an alias; write the value out: each value stands where it is used"]


def test_a_bomb_of_aliases_is_refused_at_its_first():
    levels = "".join(f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]\n" for n in range(1, 10))
    assert mistakes("l0: &l0 [x, x, x, x, x, x, x, x, x]\n" + levels) == [
        "a.yaml:2: *l0 is an alias; write the value out: each value stands where it is used"
    ]


def test_a_merge_key_is_refused():
    assert mistakes("a: {<<: {b: 1}}\n") == ["a.yaml:1: the merge key << is not read; write the keys out"]


def test_a_quoted_merge_key_is_a_key_like_any_other():
    assert values('"<<": 1\n') == [{"<<": "1"}]


def test_a_block_as_a_key_is_refused():
    assert mistakes("match: {[x]: 1}\n") == ["a.yaml:1: a list or block stands as a key; quote what holds braces"]


@pytest.mark.parametrize("deep", ["[", "{a: ", "- ", "? ", "[{a: "])
def test_depth_is_bounded_while_it_is_read(deep: str):
    assert mistakes(deep * 100_000) == [f"a.yaml:1: is more than {MAX_DEPTH} levels deep; write it flatter"]


def test_the_deepest_block_that_is_read_is_read():
    assert mistakes("[" * MAX_DEPTH + "x" + "]" * MAX_DEPTH)[0].startswith("a.yaml:1: is more than")
    assert mistakes("[" * (MAX_DEPTH - 1) + "x" + "]" * (MAX_DEPTH - 1)) == []


def test_the_number_of_values_is_bounded():
    assert mistakes("[" + "a," * MAX_NODES + "]") == [
        f"a.yaml:1: holds more than {MAX_NODES} values; split the file into several"
    ]


def test_a_file_that_is_too_large_is_not_parsed():
    assert mistakes(b"[" * 50_000_000) == [
        f"a.yaml:1: is longer than {MAX_FILE_BYTES} bytes; split it into several files"
    ]


@given(st.binary(max_size=200) | st.text(alphabet="ab:-[]{}&*!|>'\"#?, \n\t%@`", max_size=60).map(str.encode))
def test_no_bytes_are_too_odd_to_be_told_about(data: bytes):
    composed = compose("a.yaml", data)
    assert composed.documents or composed.mistakes


@given(st.dictionaries(st.text(min_size=1, max_size=8), st.text(max_size=20), min_size=1, max_size=4))
def test_every_text_comes_back_as_it_was_quoted(written: dict[str, str]):
    def quoted(text: str) -> str:
        return '"' + "".join(f"\\U{ord(each):08x}" for each in text) + '"'

    lines = [f"{quoted(key)}: {quoted(value)}" for key, value in written.items()]
    assert values("\n".join(lines)) == [written]
