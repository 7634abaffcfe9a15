"""Which segments are made of words that may be kept."""

from __future__ import annotations

import pytest

from facade.ending.vocabulary import LONGEST, WORDS, is_made_of, words_of


@pytest.mark.parametrize(
    "segment",
    [
        "permits",
        "parking-permits",
        "getStatus",
        "Login.aspx",
        "v1",
        "v2.0",
        "API",
        "search.json",
        "properties",
        "taxes",
    ],
)
def test_words_their_plurals_and_what_is_joined_of_them_are_kept(segment: str) -> None:
    assert is_made_of(segment, WORDS)


@pytest.mark.parametrize(
    "segment",
    [
        "anna", "anna-schmidt", "Schmidt", "o'neill", "permits4711", "4711", "v12345", "sEaRcH", "search--json",
        "-search", "search;anna", "a@b.example", "%41nna", "permit-schmidt", "s", "ss", "", "x" * LONGEST,
        "search" * 9,
    ],
)  # fmt: skip
def test_anything_else_is_not(segment: str) -> None:
    assert not is_made_of(segment, WORDS)


def test_usual_given_names_are_no_words() -> None:
    names = """
    adam alex alice anna ben bill carol charles chris daniel david dean elena emma eric eva faith frank fritz george
    grace grant guy hans harry hope ian ivan jack james jan jane jean joan john joy karl kim lane laura lee leon lisa
    louis lucy luke maria mark martin mary max may mia mike nora olga olivia oscar paul peter rich robert rose ruth sam
    sara sue thomas tim tom victor will
    """.split()
    assert not WORDS & set(names)


def test_what_the_operator_wrote_is_words() -> None:
    words = words_of(["fahrzeuge.lesen", "/Kfz-Halter", "getTitle"])
    assert words == {"fahrzeuge", "lesen", "kfz", "halter", "get", "title"}
    assert is_made_of("kfz-halter", words)
