import pytest

from facade.config.types import Unfit
from facade.config.wording import WORDS, refused, subject, unknown, word


def test_our_own_sentences_are_predicates_and_others_are_whole():
    assert refused(Unfit("is late; hurry")) == ("is late", "hurry", " ")
    assert refused(ValueError("the value is late; hurry")) == ("the value is late", "hurry", ": ")
    assert refused(ValueError("no")) == ("no", "mend it", ": ")


def test_what_the_library_may_say_one_day_is_told_without_its_subject():
    assert word("date_parsing", {}, "Input should be a valid date") == ("should be a valid date", "mend it", " ")
    assert word("recursion_loop", {}, "Recursion error") == ("is not accepted", "mend it", " ")


@pytest.mark.parametrize("kind", sorted(WORDS))
def test_every_kind_of_error_has_a_predicate_and_a_mend(kind: str):
    context = {"error": Unfit("a; b"), "expected": "'a' or 'b'", "gt": 1, "ge": 1, "lt": 1, "le": 1}
    wording = word(kind, context, "Input should be anything")
    assert wording.predicate
    assert wording.mend
    assert "Input" not in wording.predicate


def test_an_unknown_key_among_none_is_to_be_removed():
    assert unknown([], None) == ("is not a known key", "remove it", " ")


def test_a_value_is_called_by_its_keys():
    assert subject(("canary", "share")) == "canary.share"
    assert subject(()) == "this entry"
    assert subject(("a\x1b",)) == "a\\x1b"
