"""What moves as one, in good files and in mistaken ones."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as some

from facade.config.standing import Standing, movers
from facade.control.subject import Refused, Subject, find, subjects, subjects_as_written
from facade.routing.route import Keys
from facade.routing.stage import Stage


def bytes_of(files) -> dict[str, bytes]:
    return {f"routes/{path.name}": path.read_bytes() for path in (files.folder / "routes").iterdir()}


def test_a_route_of_a_group_stands_for_its_group(files):
    subject = find(subjects(files.configuration()), "charges.read")
    assert (subject.name, subject.routes, subject.is_group) == ("conveyancing", ("searches.read", "charges.read"), True)
    assert subject.now == Standing(Stage.CANARY, Fraction(1, 4))


def test_a_group_with_one_route_that_would_be_split_moves_whole(files):
    files.change("routes/journey.yaml", "match: GET /charges", "match: /charges")
    files.change("routes/journey.yaml", "stage: canary", "stage: legacy")
    assert find(subjects(files.configuration()), "conveyancing").whole


def test_mistaken_files_have_the_same_subjects_but_for_what_they_write(files):
    good = subjects(files.configuration())
    written = subjects_as_written(bytes_of(files))
    assert written.keys() == good.keys()
    for name, subject in written.items():
        assert (subject.routes, subject.now, subject.written_share) == (
            good[name].routes,
            good[name].now,
            good[name].written_share,
        )


def test_what_stands_twice_counts_as_where_it_gives_the_platform_more(files):
    files.write("routes/copy.yaml", "routes: [{name: titles.read, stage: platform}, {name: titles.read, stage: odd}]")
    assert subjects_as_written(bytes_of(files))["titles.read"].now == Standing(Stage.PLATFORM)


def test_what_cannot_be_read_is_nobodys_subject():
    assert (
        subjects_as_written({"routes/a.yaml": b"routes: [{name: a, stage: odd}, {name: b}, {stage: legacy}, x]"}) == {}
    )
    assert subjects_as_written({"routes/a.yaml": b"routes: ["}) == {}
    assert subjects_as_written({"silos/a.yaml": b"routes: [{name: a, stage: legacy}]"}) == {}


def test_a_name_that_nobody_has_is_answered_with_those_that_are_like_it(files):
    known = subjects(files.configuration())
    with pytest.raises(Refused, match=r"^title.read: no route or group has this name; write titles.read"):
        find(known, "title.read")


def test_a_name_that_is_like_none_is_answered_with_those_there_are(files):
    known = subjects(files.configuration())
    with pytest.raises(Refused, match=r"^zzz: no route or group has this name; the names are: charges.read, claims"):
        find(known, "zzz")
    with pytest.raises(Refused, match=r"^a\\n: .*; the names are: none$"):
        find({}, "a\n")


def test_a_name_of_any_length_is_told_in_a_line():
    with pytest.raises(Refused) as refused:
        find({}, "x" * 100_000)
    assert len(str(refused.value)) < 200


def test_the_guarded_routes_of_a_journey_are_known_by_name(files):
    files.change(
        "routes/journey.yaml", "match: GET /charges/{id}", "match: GET /charges/{id}\n    guard: {errors: +1 point}"
    )
    assert find(subjects(files.configuration()), "conveyancing").guarded == ("charges.read",)
    assert find(subjects(files.configuration()), "titles.read").guarded == ()


@given(*[some.builds(Standing, some.just(Stage.CANARY), some.fractions(0, 1), some.sampled_from(Keys))] * 2)
def test_in_a_canary_it_is_back_exactly_where_share_and_keys_are_no_more_and_one_is_less(now: Standing, to: Standing):
    order = list(Keys)
    is_no_more = to.share <= now.share and order.index(to.keys) >= order.index(now.keys)
    assert Subject("a", ("a",), now, whole=False).is_back(to) is (is_no_more and to != now)


def test_keys_are_read_as_they_are_written_and_what_is_none_is_no_standing():
    def standing(keys: str) -> Standing | None:
        text = f"routes: [{{name: a, stage: canary, canary: {{share: 5%, by: address{keys}}}}}]"
        (mover,) = movers({"routes/a.yaml": text.encode()})
        return mover.standing

    for keys in Keys:
        assert standing(f", keys: {keys}") == Standing(Stage.CANARY, Fraction(1, 20), keys)
    assert standing("") == Standing(Stage.CANARY, Fraction(1, 20), Keys.OPEN)
    assert standing(", keys: closed") is None


def test_a_group_with_one_route_to_an_external_is_never_shadowed(files):
    assert not find(subjects(files.configuration()), "conveyancing").external
    outside = "external: pay\nadapter: rest\nsettings: {url: 'http://127.0.0.1:1'}\noperations:\n"
    files.write("externals/pay.yaml", f"{outside}  find: {{call: GET /v1, send: {{}}}}\n")
    text = (files.folder / "routes/journey.yaml").read_text()
    charges = text.index("platform:", text.index("charges.read"))
    end = text.index("\n", charges)
    files.write("routes/journey.yaml", f"{text[:charges]}platform: pay.find{text[end:]}")
    assert find(subjects(files.configuration()), "conveyancing").external
