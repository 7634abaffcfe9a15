from fractions import Fraction
from itertools import zip_longest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from facade.config.compose import compose_text
from facade.config.edit import EditRefused, Move, set_known_stages, set_stages
from facade.config.nodes import plain
from facade.config.types import format_share, parse_share
from facade.routing.route import Keys
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


def test_what_of_many_moves_stands_in_a_text_is_made_and_told():
    moves = {name: Move(Stage.LEGACY) for name in ("titles.read", "conveyancing", "elsewhere")}
    text, found = set_known_stages(TEXT, moves)
    assert text == set_stages(TEXT, {name: moves[name] for name in found})
    assert found == {"titles.read", "conveyancing"}
    assert set_known_stages("routes: [", moves) == ("routes: [", frozenset())


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


# Keys that are held or evicted


def held(text: str, name: str, keys: Keys = Keys.HOLD, share: Fraction | None = None) -> str:
    return set_stages(text, {name: Move(Stage.CANARY, share, keys)})


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_keys_are_written_behind_the_share_in_braces_and_the_comment_stays(end: str):
    text = (
        "routes:\n- {name: a, stage: canary}\n- name: b\n  stage: canary\n  canary: {share: '5%', by: address}   # c\n"
    )
    after = text.replace("share: '5%', by", "share: '5%', keys: hold, by").replace("}   #", "} #")
    assert held(text.replace("\n", end), "b") == after.replace("\n", end)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("share", ["25%", '"25%"', "25%   # a quarter", "'25%'  # a quarter"])
def test_keys_are_written_on_a_line_of_their_own_below_the_share(share: str, end: str):
    text = f"groups:\n- name: a\n  stage: canary\n  canary:\n      share: {share}\n      by: address\n".replace(
        "\n", end
    )
    after = text.replace(f"{share}{end}", f"{share}{end}      keys: evict{end}")
    assert held(text, "a", Keys.EVICT) == after


def test_keys_below_a_share_in_the_last_line_of_a_file_leave_its_end_as_it_was():
    text = "routes:\n- name: a\n  stage: canary\n  canary:\n    by: address\n    share: 5%"
    assert held(text, "a") == text + "\n    keys: hold"


@pytest.mark.parametrize("written", ["hold", "'hold'", '"hold"', "hold   # since Monday"])
def test_keys_that_are_written_are_changed_where_they_stand_and_nothing_is_added(written: str):
    text = f"routes:\n- name: a\n  stage: canary\n  canary:\n    keys: {written}\n    share: 5%\n    by: address\n"
    assert held(text, "a", Keys.OPEN, Fraction(1, 10)) == text.replace("hold", "open").replace("5%", "10%")
    assert held(text, "a", Keys.HOLD) == text


def test_open_keys_are_not_written_where_none_are():
    assert held(TEXT, "conveyancing", Keys.OPEN) == TEXT


@given(
    st.sampled_from(["titles.read", "titles.find", "conveyancing"]),
    st.sampled_from(Keys),
    st.sampled_from(Keys),
    st.none() | st.integers(0, 100).map(lambda parts: Fraction(parts, 100)),
    st.sampled_from(["\n", "\r\n"]),
)
def test_keys_are_changed_alone_as_often_as_anybody_likes(name: str, first: Keys, then: Keys, share, end: str):
    before = TEXT.replace("\n", end)
    once = held(before, name, first, share)
    twice = held(once, name, then)
    canary = canary_of(twice, name)
    assert canary.pop("keys", "open") == then
    expected = canary_of(before, name)
    assert canary == expected | ({} if share is None else {"share": format_share(share)})
    assert twice.count("\r\n") == (twice.count("\n") if end == "\r\n" else 0)


def canary_of(text: str, name: str) -> dict[str, object]:
    (found,) = (
        block["canary"]
        for document in compose_text("a", text).documents
        for block in [*plain(document).get("routes", []), *plain(document).get("groups", [])]
        if block["name"] == name
    )
    return found


def test_keys_that_say_nothing_are_refused_with_what_to_write():
    text = "routes:\n- name: a\n  stage: canary\n  canary: {share: 5%, by: address, keys: [hold]}\n"
    with pytest.raises(EditRefused, match=r'the canary of "a" says keys and not which; write open'):
        held(text, "a")
