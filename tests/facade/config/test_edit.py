from fractions import Fraction
from itertools import zip_longest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facade.config.compose import compose_text
from facade.config.edit import EditRefused, Move, names, set_stages
from facade.config.nodes import plain
from facade.config.types import format_share, parse_share
from facade.routing.stage import Stage

TEXT = """\
# Titles: é, ß and 😀 stand before what is changed.
routes:
  - name:     titles.read        # the first to move
    match:    GET /titles/{number}
    stage:    legacy             # legacy | shadow | canary
    canary:   {share: 10%, by: cookie session}   # ready
  - name: titles.write
    match: POST /titles
    stage: "legacy"
  - {name: titles.find, match: GET /find, stage: legacy, canary: {share: "5%", by: address}}   # one line
---
routes:
  - name: searches.read
    match: GET /searches
groups:
  - name: 'conveyancing'
    routes: [searches.read]
    stage: 'canary'
    canary:
      by: address
      share:   25%   # a quarter
"""


def set_stage(text: str, name: str, stage: Stage, share: Fraction | None) -> str:
    return set_stages(text, {name: Move(stage, share)})


def differing(before: str, after: str) -> list[tuple[str | None, str | None]]:
    return [pair for pair in zip_longest(before.splitlines(), after.splitlines()) if pair[0] != pair[1]]


def test_a_longer_word_leaves_the_comments_in_their_columns():
    assert differing(TEXT, set_stage(TEXT, "titles.read", Stage.PLATFORM, Fraction(100, 100))) == [
        (
            "    stage:    legacy             # legacy | shadow | canary",
            "    stage:    platform           # legacy | shadow | canary",
        ),
        (
            "    canary:   {share: 10%, by: cookie session}   # ready",
            "    canary:   {share: 100%, by: cookie session}  # ready",
        ),
    ]


def test_a_comment_with_no_room_left_of_it_is_pushed_by_one_space():
    text = "routes:\n  - {name: a, match: /a, stage: legacy} # here\n"
    assert set_stage(text, "a", Stage.COMPLETE, None) == ("routes:\n  - {name: a, match: /a, stage: complete} # here\n")


def test_a_stage_changes_one_line_and_its_comment_stays():
    assert differing(TEXT, set_stage(TEXT, "titles.read", Stage.SHADOW, None)) == [
        (
            "    stage:    legacy             # legacy | shadow | canary",
            "    stage:    shadow             # legacy | shadow | canary",
        )
    ]


def test_a_stage_and_a_share_change_their_two_lines():
    assert differing(TEXT, set_stage(TEXT, "titles.read", Stage.CANARY, Fraction(1, 200))) == [
        (
            "    stage:    legacy             # legacy | shadow | canary",
            "    stage:    canary             # legacy | shadow | canary",
        ),
        (
            "    canary:   {share: 10%, by: cookie session}   # ready",
            "    canary:   {share: 0.5%, by: cookie session}  # ready",
        ),
    ]


def test_a_share_alone_changes_one_line():
    assert differing(TEXT, set_stage(TEXT, "conveyancing", Stage.CANARY, Fraction(1, 2))) == [
        ("      share:   25%   # a quarter", "      share:   50%   # a quarter")
    ]


def test_a_canary_that_is_ready_keeps_its_share_if_none_is_given():
    assert "share: 10%" in set_stage(TEXT, "titles.read", Stage.CANARY, None)


def test_quotes_stay():
    assert '    stage: "platform"\n' in set_stage(TEXT, "titles.write", Stage.PLATFORM, None)
    assert "    stage: 'gone'\n" in set_stage(TEXT, "conveyancing", Stage.GONE, None)


def test_a_route_on_one_line_is_changed_on_that_line():
    ((before, after),) = differing(TEXT, set_stage(TEXT, "titles.find", Stage.CANARY, Fraction(1)))
    assert after == before.replace("legacy", "canary").replace('"5%"', '"100%"').replace("}}   #", "}} #")


def test_line_ends_and_a_byte_order_mark_stay():
    dos = "\ufeff" + TEXT.replace("\n", "\r\n")
    changed = set_stage(dos, "conveyancing", Stage.CANARY, Fraction(3, 4))
    assert changed == dos.replace("share:   25%", "share:   75%")


def test_what_is_already_so_stays_as_it_is():
    assert set_stage(TEXT, "titles.read", Stage.LEGACY, None) == TEXT


@pytest.mark.parametrize(
    ("text", "name", "stage", "share", "sentence"),
    [
        (TEXT, "nobody", Stage.LEGACY, None, '"nobody" is no route or group of this file; name one that is'),
        (TEXT, "searches.read", Stage.LEGACY, None,
         '"searches.read" has no stage of its own; move the group that names it, or write its stage'),
        (TEXT, "titles.write", Stage.CANARY, None,
         '"titles.write" has no canary; write canary: {share: 10%, by: cookie session} below its stage'),
        (TEXT, "titles.write", Stage.PLATFORM, Fraction(1, 2),
         '"titles.write" has no canary; write canary: {share: 10%, by: cookie session} below its stage'),
        ("routes: [{name: a, stage: canary, canary: {by: address}}]", "a", Stage.CANARY, Fraction(1, 2),
         'the canary of "a" has no share; write one'),
        (TEXT, "titles.read", Stage.CANARY, Fraction(2), "a share lies between 0% and 100%; give one that does"),
        ("routes: [{name: a, stage: |\n legacy\n}]", "a", Stage.LEGACY, None, None),
        ("routes:\n- name: a\n  stage: |\n    legacy\n", "a", Stage.LEGACY, None,
         "stage in line 3 is a text of several lines; write it on one"),
        ("routes:\n- name: a\n  stage:\n", "a", Stage.LEGACY, None, None),
        ("routes:\n- {name: a, stage: 'leg\n   acy'}\n", "a", Stage.LEGACY, None,
         "stage in line 2 is a text of several lines; write it on one"),
        ("routes: [", "a", Stage.LEGACY, None, None),
        ("- a\n", "a", Stage.LEGACY, None, '"a" is no route or group of this file; name one that is'),
    ],
)  # fmt: skip
def test_what_cannot_be_written_is_refused_with_what_to_do(text: str, name: str, stage: Stage, share, sentence):
    with pytest.raises(EditRefused) as caught:
        set_stage(text, name, stage, share)
    assert "; " in str(caught.value)
    assert sentence is None or str(caught.value) == sentence


def test_every_block_of_a_name_is_changed_for_a_copy_of_one_must_not_hinder_the_way_back():
    text = "routes: [{name: a, stage: canary}, {name: b, stage: canary}, {name: a, stage: platform}]\n"
    after = "routes: [{name: a, stage: legacy}, {name: b, stage: canary}, {name: a, stage: legacy}]\n"
    assert set_stage(text, "a", Stage.LEGACY, None) == after


def test_a_file_with_other_mistakes_can_be_changed_as_long_as_it_is_yaml():
    text = "routes:\n- {name: a, stage: platform, stage: platform, macth: /a, timeout: ten}\nrotues: !!set {x: y}\n"
    assert set_stage(text, "a", Stage.LEGACY, None) == text.replace("platform", "legacy", 1)


def test_many_moves_are_made_in_one_reading_of_the_file():
    text = "routes:\n" + "".join(f"- {{name: r{n}, stage: platform}}   # {n}\n" for n in range(500))
    moves = {f"r{n}": Move(Stage.LEGACY) for n in range(500)}
    assert set_stages(text, moves) == text.replace("platform}   #", "legacy}     #")


def test_the_names_that_can_be_moved_are_told():
    assert names(TEXT) == {"titles.read", "titles.write", "titles.find", "conveyancing"}
    assert names("routes: [") == frozenset()


@given(
    st.sampled_from(["titles.read", "titles.find", "conveyancing"]),
    st.sampled_from(Stage),
    st.none() | st.integers(0, 10**6).map(lambda parts: Fraction(parts, 10**6)),
    st.sampled_from(["\n", "\r\n"]),
)
def test_the_changed_text_means_the_old_one_with_that_change_alone(name: str, stage: Stage, share, end: str):
    before = TEXT.replace("\n", end)
    after = set_stage(before, name, stage, share)
    expected = [plain(document) for document in compose_text("a", before).documents]
    for document in expected:
        for block in [*document.get("routes", []), *document.get("groups", [])]:
            if block["name"] == name:
                block["stage"] = str(stage)
                if share is not None:
                    block["canary"]["share"] = format_share(share)
                    assert parse_share(block["canary"]["share"]) == share
    assert [plain(document) for document in compose_text("a", after).documents] == expected
    assert len(differing(before, after)) <= 2
