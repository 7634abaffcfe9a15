from facade.config.mistake import MAX_MISTAKES, Mistake, in_order, listed, printable, quote
from facade.routing.route import Place


def at(file: str, line: int, what: str = "is wrong") -> Mistake:
    return Mistake(Place(file, line), what, "mend it")


def test_a_mistake_is_one_line_of_place_what_and_mend():
    assert str(at("routes/a.yaml", 12)) == "routes/a.yaml:12: is wrong; mend it"


def test_a_mistake_in_the_environment_has_no_line():
    assert str(at("environment FACADE_LISTEN", 0)) == "environment FACADE_LISTEN: is wrong; mend it"


def test_mistakes_stand_in_the_order_in_which_files_are_read():
    places = [("routes/a.yaml", 1), ("silos/b.yaml", 2), ("facade.yaml", 9), ("silos/a.yaml", 7), ("facade.yaml", 3)]
    ordered = in_order([at("environment FACADE_STATE", 0), *(at(*place) for place in places)])
    assert [(each.place.file, each.place.line) for each in ordered] == [
        ("environment FACADE_STATE", 0),
        ("facade.yaml", 3),
        ("facade.yaml", 9),
        ("silos/a.yaml", 7),
        ("silos/b.yaml", 2),
        ("routes/a.yaml", 1),
    ]


def test_a_mistake_is_told_once():
    assert len(in_order([at("a", 1), at("a", 1), at("a", 1, "is wrong too")])) == 2


def test_mistakes_are_bounded_and_the_last_line_says_how_many_there_are_more():
    ordered = in_order(at("routes/a.yaml", line) for line in range(1, MAX_MISTAKES + 31))
    assert len(ordered) == MAX_MISTAKES + 1
    assert str(ordered[-1]) == "routes/a.yaml:101: at least 30 more mistakes from here on; mend those above first"


def test_as_many_mistakes_as_are_told_have_no_line_about_more():
    assert len(in_order(at("a", line) for line in range(MAX_MISTAKES))) == MAX_MISTAKES


def test_what_is_quoted_cannot_drive_a_terminal_and_is_bounded():
    assert quote("a\x1b[31m\n\u202eb") == '"a\\x1b[31m\\n\\u202eb"'
    assert quote("x" * 1000) == '"' + "x" * 60 + '..."'


def test_a_password_in_a_url_is_not_quoted():
    assert quote("http://user:pa/ss@host:1") == '"http://...@host:1"'


def test_letters_of_any_language_are_printable():
    assert printable("é ß 名") == "é ß 名"


def test_a_long_list_of_names_is_cut():
    assert listed(["a", "b", "c"], limit=2) == "a, b, ..."
    assert listed(["a", "b"], limit=2) == "a, b"
