from decimal import Decimal
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from facade.config.block import Block
from facade.config.check import check, check_foreign
from facade.config.compose import compose_text
from facade.config.nodes import Node
from facade.config.substitute import Secrets
from facade.config.types import Name, Share


class Inner(Block):
    share: Share
    names: tuple[Name, ...] = ()


class Outer(Block):
    name: Name
    canary: Inner | None = None
    stage: Literal["legacy", "canary"] = "legacy"


class Theirs(BaseModel):
    """A model as somebody else writes it, with pydantic's own types."""

    model_config = ConfigDict(extra="forbid")

    port: int = Field(default=1, ge=1, le=10)
    ready: bool = False
    weight: float = 0.0
    price: Decimal = Decimal(0)
    path: Path = Path()
    ports: list[int] = []
    either: int | bool = 0
    text_or_number: int | str = 0
    inner: dict[str, int] = {}

    @model_validator(mode="after")
    def _fits(self) -> "Theirs":
        if self.ports and self.port not in self.ports:
            raise ValueError("port is none of ports; add it")
        return self


def node(text: str) -> Node:
    return compose_text("a.yaml", text).documents[0]


def mistakes(text: str, unbuilt: frozenset[str] = frozenset()) -> list[str]:
    return [str(each) for each in check(Outer, node(text), unbuilt=unbuilt).mistakes]


def foreign(text: str, secrets: Secrets | None = None) -> list[str]:
    found = check_foreign(Theirs, node(text), ("settings",), secrets or Secrets({}, serving=True))
    return [str(each) for each in found.mistakes]


def test_a_good_block_is_read_without_a_mistake():
    checked = check(Outer, node("name: a\ncanary: {share: 25%}\n"))
    assert checked.mistakes == ()
    assert checked.block is not None
    assert checked.block.name == "a"


def test_every_mistake_has_its_own_line_and_key():
    assert mistakes("name: a b\nstage: gone\ncanary:\n  share: 25\n  names: [b, c/d]\n  color: red\n") == [
        'a.yaml:1: name "a b" is not a name; write up to 100 letters, digits, dots, - and _, '
        "beginning with a letter or digit",
        'a.yaml:4: canary.share "25" carries no sign; write it with %, such as 25%',
        'a.yaml:5: canary.names "c/d" is not a name; write up to 100 letters, digits, dots, - and _, '
        "beginning with a letter or digit",
        "a.yaml:6: canary.color is not a known key; remove it, or write one of share, names",
        'a.yaml:2: stage "gone" is not one of legacy, canary; write one of them',
    ]


def test_what_is_left_of_a_mistaken_block_can_still_be_judged():
    checked = check(Outer, node("name: a\ncanary: {share: 25}\nstage: canary\n"))
    assert len(checked.mistakes) == 1
    assert checked.block == Outer(name="a", stage="canary")


def test_nothing_is_left_of_a_block_without_a_key_that_it_needs():
    assert check(Outer, node("stage: canary\n")).block is None
    assert mistakes("stage: canary\n") == ["a.yaml:1: name is missing; add it"]


def test_a_key_like_a_known_one_is_told_with_it():
    assert mistakes("name: a\nstagee: legacy\n") == ["a.yaml:2: stagee is not a known key; write stage, or remove it"]


def test_a_key_that_belongs_elsewhere_is_told_with_its_place():
    assert mistakes("name: a\nshare: 5%\n") == ["a.yaml:2: share is not a known key; write canary.share, or remove it"]


def test_a_key_that_is_not_built_yet_is_told_as_such():
    unbuilt = frozenset({"shadow", "canary.hold"})
    assert mistakes("name: a\nshadow: {a: 1}\ncanary: {share: 5%, hold: 1}\n", unbuilt) == [
        "a.yaml:3: canary.hold is not built yet; remove it",
        "a.yaml:2: shadow is not built yet; remove it",
    ]


def test_a_value_of_the_wrong_form_is_told_in_plain_words():
    assert mistakes("name: [a]\ncanary: 5%\n") == [
        "a.yaml:1: name is a list or a block where one value belongs; write one value, in quotes if it holds braces",
        'a.yaml:2: canary "5%" is not a block of keys; write its keys below it, indented',
    ]
    assert mistakes("name: a\ncanary: {share: 5%, names: b}\n") == [
        'a.yaml:2: canary.names "b" is not a list; write its items below it, each behind "- "'
    ]


def test_a_key_without_a_value_is_told_once():
    (document,) = compose_text("a.yaml", "name:\n").documents
    assert check(Outer, document).mistakes == ()


def test_no_word_of_the_library_reaches_an_operator():
    text = "name: {a: b}\ncanary: [1]\nstage: {}\nx: 1\n"
    said = " ".join(mistakes(text)).lower()
    assert not any(word in said for word in ("input", "pydantic", "extra", "dict", "instance", "literal", "str "))


def test_a_foreign_model_reads_numbers_and_truths_from_text():
    text = "{port: 2, ready: true, weight: 1.5, price: 1.10, path: /x, ports: [1, 2], either: true, inner: {a: 3}}"
    checked = check_foreign(Theirs, node(text), (), Secrets({}, serving=True))
    assert checked.mistakes == ()
    assert checked.block == Theirs(
        port=2,
        ready=True,
        weight=1.5,
        price=Decimal("1.10"),
        path=Path("/x"),
        ports=[1, 2],
        either=True,
        inner={"a": 3},
    )


def test_a_foreign_model_that_takes_text_gets_the_text():
    block = check_foreign(Theirs, node("{text_or_number: 0123}"), (), Secrets({}, serving=True)).block
    assert block is not None
    assert block.text_or_number == "0123"


def test_a_foreign_model_guesses_no_more_than_ours():
    assert foreign("port: 010\nready: yes\nweight: 1e3\nports: [1, 1_0]\ninner: {a: 0x1}\neither: on\n") == [
        'a.yaml:1: settings.port "010" is not a whole number; write it in decimal digits, without leading zeros',
        'a.yaml:2: settings.ready "yes" is neither true nor false; write one of the two',
        'a.yaml:3: settings.weight "1e3" is not a number; write it in decimal digits',
        'a.yaml:4: settings.ports "1_0" is not a whole number; write it in decimal digits, without leading zeros',
        'a.yaml:6: settings.either "on" is not a whole number; write it in decimal digits, without leading zeros',
        'a.yaml:5: settings.inner.a "0x1" is not a whole number; write it in decimal digits, without leading zeros',
    ]


def test_a_block_where_a_foreign_model_wants_a_number_is_told():
    assert foreign("port: {a: 1}\n") == [
        "a.yaml:1: settings.port is not a whole number; write it in decimal digits, without leading zeros"
    ]


def test_a_foreign_models_bounds_and_sentences_are_told():
    assert foreign("port: 11\n") == ['a.yaml:1: settings.port "11" is not at most 10; write a value at most 10']
    assert foreign("port: 3\nports: [1, 2]\n") == ["a.yaml:1: settings: port is none of ports; add it"]
    assert foreign("prot: 3\n") == ["a.yaml:1: settings.prot is not a known key; write settings.port, or remove it"]
    assert foreign("price: x\n") == ['a.yaml:1: settings.price "x" is not a number; write it in decimal digits']


class Indiscreet(BaseModel):
    user: str

    @model_validator(mode="after")
    def _tells(self) -> "Indiscreet":
        raise ValueError(f"nobody is called {self.user}; name somebody")


def test_a_foreign_sentence_that_holds_a_secret_is_not_told():
    secrets = Secrets({"USER": "s3cret"}, serving=True)
    filled = secrets.fill(node("user: '${env:USER}'"))
    (mistake,) = check_foreign(Indiscreet, filled, ("settings",), secrets).mistakes
    assert str(mistake) == (
        "a.yaml:1: settings is not accepted; mend it; what is wrong with it may hold a secret and is not shown"
    )
